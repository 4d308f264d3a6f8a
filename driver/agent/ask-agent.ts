import { encodeFrame, type Frame, FrameReader } from './frame.ts';
import type { NoAgent } from './no-agent.ts';
import { MAX_REPLY_BYTES, type Question } from './protocol.ts';
import { openSocket } from './socket.ts';

/** A connection to a program of this node is made at once or there is something wrong with it. */
const CONNECT_MS = 20;
/**
 * The agent says first thing that it is working: one that is stopped or overburdened does not hold up a mount. Where many
 * pods start at once it may have to wait for a processor, and reading without it would only make that worse.
 */
const FIRST_REPLY_MS = 1000;
/** Three signs of life missed. */
const SILENCE_MS = 3500;
/** At the deadline the agent ends too, and may have seen what the fault is. */
const LAST_WORD_MS = 1000;

/** Why there is no reply; as a closed set, for the event. */
type NoReply = Extract<NoAgent, 'no-connection' | 'silent' | 'cut-off' | 'malformed'>;

/** The last reply of the agent, not checked beyond being a frame; or why there is none. */
export type Asked = { readonly reply: Frame } | { readonly none: NoReply };

/**
 * Asks the agent one question. Never waits for longer than a moment for one that does not answer.
 * @param signal ends the wait: at once, or with `lastWord` true a moment later, should the agent have an answer by then
 */
export function askAgent(
  socketPath: string,
  question: Question,
  signal: AbortSignal,
  lastWord: (reason: unknown) => boolean,
): Promise<Asked> {
  return new Promise((resolve, reject) => {
    const reader = new FrameReader(MAX_REPLY_BYTES);
    let timer: NodeJS.Timeout | undefined;
    let clearLast = () => {};
    const socket = openSocket(socketPath, {
      onOpen() {
        wait(FIRST_REPLY_MS, 'silent');
        socket.send(encodeFrame(question));
      },
      onData(chunk) {
        try {
          for (const reply of reader.push(chunk)) {
            if (reply.message['is'] !== 'working') return end({ reply });
            wait(SILENCE_MS, 'silent');
          }
        } catch {
          end({ none: 'malformed' });
        }
      },
      onEnd: (code) => end({ none: code === 'CLOSED' ? 'cut-off' : 'no-connection' }),
    });
    const onAbort = () => {
      const { reason } = signal;
      if (!lastWord(reason)) return fail(reason);
      const last = setTimeout(fail, LAST_WORD_MS, reason);
      clearLast = () => clearTimeout(last);
    };
    signal.addEventListener('abort', onAbort);
    wait(CONNECT_MS, 'no-connection');
    if (signal.aborted) onAbort();

    function wait(milliseconds: number, none: NoReply): void {
      clearTimeout(timer);
      // One more turn of the event loop: what came in time on a busy machine may only not have been looked at yet.
      timer = setTimeout(() => {
        timer = setTimeout(end, 0, { none });
      }, milliseconds);
    }
    function close(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      clearLast();
      socket.close();
    }
    function end(asked: Asked): void {
      close();
      resolve(asked);
    }
    function fail(reason: unknown): void {
      close();
      reject(reason);
    }
  });
}
