// The built program as a process, as an admin pipes manifests through it.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';

const program = join(import.meta.dirname, '../../dist/installer.cjs');
const input = `kind: SecretProviderClass
metadata: {name: shop}
spec:
  provider: azure
  parameters:
    usePodIdentity: "true"
    keyvaultName: shop-kv
    tenantId: tid
    objects: |
      array:
        - |
          objectName: db-password
          objectVersionHistory: 2
`;

test('it writes manifests to standard output and what is lost to standard error', async () => {
  const { exitCode, stdout, stderr } = await run([], input);
  expect(exitCode).toBe(0);
  expect(stdout).toContain('keyvaultname: shop-kv');
  expect(stderr).toMatch(/^objects\.array\[0\]\.objectVersionHistory: /);
});

test('it reads files, all of them as one input', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'translate-'));
  try {
    const files = ['a.yaml', 'b.yaml'].map((name) => join(directory, name));
    for (const file of files) await writeFile(file, input);
    const { stdout } = await run(files);
    expect(stdout.match(/keyvaultname: shop-kv/g)).toHaveLength(2);
  } finally {
    await rm(directory, { recursive: true });
  }
});

test.each([
  ['of what is no manifest', [], 'a: [', /neither YAML nor JSON/],
  ['of a file that is not there', ['/nowhere.yaml'], '', /^cannot read \/nowhere\.yaml \(ENOENT\)/],
  ['of an unknown argument', ['--out'], '', /^Unknown option '--out'[\s\S]*Usage: installer translate/],
])('it ends with 2 and writes no manifest %s', async (_, args, text, message) => {
  const { exitCode, stdout, stderr } = await run(args, text);
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
  expect(stderr).toMatch(message);
});

function run(args: readonly string[], text = '') {
  return execa(process.execPath, [program, 'translate', ...args], {
    reject: false,
    extendEnv: false,
    input: text,
  });
}
