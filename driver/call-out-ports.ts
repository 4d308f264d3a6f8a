import type { KubeletEnvironment } from './agent/protocol.ts';
import {
  deadlineAfter,
  deadlineMessage,
  driverVersion,
  kubeletEnvironment,
  startRecording,
  timeLeft,
} from './call-out-process.ts';
import type { CallOutPorts } from './callout.ts';
import type { NodeConfig } from './nodeconfig/node-config.ts';
import type { FederatedTokens, ObjectReader, ReadRequest } from './ports.ts';
import type { Recorder } from './recorder.ts';
import { RUN_DIRECTORY } from './run-directory.ts';
import { createVolumeStore } from './volume/store.ts';

/** What the program adds. */
export interface Runtime {
  /** Where the driver is installed. */
  driverDirectory(): string;
  /** Reads without the node agent. */
  directReader(settings: DirectReading): ObjectReader;
}

export interface DirectReading {
  readonly nodeConfig: NodeConfig;
  readonly environment: KubeletEnvironment;
  readonly recorder: Recorder;
  federatedTokens(): Promise<FederatedTokens>;
}

/** All adapters of a call-out, each made when it is needed. */
export function createCallOutPorts(runtime: Runtime): CallOutPorts {
  return {
    volumes: () => createVolumeStore(RUN_DIRECTORY, startRecording()),
    async mountPorts(target) {
      const recorder = startRecording();
      const { loadNodeConfig } = await import('./mounting.ts');
      const nodeConfig = await loadNodeConfig(runtime.driverDirectory());
      deadlineAfter(nodeConfig.deadlineSeconds * 1000);
      const environment = await agentEnvironment();
      return {
        nodeConfig,
        volumes: createVolumeStore(RUN_DIRECTORY, recorder),
        reader: await readerOf(nodeConfig, environment, target, recorder, runtime),
        recorder,
        self: { environment, driverVersion },
      };
    },
  };
}

/** The node agent goes first, if there is one: then nothing of Azure's is loaded at all. */
async function readerOf(
  nodeConfig: NodeConfig,
  environment: KubeletEnvironment,
  target: string,
  recorder: Recorder,
  runtime: Runtime,
): Promise<ObjectReader> {
  const { createAgentReader } = await import('./mounting.ts');
  const federatedTokens = async () =>
    (await import('./credentials/projected-tokens.ts')).createProjectedTokens(target);
  const direct = runtime.directReader({ nodeConfig, environment, recorder, federatedTokens });
  const agent = createAgentReader({
    runDirectory: RUN_DIRECTORY,
    environment,
    deadline: () => ({ milliseconds: timeLeft(), message: deadlineMessage() }),
    async federatedToken({ identity, cloud, pod }, signal) {
      if (identity.kind !== 'workload-identity') return undefined;
      const { federationAudiences } = await import('./credentials/audiences.ts');
      return (await federatedTokens()).find(pod, federationAudiences(cloud), signal);
    },
    direct,
    recorder,
  });
  return {
    async read(request, signal) {
      return ((await needsFilesOfNode(request)) ? direct : agent).read(request, signal);
    },
  };
}

/** What the node agent has to know of kubelet's environment, now and for later rotations. */
async function agentEnvironment(): Promise<KubeletEnvironment> {
  const { readProxyEnvironment } = await import('./mounting.ts');
  return { proxy: readProxyEnvironment(kubeletEnvironment) };
}

/** Azure Arc's agent proves itself by files that only this process sees: the node agent runs in a pod. */
async function needsFilesOfNode({ identity }: ReadRequest): Promise<boolean> {
  if (identity.kind !== 'managed-identity') return false;
  return (await import('./credentials/arc-enabled.ts')).isArcEnabled();
}
