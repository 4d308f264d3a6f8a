import { createHash } from 'node:crypto';
import { existsSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { expect } from 'vitest';
import { type CallOutResult, mountsWith } from '../../lab/kubelet.ts';

const RUN_DIRECTORY = '/run/keyvault-flexvol';

/** Where a target's own tmpfs is. */
export function stagingOf(target: string): string {
  return join(RUN_DIRECTORY, 'volumes', hashOf(target));
}

/** What a call-out for this target left on the node, of which a failed one leaves nothing. */
export function leftBehind(target: string): string[] {
  const hash = hashOf(target);
  return [
    ...[...mountsWith(target), ...mountsWith(hash)].map((mount) => `mount ${mount}`),
    ...entriesOf('volumes')
      .filter((name) => name === hash)
      .map((name) => `volumes/${name}`),
    ...entriesOf('locks')
      .filter((name) => name.startsWith(hash))
      .map((name) => `locks/${name}`),
    ...(existsSync(target) ? readdirSync(target).map((name) => `file ${name}`) : []),
  ];
}

/** What any call-out left in the driver's own directory. */
export function leftByAny(): string[] {
  return ['volumes', 'locks', 'gate'].flatMap((name) => entriesOf(name).map((entry) => `${name}/${entry}`));
}

/** kubelet reads one JSON document, and logs the arguments of whatever does not exit 0. */
export function expectOneLine({ output, exitCode, status }: CallOutResult): void {
  expect(exitCode).toBe(0);
  expect(output.endsWith('\n') && output.indexOf('\n') === output.length - 1, output).toBe(true);
  expect(Object.keys(status).sort()).toEqual(
    status.status === 'Failure' ? ['message', 'status'] : ['status'],
  );
}

/** A failure of this kind that left nothing. */
export function expectCleanFailure(result: CallOutResult, target: string, message: RegExp): void {
  expectOneLine(result);
  expect(result.status.message ?? result.status.status).toMatch(message);
  expect(leftBehind(target)).toEqual([]);
}

function hashOf(target: string): string {
  const path = existsSync(dirname(target)) ? join(realpathSync(dirname(target)), basename(target)) : target;
  return createHash('sha256').update(path).digest('hex').slice(0, 32);
}

function entriesOf(name: string): string[] {
  const directory = join(RUN_DIRECTORY, name);
  return isDirectory(directory) ? readdirSync(directory) : [];
}

/** Something else may have been put in its place. */
function isDirectory(path: string): boolean {
  return existsSync(path) && statSync(path).isDirectory();
}
