import * as system from 'runtime:system';
import { systemError } from './system-error.ts';

/** How functions of Node's `fs` call the system, and what they make of its answers. */

/** A path with a name that need not be UTF-8 is bytes. */
export type Path = string | Uint8Array;

const EINTR = 4;

export function isNoEntry(result: number): boolean {
  return result < 0 && system.errnoName(-result) === 'ENOENT';
}

/** Again after a signal, which the loop tells of later (signal(7)). */
export function uninterrupted(call: () => number): number {
  for (;;) {
    const result = call();
    if (result !== -EINTR) return result;
  }
}

export function done(result: number, syscall: string, path?: Path, dest?: Path): number {
  if (result < 0) throw systemError(result, syscall, textOf(path), textOf(dest));
  return result;
}

export function given<Given extends object | string>(
  result: Given | number,
  syscall: string,
  path: Path | undefined,
): Given {
  if (typeof result === 'number') throw systemError(result, syscall, textOf(path));
  return result;
}

/** Before anything of it gets to the system, which would take it for a shorter one. */
export function checked<Given extends Path>(path: Given): Given {
  const hasNul = typeof path === 'string' ? path.includes('\0') : path.includes(0);
  if (hasNul) throw invalid("The argument 'path' must be a string without null bytes");
  return path;
}

export function textOf(path: Path): string;
export function textOf(path: Path | undefined): string | undefined;
export function textOf(path: Path | undefined): string | undefined {
  return path instanceof Uint8Array ? (system.decodeUtf8(path, false) ?? '') : path;
}

export function invalid(text: string): Error {
  return Object.assign(new TypeError(text), { code: 'ERR_INVALID_ARG_VALUE' });
}
