import { lstatSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { DriverError, type ErrorCode, errorCodes } from '../errors.ts';
import type { FederatedToken, VolumeContents } from '../ports.ts';
import type { Recorder } from '../recorder.ts';
import { askAgent } from './ask-agent.ts';
import type { NoAgent } from './no-agent.ts';
import {
  AGENT_DIRECTORY,
  AGENT_SOCKET,
  type KubeletEnvironment,
  PROTOCOL_VERSION,
  type Question,
  type Refusal,
  refusals,
} from './protocol.ts';
import { askedFrom, volumeFrom } from './volume-on-wire.ts';

export interface AgentSettings {
  readonly runDirectory: string;
  readonly environment: KubeletEnvironment;
  readonly driverVersion: string;
  deadline(): Question['deadline'];
  isArcEnabled(): boolean;
  /**
   * The pod's own proof, for a cloud of the node configuration.
   * @returns undefined for a cloud that the configuration does not have
   * @throws DriverError `FederatedTokenMissing`, `TokenUnavailable`
   */
  findToken(cloudName: string, signal: AbortSignal): Promise<FederatedToken | undefined>;
  readonly recorder: Pick<Recorder, 'start' | 'asked' | 'readByAgent' | 'agentPassedOver'>;
}

/**
 * Is there a socket of the agent's that may be used? One that others than root could have put there is told.
 */
export function isAgentThere(runDirectory: string, recorder: Pick<Recorder, 'agentPassedOver'>): boolean {
  const unusable = whyUnusable(join(runDirectory, AGENT_DIRECTORY));
  if (unusable === 'untrusted') recorder.agentPassedOver(unusable);
  return unusable === undefined;
}

/**
 * Has the node agent read the volume that kubelet's document asks for. The agent keeps connections, tokens and objects, and
 * its answer is what this driver would come to by itself.
 * @returns undefined when there is no agent, or it gives no answer that this driver understands
 * @throws DriverError the fault that the agent found: reading without it would find the same
 */
export async function readByAgent(
  document: string,
  settings: AgentSettings,
  signal: AbortSignal,
): Promise<VolumeContents | undefined> {
  const { recorder } = settings;
  const fetched = recorder.start('fetch');
  const answer = await ask(document, settings, signal).finally(fetched);
  if (typeof answer !== 'string') return answer;
  // Where the agent cannot see what proves the identity, none is to be expected of it.
  if (answer !== 'absent' && answer !== 'refused-files-of-node') recorder.agentPassedOver(answer);
  return undefined;
}

async function ask(
  document: string,
  settings: AgentSettings,
  signal: AbortSignal,
): Promise<VolumeContents | NoAgent> {
  const directory = join(settings.runDirectory, AGENT_DIRECTORY);
  const unusable = whyUnusable(directory);
  if (unusable !== undefined) return unusable;
  const askWith = (federatedToken: FederatedToken | undefined) =>
    askAgent(
      join(directory, AGENT_SOCKET),
      {
        version: PROTOCOL_VERSION,
        ask: 'volume',
        driverVersion: settings.driverVersion,
        document,
        federatedToken,
        arcEnabled: settings.isArcEnabled(),
        deadline: settings.deadline(),
        environment: settings.environment,
      } satisfies Question,
      signal,
      isDeadline,
    );
  let asked = await askWith(undefined);
  if ('reply' in asked && asked.reply.message['is'] === 'wants-token') {
    const { cloud } = asked.reply.message;
    settings.recorder.asked(askedFrom(asked.reply.message));
    const token = typeof cloud === 'string' ? await settings.findToken(cloud, signal) : undefined;
    if (token === undefined) return 'malformed';
    asked = await askWith(token);
  }
  if ('none' in asked) return asked.none;
  const { message, body } = asked.reply;
  switch (message['is']) {
    case 'volume': {
      const volume = volumeFrom(message, body);
      if (volume === undefined) return 'malformed';
      settings.recorder.asked(askedFrom(message));
      settings.recorder.readByAgent(volume.summary.staleSince);
      return volume;
    }
    case 'fault': {
      const { code, message: text, reference } = message;
      if (!isErrorCode(code) || typeof text !== 'string') return 'malformed';
      settings.recorder.asked(askedFrom(message));
      settings.recorder.readByAgent(undefined);
      throw new DriverError(code, text, typeof reference === 'string' ? { reference } : {});
    }
    case 'refused':
      return isRefusal(message['why']) ? `refused-${message['why']}` : 'malformed';
    default:
      return 'malformed';
  }
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
