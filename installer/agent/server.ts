import type { Server, Socket } from 'node:net';
import { encodeFrame, FrameReader } from '../../driver/agent/frame.ts';
import {
  AGENT_SOCKET,
  MAX_QUESTION_BYTES,
  MAX_REPLY_BYTES,
  PROTOCOL_VERSION,
  type Question,
  type Refusal,
  WORKING_EVERY_MS,
} from '../../driver/agent/protocol.ts';
import { podOfDocument } from '../../driver/options/pod.ts';
import type { Log } from '../log.ts';
import type { Answer } from './answer-volume.ts';
import type { PodOfWork } from './lane.ts';
import { listenPrivately } from './private-socket.ts';
import { parseQuestion } from './question.ts';

/** A node has 110 pods by default; more mounts than this at once are rather read by the drivers themselves. */
const MAX_CONNECTIONS = 256;
/**
 * Of these one pod, and one namespace, may have so many questions answered at once; the drivers of those beyond read by
 * themselves, in the order of the node's gate.
 */
const MAX_OF_POD = 64;
const MAX_OF_NAMESPACE = 192;
/** Of all that are just arriving. */
const MAX_ARRIVING_BYTES = 16 * 1024 * 1024;
/** A driver sends its question at once, and takes the answer. */
const IDLE_MS = 10_000;

/** Answers a pod's question; the signal tells that nobody waits for the answer any more. */
export type Answerer = (question: Question, pod: PodOfWork, signal: AbortSignal) => Promise<Answer>;

/**
 * Listens for drivers. Everything is bounded, though only root can connect: connections, bytes, waiting.
 * @param version the agent's: a driver of another one reads by itself, as an option may mean something else to it
 * @throws a system error
 */
export function listenForDrivers(
  runDirectory: string,
  version: string,
  answer: Answerer,
  log?: Log,
): Promise<Server> {
  const arriving = { bytes: 0 };
  const bounded = boundedByPod(answer);
  const talk = (socket: Socket) => converse(socket, version, arriving, bounded);
  return listenPrivately(runDirectory, AGENT_SOCKET, MAX_CONNECTIONS, talk, log);
}

/** Answers `busy` where a pod or namespace has its share of questions under way. */
function boundedByPod(answer: Answerer): (question: Question, signal: AbortSignal) => Promise<Answer> {
  const underWay = new Map<string, number>();
  const add = (key: string, one: 1 | -1) => {
    const count = (underWay.get(key) ?? 0) + one;
    if (count > 0) underWay.set(key, count);
    else underWay.delete(key);
  };
  return async (question, signal) => {
    const pod = podOfDocument(question.document);
    const keys = [`pod ${pod.uid}`, `namespace ${pod.namespace}`] as const;
    const [ofPod, ofNamespace] = keys.map((key) => underWay.get(key) ?? 0);
    if ((ofPod ?? 0) >= MAX_OF_POD || (ofNamespace ?? 0) >= MAX_OF_NAMESPACE) return refusal('busy');
    for (const key of keys) add(key, 1);
    try {
      return await answer(question, pod, signal);
    } finally {
      for (const key of keys) add(key, -1);
    }
  };
}

function refusal(why: Refusal): Answer {
  return { reply: { is: 'refused', why } };
}

function converse(
  socket: Socket,
  version: string,
  arriving: { bytes: number },
  answer: (question: Question, signal: AbortSignal) => Promise<Answer>,
): void {
  const reader = new FrameReader(MAX_QUESTION_BYTES);
  const gone = new AbortController();
  let arrived = 0;
  let asked = false;
  const forget = () => {
    arriving.bytes -= arrived;
    arrived = 0;
  };
  socket.setTimeout(IDLE_MS, () => socket.destroy());
  socket.on('error', () => undefined);
  socket.on('close', () => {
    forget();
    gone.abort(new Error('the driver is gone'));
  });
  socket.on('data', (chunk: Buffer) => {
    // One question is all there is to say.
    if (asked) return void socket.destroy();
    arrived += chunk.length;
    arriving.bytes += chunk.length;
    if (arriving.bytes > MAX_ARRIVING_BYTES) return reply(socket, refusal('busy'));
    try {
      const [frame] = reader.push(chunk);
      if (frame === undefined) return;
      const { message } = frame;
      asked = true;
      forget();
      if (message['version'] !== PROTOCOL_VERSION) return reply(socket, refusal('version'));
      const question = parseQuestion(message);
      if (question === undefined) return reply(socket, refusal('malformed'));
      if (question.driverVersion !== version) return reply(socket, refusal('version'));
      void work(socket, question, gone.signal, answer);
    } catch {
      reply(socket, refusal('malformed'));
    }
  });
}

async function work(
  socket: Socket,
  question: Question,
  signal: AbortSignal,
  answer: (question: Question, signal: AbortSignal) => Promise<Answer>,
): Promise<void> {
  socket.setTimeout(0);
  const working = encodeFrame({ is: 'working' });
  socket.write(working);
  const ticking = setInterval(() => socket.write(working), WORKING_EVERY_MS);
  try {
    reply(socket, await answer(question, signal));
  } catch {
    reply(socket, refusal('internal'));
  } finally {
    clearInterval(ticking);
  }
}

/** The last word: whoever does not take it in time is left. */
function reply(socket: Socket, { reply: said, body = [] }: Answer): void {
  if (socket.destroyed) return;
  const bytes = body.reduce((sum, part) => sum + part.length, 0);
  const frame = bytes <= MAX_REPLY_BYTES ? encodeFrame(said, body) : undefined;
  const isTooLarge = frame === undefined || frame.length > MAX_REPLY_BYTES;
  socket.end(isTooLarge ? encodeFrame(refusal('too-large').reply) : frame);
  socket.setTimeout(IDLE_MS, () => socket.destroy());
}
