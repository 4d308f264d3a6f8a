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

test('the doctor finds no fault on a node, and says what a pod cannot see of it', async () => {
  const exec = ['-n', productNamespace, 'exec', installer, '--', 'installer', 'doctor', '--vault', 'testkv'];
  const report = JSON.parse(await kubectl(state, [...exec, '--output', 'json'])) as {
    status: string;
    checks: { check: string; status: string; found: string }[];
  };
  expect(report.status).not.toBe('fault');
  const of = (name: string) => report.checks.find(({ check }) => check === name);
  for (const name of ['plugin directory', 'driver', 'configuration', 'run directory']) {
    expect(of(name)).toMatchObject({ status: 'ok' });
  }
  expect(of('driver')?.found).toMatch(/ of this image, SHA-256 /);
  expect(of('NMI')).toMatchObject({ status: 'note', found: expect.stringContaining('a network of its own') });
});

test.each(['sh', '/bin/sh', 'bash', 'busybox'])('there is no %s in it', async (shell) => {
  const exec = ['-n', productNamespace, 'exec', installer, '--', shell, '-c', 'exit 0'];
  await expect(kubectl(state, exec)).rejects.toThrow(/no such file or directory|executable file not found/);
});
