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
import { podOfDocument } from './options/pod.ts';
import type { FederatedToken, FederatedTokens, ObjectReader, VolumeContents } from './ports.ts';
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
      const { isAgentThere, loadNodeConfig, readProxyEnvironment } = await import('./mounting.ts');
      const nodeConfig = await loadNodeConfig(runtime.driverDirectory());
      deadlineAfter(nodeConfig.deadlineSeconds * 1000);
      const environment = { proxy: readProxyEnvironment(kubeletEnvironment) };
      const federatedTokens = async () =>
        (await import('./credentials/projected-tokens.ts')).createProjectedTokens(target);
      const reading = { nodeConfig, environment, recorder, federatedTokens };
      return {
        volumes: createVolumeStore(RUN_DIRECTORY, recorder),
        async begin(document) {
          const alone = () => beginAlone(document, reading, runtime);
          if (!isAgentThere(RUN_DIRECTORY, recorder)) return alone();
          // Then no option is parsed here, and nothing of Azure's is loaded.
          return async (signal) => (await readByAgent(document, reading, signal)) ?? (await alone())(signal);
        },
        self: { environment, driverVersion },
      };
    },
  };
}

async function readByAgent(
  document: string,
  { nodeConfig, environment, recorder, federatedTokens }: DirectReading,
  signal: AbortSignal,
): Promise<VolumeContents | undefined> {
  const mounting = await import('./mounting.ts');
  return mounting.readByAgent(
    document,
    {
      runDirectory: RUN_DIRECTORY,
      environment,
      driverVersion,
      deadline: () => ({ milliseconds: timeLeft(), message: deadlineMessage() }),
      isArcEnabled: mounting.isArcEnabled,
      findToken: (cloud, whole) => findToken(cloud, document, { nodeConfig, federatedTokens }, whole),
      recorder,
    },
    signal,
  );
}

/** Which audiences a token may have is this node's configuration to say, not the agent's. */
async function findToken(
  cloudName: string,
  document: string,
  { nodeConfig, federatedTokens }: Pick<DirectReading, 'nodeConfig' | 'federatedTokens'>,
  signal: AbortSignal,
): Promise<FederatedToken | undefined> {
  const [{ findCloud }, { Faults }, { federationAudiences }] = await Promise.all([
    import('./options/clouds.ts'),
    import('./options/faults.ts'),
    import('./credentials/audiences.ts'),
  ]);
  const cloud = findCloud(cloudName, nodeConfig.clouds, new Faults());
  if (cloud === undefined) return undefined;
  return (await federatedTokens()).find(podOfDocument(document), federationAudiences(cloud), signal);
}

async function beginAlone(
  document: string,
  reading: DirectReading,
  runtime: Runtime,
): Promise<(signal: AbortSignal) => Promise<VolumeContents>> {
  const { beginReading } = await import('./parsing.ts');
  const { nodeConfig, recorder } = reading;
  const readerFor = () => runtime.directReader(reading);
  return beginReading(document, { nodeConfig, readerFor, asked: (what) => recorder.asked(what) });
}
