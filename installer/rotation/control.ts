import { connect, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import * as z from 'zod';
import { encodeFrame, FrameReader } from '../../driver/agent/frame.ts';
import { AGENT_DIRECTORY } from '../../driver/agent/protocol.ts';
import { listenPrivately } from '../agent/private-socket.ts';
import { systemErrorCode } from '../fault.ts';
import type { Log } from '../log.ts';
import type { Outcome, Rotator } from './rotator.ts';

/** Beside the socket that drivers ask at, in the directory that only root can enter. */
export const CONTROL_SOCKET = 'control.sock';
const MAX_ORDER_BYTES = 4096;
const MAX_ANSWER_BYTES = 16 * 1024 * 1024;
const MAX_CONNECTIONS = 8;
/** An order comes with its connection. */
const IDLE_MS = 10_000;

const name = z.string().min(1).max(253);
const order = z.strictObject({
  refresh: z.union([z.literal('all'), z.strictObject({ namespace: name, name })]),
});
const answer = z.union([
  z.object({
    outcomes: z.array(
      z.object({
        namespace: z.string(),
        pod: z.string(),
        volume: z.string(),
        result: z.enum(['unchanged', 'replaced', 'gone', 'failed']),
        changes: z.array(z.string()),
        message: z.string().optional(),
      }),
    ),
  }),
  z.object({ refused: z.string() }),
]);

/** Which volumes are to be rotated now. */
export type Order = z.infer<typeof order>['refresh'];

/** Takes orders of the installer's other commands on this node. @throws a system error */
export function listenForOrders(
  runDirectory: string,
  rotator: Pick<Rotator, 'rotateNow'>,
  log?: Log,
): Promise<Server> {
  const talk = (socket: Socket) => serve(socket, rotator);
  return listenPrivately(runDirectory, CONTROL_SOCKET, MAX_CONNECTIONS, talk, log);
}

function serve(socket: Socket, rotator: Pick<Rotator, 'rotateNow'>): void {
  const reader = new FrameReader(MAX_ORDER_BYTES);
  socket.setTimeout(IDLE_MS, () => socket.destroy());
  socket.on('error', () => undefined);
  socket.on('data', (chunk: Buffer) => {
    const read = readOrder(reader, chunk);
    if (read === undefined) return;
    socket.setTimeout(0);
    if (read === 'malformed') return void socket.end(encodeFrame({ refused: 'no order of this version' }));
    rotator.rotateNow(read).then(
      (outcomes) => socket.end(encodeFrame({ outcomes })),
      (error) => socket.end(encodeFrame({ refused: systemErrorCode(error) })),
    );
  });
}

function readOrder(reader: FrameReader, chunk: Buffer): Order | 'malformed' | undefined {
  try {
    const [frame] = reader.push(chunk);
    if (frame === undefined) return undefined;
    const result = order.safeParse(frame.message);
    return result.success ? result.data.refresh : 'malformed';
  } catch {
    return 'malformed';
  }
}

/** Why the agent carried out no order. */
export class NoAgent extends Error {
  constructor(why: string) {
    super(why);
    this.name = 'NoAgent';
  }
}

/**
 * Has the agent of this node rotate volumes, and waits for the end of it.
 * @throws NoAgent when there is none, or it does not answer as one of this version does
 */
export function giveOrder(runDirectory: string, refresh: Order): Promise<Outcome[]> {
  return new Promise((resolve, reject) => {
    const reader = new FrameReader(MAX_ANSWER_BYTES);
    const socket = connect(join(runDirectory, AGENT_DIRECTORY, CONTROL_SOCKET), () =>
      socket.write(encodeFrame({ refresh })),
    );
    socket.on('error', (error) => reject(new NoAgent(systemErrorCode(error))));
    socket.on('close', () => reject(new NoAgent('it ended while it rotated')));
    socket.on('data', (chunk: Buffer) => {
      try {
        const [frame] = reader.push(chunk);
        if (frame === undefined) return;
        const said = answer.parse(frame.message);
        if ('refused' in said) reject(new NoAgent(said.refused));
        else resolve(said.outcomes.map((outcome) => ({ ...outcome, message: outcome.message })));
      } catch {
        reject(new NoAgent('it answers what this version does not understand'));
      }
      socket.destroy();
    });
  });
}
