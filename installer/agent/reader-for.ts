import type { Question } from '../../driver/agent/protocol.ts';
import type { NodeConfig } from '../../driver/nodeconfig/node-config.ts';
import type { ObjectReader } from '../../driver/ports.ts';

/** The driver's own reading, with what this question brings of the node. */
export type ReaderFor = (
  config: NodeConfig,
  question: Pick<Question, 'environment' | 'federatedToken'>,
  timeLeft: () => number,
  /** Nothing that was read before this moment (`performance.now()`) will do. */
  freshSince?: number,
) => ObjectReader;
