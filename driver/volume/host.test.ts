import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { kernelKnowsNoswap, seLinuxContext } from './host.ts';

test.each([
  ['6.4.0', true],
  ['6.4.0-rc1+', true],
  ['6.12.8-talos', true],
  ['10.0', true],
  ['6.3.13', false],
  ['5.15.167.4-microsoft-standard-WSL2', false],
  ['4.18.0-553.el8_10.x86_64', false],
  ['', false],
  ['unknown', false],
])('a kernel of release %j knows noswap: %j', (release, knows) => {
  expect(kernelKnowsNoswap(release)).toBe(knows);
});

describe('the SELinux context', () => {
  test.each<[string, string | undefined, string | undefined]>([
    ["is that of any pod's files on a host that enforces", '1', 'system_u:object_r:container_file_t:s0'],
    ['is also read with a line end', '1\n', 'system_u:object_r:container_file_t:s0'],
    ['is none on a host that only warns', '0', undefined],
    ['is none on a host without SELinux', undefined, undefined],
  ])('%s', (_, content, context) => {
    const directory = mkdtempSync(join(tmpdir(), 'selinux-'));
    const file = join(directory, 'enforce');
    if (content !== undefined) writeFileSync(file, content);
    expect(seLinuxContext(file)).toBe(context);
    rmSync(directory, { recursive: true });
  });
});
