import type { Question, Reply } from '../../driver/agent/protocol.ts';
import { volumeToWire } from '../../driver/agent/volume-on-wire.ts';
import { DriverError } from '../../driver/errors.ts';
import type { NodeConfig } from '../../driver/nodeconfig/node-config.ts';
import type { MountRequest } from '../../driver/options/volume-options.ts';
import type { Compute } from '../../driver/ports.ts';
import { readVolume } from '../../driver/read-volume.ts';
import type { AskedFor } from '../../driver/recorder.ts';
import type { ReaderFor } from './reader-for.ts';

/** The last reply to a question, and the bytes that follow it. */
export interface Answer {
  readonly reply: Reply;
  readonly body?: readonly Uint8Array[];
}

/** What answering works with. */
export interface AnsweringPorts {
  readonly nodeConfig: NodeConfig;
  readonly readerFor: ReaderFor;
  /** Runs what may take long for this question. */
  readonly computeFor: (signal: AbortSignal) => Compute;
}

/**
 * Reads a volume for a driver, and says what that driver would have said itself. Where credentials may go, and what the
 * policy allows, comes from the node configuration alone.
 * @param gone aborts when nobody waits for the answer any more
 */
export async function answerVolume(
  question: Question,
  { nodeConfig, readerFor, computeFor }: AnsweringPorts,
  gone: AbortSignal,
): Promise<Answer> {
  const { document, deadline } = question;
  const over = new AbortController();
  const endsAt = performance.now() + deadline.milliseconds;
  const timer = setTimeout(
    () => over.abort(new DriverError('DeadlineExceeded', deadline.message)),
    Math.max(0, deadline.milliseconds),
  );
  const signal = AbortSignal.any([gone, over.signal]);
  let asked: AskedFor | undefined;
  try {
    const volume = await readVolume(
      document,
      {
        nodeConfig,
        asked: (what) => {
          asked = what;
        },
        compute: computeFor(signal),
        readerFor: (request) => {
          expectProof(request, question);
          return readerFor(nodeConfig, question, () => endsAt - performance.now());
        },
      },
      signal,
    );
    const { message, body } = volumeToWire(volume, asked);
    return { reply: message, body };
  } catch (thrown) {
    return { reply: replyTo(over.signal.aborted ? faultOr(thrown, over.signal.reason) : thrown, asked) };
  } finally {
    clearTimeout(timer);
  }
}

/** The driver has to do something first, or everything by itself. */
class Unanswerable extends Error {
  readonly reply: Reply;

  constructor(reply: Reply) {
    super('the agent cannot answer this question');
    this.reply = reply;
  }
}

/** @throws Unanswerable where the driver alone sees what proves the identity */
function expectProof({ identity, cloud }: MountRequest, { federatedToken, arcEnabled }: Question): void {
  if (identity.kind === 'workload-identity' && federatedToken === undefined)
    throw new Unanswerable({ is: 'wants-token', cloud: cloud.name });
  if (identity.kind === 'managed-identity' && arcEnabled)
    throw new Unanswerable({ is: 'refused', why: 'files-of-node' });
}

function faultOr(thrown: unknown, reason: unknown): unknown {
  return thrown instanceof DriverError || thrown instanceof Unanswerable ? thrown : reason;
}

function replyTo(thrown: unknown, asked: AskedFor | undefined): Reply {
  if (thrown instanceof Unanswerable) {
    const { reply } = thrown;
    return reply.is === 'wants-token' ? { ...reply, asked } : reply;
  }
  if (!(thrown instanceof DriverError) || thrown.code === 'Internal')
    return { is: 'refused', why: 'internal' };
  const { code, message, reference } = thrown;
  return { is: 'fault', code, message, reference, asked };
}
