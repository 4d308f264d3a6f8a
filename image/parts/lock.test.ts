import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { projectDir } from '../project.ts';

interface LockedPackage {
  readonly version?: string;
  readonly integrity?: string;
  readonly link?: boolean;
}

test('each package of the lock file has the hash of its archive', () => {
  const lock = JSON.parse(readFileSync(join(projectDir, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, LockedPackage>;
  };
  const { '': _project, ...packages } = lock.packages;
  const locked = Object.entries(packages).filter(([, { link }]) => link !== true);
  expect(locked.length).toBeGreaterThan(100);
  const without = locked.filter(([, { integrity }]) => !/^sha512-[\w+/]{86}==$/.test(integrity ?? ''));
  expect(without.map(([path]) => path)).toEqual([]); // `node .ci/complete-lock.mjs` adds what is missing
});
