import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A run directory in which something listens in the agent's place. */
export interface OddAgent extends AsyncDisposable {
  readonly runDirectory: string;
  readonly directory: string;
  readonly questions: Buffer[];
}

/** @param converse what it does with each connection once the first bytes are there; undefined means nothing listens */
export async function oddAgent(converse?: (socket: Socket) => void): Promise<OddAgent> {
  const runDirectory = mkdtempSync(join(tmpdir(), 'agent-'));
  const directory = join(runDirectory, 'agent');
  const questions: Buffer[] = [];
  const open = new Set<Socket>();
  mkdirSync(directory, { mode: 0o700 });
  const server = createServer((socket) => {
    open.add(socket);
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => questions.push(Buffer.from(chunk as Buffer)));
    socket.once('data', () => converse?.(socket));
  });
  if (converse !== undefined)
    await new Promise<void>((resolve) => server.listen(join(directory, 'agent.sock'), resolve));
  return {
    runDirectory,
    directory,
    questions,
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
      rmSync(runDirectory, { recursive: true });
    },
  };
}
