import { lstatSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { DriverError, type ErrorCode, errorCodes } from '../errors.ts';
import type { FederatedToken, FoundObject, ObjectReader, ReadRequest } from '../ports.ts';
import type { Recorder } from '../recorder.ts';
import { askAgent } from './ask-agent.ts';
import type { NoAgent } from './no-agent.ts';
import { foundFromWire, requestToWire } from './on-wire.ts';
import {
  AGENT_DIRECTORY,
  AGENT_SOCKET,
  type KubeletEnvironment,
  PROTOCOL_VERSION,
  type ReadQuestion,
  type Refusal,
  refusals,
} from './protocol.ts';

export interface AgentSettings {
  readonly runDirectory: string;
  readonly environment: KubeletEnvironment;
  deadline(): ReadQuestion['deadline'];
  /** The pod's own proof, for workload identity alone. */
  federatedToken(request: ReadRequest, signal: AbortSignal): Promise<FederatedToken | undefined>;
  /** Reads without an agent. */
  readonly direct: ObjectReader;
  readonly recorder: Pick<Recorder, 'start' | 'readByAgent' | 'agentPassedOver'>;
}

/**
 * Reads objects by the node agent, which keeps connections, tokens and objects, and without it when it is not there,
 * does not answer, or answers what this driver does not understand. A fault of Azure that the agent tells is the
 * answer: reading without it would tell the same.
 */
export function createAgentReader(settings: AgentSettings): ObjectReader {
  return {
    async read(request, signal): Promise<FoundObject[][]> {
      const fetched = settings.recorder.start('fetch');
      const answer = await readByAgent(request, signal, settings).finally(fetched);
      if (Array.isArray(answer)) return answer;
      if (answer !== 'absent') settings.recorder.agentPassedOver(answer);
      return settings.direct.read(request, signal);
    },
  };
}

async function readByAgent(
  request: ReadRequest,
  signal: AbortSignal,
  { runDirectory, environment, deadline, federatedToken, recorder }: AgentSettings,
): Promise<FoundObject[][] | NoAgent> {
  const directory = join(runDirectory, AGENT_DIRECTORY);
  const unusable = whyUnusable(directory);
  if (unusable !== undefined) return unusable;
  const question: ReadQuestion = {
    version: PROTOCOL_VERSION,
    ask: 'read',
    request: requestToWire(request),
    federatedToken: await federatedToken(request, signal),
    deadline: deadline(),
    environment,
  };
  const asked = await askAgent(join(directory, AGENT_SOCKET), question, signal, isDeadline);
  if ('none' in asked) return asked.none;
  const { is, found, code, message, reference, why } = asked.reply;
  switch (is) {
    case 'objects': {
      const objects = foundFromWire(found, request);
      if (objects === undefined) return 'malformed';
      recorder.readByAgent(staleSince(objects));
      return objects;
    }
    case 'fault':
      if (!isErrorCode(code) || typeof message !== 'string') return 'malformed';
      recorder.readByAgent(undefined);
      throw new DriverError(code, message, typeof reference === 'string' ? { reference } : {});
    case 'refused':
      return isRefusal(why) ? `refused-${why}` : 'malformed';
    default:
      return 'malformed';
  }
}

function staleSince(objects: readonly (readonly FoundObject[])[]): number | undefined {
  const times = objects.flat().flatMap(({ readAt }) => (readAt === undefined ? [] : [readAt]));
  return times.length === 0 ? undefined : Math.min(...times);
}

/** Credentials go through this socket: where others than root could have put it, it is not used. */
function whyUnusable(directory: string): NoAgent | undefined {
  const parent = statsOf(directory);
  const socket = parent && statsOf(join(directory, AGENT_SOCKET));
  if (parent === undefined || socket === undefined) return 'absent';
  const uid = process.geteuid?.();
  const isPrivate = parent.isDirectory() && parent.uid === uid && (parent.mode & 0o077) === 0;
  return isPrivate && socket.isSocket() && socket.uid === uid ? undefined : 'untrusted';
}

function statsOf(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

function isDeadline(reason: unknown): boolean {
  return reason instanceof DriverError && reason.code === 'DeadlineExceeded';
}

function isErrorCode(code: unknown): code is ErrorCode {
  return (errorCodes as readonly unknown[]).includes(code);
}

function isRefusal(why: unknown): why is Refusal {
  return (refusals as readonly unknown[]).includes(why);
}
