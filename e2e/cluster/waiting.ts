import { setTimeout as pause } from 'node:timers/promises';

/**
 * Asks until the answer is something else than undefined, and gives that answer.
 * Error after the time is over: what was waited for, and `seen()`, the last state looked at.
 */
export async function waitFor<T>(
  what: string,
  seconds: number,
  ask: () => Promise<T | undefined>,
  seen: () => unknown = () => 'nothing to show',
): Promise<T> {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (Date.now() > end)
      throw new Error(`waited ${seconds} s for ${what}; last seen: ${JSON.stringify(seen())}`);
    await pause(500);
  }
}
