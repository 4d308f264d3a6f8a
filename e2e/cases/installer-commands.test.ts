import { beforeAll, expect, test } from 'vitest';
import { kubectl } from '../cluster/kubectl.ts';
import { installerLabel, productNamespace } from '../cluster/product.ts';
import { readState } from '../cluster/state.ts';

const state = readState();
let installer = '';

beforeAll(async () => {
  const list = ['-n', productNamespace, 'get', 'pods', '-l', installerLabel, '-o', 'name'];
  installer = (await kubectl(state, list)).split('\n')[0] ?? '';
});

test('the installer’s commands are in PATH of its container, which has no shell', async () => {
  const question =
    '--namespace a --service-account b --identity pod-identity --vault testkv --object secret/c';
  const exec = ['-n', productNamespace, 'exec', installer, '--', 'installer', 'policy', 'test'];
  expect(await kubectl(state, [...exec, ...question.split(' ')])).toMatch(
    /every volume is allowed|is allowed/,
  );
});

test.each(['sh', '/bin/sh', 'bash', 'busybox'])('there is no %s in it', async (shell) => {
  const exec = ['-n', productNamespace, 'exec', installer, '--', shell, '-c', 'exit 0'];
  await expect(kubectl(state, exec)).rejects.toThrow(/no such file or directory|executable file not found/);
});
