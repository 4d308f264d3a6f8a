import { readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { expect, test } from 'vitest';

test('a test file has processes, a network, a run directory and a temporary directory of its own', () => {
  expect(readFileSync('/proc/1/cmdline', 'utf8')).toMatch(/^sh\0/);
  const processes = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const parents = processes.map(
    (pid) => / (\d+) /.exec(readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) \S/, ''))?.[1],
  );
  // The first process, and Vitest's worker.
  expect(parents).toEqual(['0', '1']);
  // Nobody listens or is connected: the first line has the names of the columns.
  expect(readFileSync('/proc/net/tcp', 'utf8').trim().split('\n')).toHaveLength(1);
  expect(readdirSync('/run')).not.toContain('keyvault-flexvol');
  expect(readdirSync(tmpdir())).toEqual([]);
});
