// The node agent: reads for the driver's call-outs, in a process and a container of its own.

import { loadNodeConfig } from '../../driver/nodeconfig/load.ts';
import { leaveNothingInCoreDumps } from '../agent-process/core-dumps.ts';
import type { Log } from '../log.ts';
import { type RotationSettings, startRotation } from '../rotation/main.ts';
import { answerVolume } from './answer-volume.ts';
import { Lane } from './lane.ts';
import type { MemorySettings } from './memory/settings.ts';
import { preload } from './preload.ts';
import { NodeReading, type ReadingCounts } from './reading.ts';
import { type Answerer, listenForDrivers } from './server.ts';

export interface AgentSettings {
  readonly runDirectory: string;
  /** The driver's directory, as it is mounted here: the node configuration is in it. */
  readonly driverDirectory: string;
  readonly version: string;
  readonly memory: MemorySettings;
  readonly counts: ReadingCounts;
  readonly log: Log;
  /** Undefined where mounted volumes stay as they are. */
  readonly rotation: RotationSettings | undefined;
  /** Is called when drivers can ask, and volumes rotate where they shall. */
  readonly started: () => void;
}

/** What the SDK, or a runtime, would read of a pod's environment to find the way out, where the driver decides on it. */
const WAYS_OUT = /^(https?|no|all)_proxy$/i;

/** Never ends. @throws a system error when the socket cannot be made */
export async function startAgent({
  runDirectory,
  driverDirectory,
  version,
  memory,
  counts,
  log,
  rotation,
  started,
}: AgentSettings): Promise<void> {
  leaveNothingInCoreDumps();
  for (const name of Object.keys(process.env)) if (WAYS_OUT.test(name)) delete process.env[name];
  await preload();
  const lane = new Lane(() => performance.now());
  const computeFor = lane.computeFor.bind(lane);
  const reading = new NodeReading({ version, memory, counts, computeFor });
  const { readerFor } = reading;
  // Read each time, so that it is never another one than the driver's.
  const nodeConfig = () => loadNodeConfig(driverDirectory);
  const answer: Answerer = async (question, pod, signal) => {
    const computes = (whole: AbortSignal) => lane.computeForMount(pod, question.document.length, whole);
    return answerVolume(
      question,
      { nodeConfig: await nodeConfig(), readerFor, computeFor: computes },
      signal,
    );
  };
  await listenForDrivers(runDirectory, version, answer, log);
  log('info', 'agent-started', { runDirectory });
  if (rotation === undefined) return started();
  await startRotation({ ...rotation, runDirectory, nodeConfig, readerFor, computeFor, log, started });
}
