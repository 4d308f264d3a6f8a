import { setTimeout as delay } from 'node:timers/promises';
import { askAgent } from '../../driver/agent/ask-agent.ts';
import type { Question } from '../../driver/agent/protocol.ts';
import { openSocket } from '../../driver/agent/socket.ts';
import { print, readInput } from './answers.ts';

/** Conversations over the sockets of which the input tells the paths (socket.test.ts). */

/** After this nothing more is expected. */
const SILENCE_MS = 400;

const { paths } = readInput<{ paths: Readonly<Record<string, string>> }>();
const told: Record<string, unknown> = {};
for (const [name, path] of Object.entries(paths)) told[name] = [await converse(path), await ask(path)];
print(told);

/** Sends more than the kernel takes at once, in parts, and adds up what comes. */
function converse(path: string): Promise<unknown> {
  const happened: string[] = [];
  let sum = 0;
  let bytes = 0;
  return new Promise((resolve) => {
    const end = (how: string) => {
      clearTimeout(timeout);
      socket.close();
      happened.push(how);
      resolve({ happened, sum, bytes });
    };
    let timeout = setTimeout(end, SILENCE_MS, 'nothing more');
    const socket = openSocket(path, {
      onOpen() {
        happened.push('open');
        for (let part = 0; part < 50; part++) socket.send(new Uint8Array(20_000).fill(part));
      },
      onData(chunk) {
        clearTimeout(timeout);
        timeout = setTimeout(end, SILENCE_MS, 'nothing more');
        // Some bytes, by their places in the whole: how it is cut is the kernel's affair.
        for (let at = (97 - (bytes % 97)) % 97; at < chunk.length; at += 97)
          sum = (sum * 31 + (chunk[at] ?? 0)) % 1_000_003;
        bytes += chunk.length;
      },
      onEnd: end,
    });
    happened.push('asked');
  });
}

async function ask(path: string): Promise<unknown> {
  const abort = new AbortController();
  void delay(500, undefined, { signal: abort.signal }).then(() => abort.abort('too long'));
  const question = { ask: 'volume', note: 'é😀'.repeat(1000) } as unknown as Question;
  try {
    const asked = await askAgent(path, question, abort.signal, () => false);
    if ('none' in asked) return asked;
    const { message, body } = asked.reply;
    return { reply: { message, body: Buffer.from(body).toString('base64') } };
  } catch (error) {
    return { thrown: error };
  }
}
