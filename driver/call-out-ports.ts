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
import type { MountPorts } from './mount.ts';
import type { NodeConfig } from './nodeconfig/node-config.ts';
import { podOfDocument } from './options/pod.ts';
import type { FederatedToken, FederatedTokens, ObjectReader } from './ports.ts';
import type { AskedFor, Recorder } from './recorder.ts';
import { RUN_DIRECTORY } from './run-directory.ts';
import { createVolumeStore } from './volume/store.ts';

/** The parts of a call-out that differ between the programs that run it. */
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
      const { isAgentThere, readProxyEnvironment } = await import('./mounting.ts');
      const environment = { proxy: readProxyEnvironment(kubeletEnvironment) };
      const federatedTokens = async () =>
        (await import('./credentials/projected-tokens.ts')).createProjectedTokens(target);
      const node = { directory: runtime.driverDirectory(), environment, recorder, federatedTokens };
      const begin = isAgentThere(RUN_DIRECTORY, recorder)
        ? await beginByAgent(node, runtime)
        : await beginAlone(node, runtime);
      return {
        volumes: createVolumeStore(RUN_DIRECTORY, recorder),
        begin,
        self: { environment, driverVersion },
      };
    },
  };
}

/** A mount on its node, before anything is read. */
interface OfNode extends Omit<DirectReading, 'nodeConfig'> {
  /** Where the driver is installed, and its node configuration. */
  readonly directory: string;
}

/**
 * With an agent no option is parsed here, and nothing of Azure's is loaded. The agent checks the node configuration; where it
 * is not right, or the agent does not answer, the driver comes to what is wrong by itself.
 */
async function beginByAgent(node: OfNode, runtime: Runtime): Promise<MountPorts['begin']> {
  const { isArcEnabled, readByAgent, readDeadline } = await import('./mounting.ts');
  const { directory, environment, recorder } = node;
  const seconds = readDeadline(directory);
  if (seconds !== undefined) deadlineAfter(seconds * 1000);
  return async (document) => async (signal) => {
    const settings = {
      runDirectory: RUN_DIRECTORY,
      environment,
      driverVersion,
      deadline: () => ({ milliseconds: timeLeft(), message: deadlineMessage() }),
      isArcEnabled,
      findToken: (cloud: string, whole: AbortSignal) => findToken(cloud, document, node, whole),
      recorder,
    };
    const volume = await readByAgent(document, settings, signal);
    if (volume !== undefined) return volume;
    const begin = await beginAlone(node, runtime);
    return (await begin(document))(signal);
  };
}

async function beginAlone(node: OfNode, runtime: Runtime): Promise<MountPorts['begin']> {
  const { beginReading, loadNodeConfig } = await import('./parsing.ts');
  const nodeConfig = await loadNodeConfig(node.directory);
  deadlineAfter(nodeConfig.deadlineSeconds * 1000);
  const readerFor = () => runtime.directReader({ ...node, nodeConfig });
  const asked = (what: AskedFor) => node.recorder.asked(what);
  return (document) => beginReading(document, { nodeConfig, readerFor, asked });
}

/** Which audiences a token may have is this node's configuration to say, not the agent's. */
async function findToken(
  cloudName: string,
  document: string,
  { directory, federatedTokens }: OfNode,
  signal: AbortSignal,
): Promise<FederatedToken | undefined> {
  const [{ loadNodeConfig }, { findCloud }, { Faults }, { federationAudiences }] = await Promise.all([
    import('./parsing.ts'),
    import('./options/clouds.ts'),
    import('./options/faults.ts'),
    import('./credentials/audiences.ts'),
  ]);
  const { clouds } = await loadNodeConfig(directory);
  const cloud = findCloud(cloudName, clouds, new Faults());
  if (cloud === undefined) return undefined;
  return (await federatedTokens()).find(podOfDocument(document), federationAudiences(cloud), signal);
}
