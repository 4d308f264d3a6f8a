import { objectToWire } from '../../driver/agent/on-wire.ts';
import type { Question, Reply } from '../../driver/agent/protocol.ts';
import { DriverError } from '../../driver/errors.ts';
import type { NodeConfig } from '../../driver/nodeconfig/node-config.ts';
import { findCloud } from '../../driver/options/clouds.ts';
import { Faults } from '../../driver/options/faults.ts';
import { enforcePolicy } from '../../driver/policy/enforce.ts';
import type { ObjectReader, ReadRequest } from '../../driver/ports.ts';
import { identityOf } from './question.ts';

/** The driver's own reading, with what this question brings of the node. */
export type ReaderFor = (
  config: NodeConfig,
  question: Pick<Question, 'environment' | 'federatedToken'>,
  timeLeft: () => number,
  /** Nothing that was read before this moment (`performance.now()`) will do. */
  freshSince?: number,
) => ObjectReader;

/**
 * Reads for a driver, and says what that driver would have said itself. Where credentials may go comes from the node
 * configuration alone, and its policy is enforced again: the driver did both, but its question is only a message.
 */
export async function answerRead(
  question: Question,
  config: NodeConfig,
  readerFor: ReaderFor,
  gone: AbortSignal,
): Promise<Reply> {
  const { request, deadline } = question;
  const cloud = findCloud(request.cloud, config.clouds, new Faults());
  if (cloud === undefined) return { is: 'refused', why: 'unknown-cloud' };
  const over = new AbortController();
  const endsAt = performance.now() + deadline.milliseconds;
  const timer = setTimeout(
    () => over.abort(new DriverError('DeadlineExceeded', deadline.message)),
    Math.max(0, deadline.milliseconds),
  );
  const read: ReadRequest = {
    pod: request.pod,
    items: request.items,
    identity: identityOf(request.identity),
    cloud,
    onlyItems: config.policy?.enabled === true,
    startStaleMs: request.startStaleMs,
  };
  try {
    enforcePolicy(config.policy, {
      ...read,
      items: read.items.map((item) => ({ ...item, form: { type: item.type } })),
    });
    const signal = AbortSignal.any([gone, over.signal]);
    const reader = readerFor(config, question, () => endsAt - performance.now());
    const found = await reader.read(read, signal);
    return { is: 'objects', found: found.map((list) => list.map(objectToWire)) };
  } catch (error) {
    if (!(error instanceof DriverError) || error.code === 'Internal')
      return { is: 'refused', why: 'internal' };
    return { is: 'fault', code: error.code, message: error.message, reference: error.reference };
  } finally {
    clearTimeout(timer);
  }
}
