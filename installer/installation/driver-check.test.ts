import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { nodeDirectory } from '../testing/node-directory.ts';
import { checkDriver } from './driver-check.ts';

const success = `echo '{"status":"Success","capabilities":{"attach":false}}'`;

test('a driver that answers success without attach passes', async () => {
  await expect(checkScript(success)).resolves.toBeUndefined();
});

test.each([
  ['fails', `echo '{"status":"Failure","message":"no"}'`, 'Failure'],
  ['wants to attach', `echo '{"status":"Success","capabilities":{"attach":true}}'`, 'attach'],
  ['writes a warning beside its answer', `echo warning >&2; ${success}`, 'warning'],
  ['answers nothing', ':', 'answered ""'],
  ['ends with another exit code than 0', `${success}; exit 3`, 'exit code 3'],
])('a driver that %s does not pass', async (_name, script, message) => {
  await expect(checkScript(script)).rejects.toMatchObject({
    code: 'DriverInitFailed',
    message: expect.stringContaining(message),
  });
});

test('the driver gets nothing of our environment', async () => {
  vi.stubEnv('BUN_OPTIONS', '1');
  try {
    await expect(checkScript(`[ -z "$BUN_OPTIONS" ] && ${success}`)).resolves.toBeUndefined();
  } finally {
    vi.unstubAllEnvs();
  }
});

test('a driver that cannot be executed is told as such', async () => {
  await expect(checkScript(success, 0o644)).rejects.toMatchObject({
    message: expect.stringContaining('cannot be executed'),
  });
});

async function checkScript(script: string, mode = 0o755): Promise<void> {
  await using node = await nodeDirectory();
  const executable = join(node.settings.pluginDirectory, 'kv');
  await writeFile(executable, `#!/bin/sh\n${script}\n`);
  await chmod(executable, mode);
  await checkDriver(executable);
}
