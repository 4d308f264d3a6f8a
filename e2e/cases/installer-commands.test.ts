// @alone: the doctor judges a whole node
// @cluster: second
import { expect, test } from 'vitest';
import { installerOn, installerSays } from '../cluster/installers.ts';
import { kubectl } from '../cluster/kubectl.ts';
import { productNamespace } from '../cluster/product.ts';
import { readState } from '../cluster/state.ts';

const state = readState();
const node = state.worker;

test('the installer’s commands are in PATH of its container, which has no shell', async () => {
  const question =
    '--namespace a --service-account b --identity pod-identity --vault testkv --object secret/c';
  const answer = await installerSays(state, node, 'policy', 'test', ...question.split(' '));
  expect(answer).toMatch(/every volume is allowed|is allowed/);
});

test('the doctor finds no fault on a node, and says what a pod cannot see of it', async () => {
  const asked = ['doctor', '--vault', 'testkv', '--output', 'json'];
  const report = JSON.parse(await installerSays(state, node, ...asked)) as {
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
  const installer = await installerOn(state, node);
  const exec = ['-n', productNamespace, 'exec', installer, '--', shell, '-c', 'exit 0'];
  await expect(kubectl(state, exec)).rejects.toThrow(/no such file or directory|executable file not found/);
});
