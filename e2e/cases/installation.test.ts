// @release: kubelet, Helm
import { expect, test } from 'vitest';
import { kubectl } from '../cluster/kubectl.ts';
import { onNode } from '../cluster/node-commands.ts';
import { pluginDirectory } from '../cluster/node-state.ts';
import { installerLabel, productNamespace } from '../cluster/product.ts';
import { readState } from '../cluster/state.ts';

const state = readState();

test.each([...state.nodes])(
  'the driver and its configuration are on %s, for root alone to change',
  async (node) => {
    const stat = (name: string) =>
      onNode(state, node, ['stat', '-c', '%a %u:%g %F', `${pluginDirectory}/${name}`]);
    expect(await stat('kv')).toBe('755 0:0 regular file');
    expect(await stat('.config.json')).toBe('600 0:0 regular file');
    // kubelet runs the driver anew for every name without a leading dot that appears here
    expect(await onNode(state, node, ['ls', pluginDirectory])).toBe('kv');
  },
);

test('the installed driver is the same on every node and answers init', async () => {
  const digests = await Promise.all(
    state.nodes.map((node) => onNode(state, node, ['sha256sum', `${pluginDirectory}/kv`])),
  );
  expect(new Set(digests).size).toBe(1);
  for (const node of state.nodes)
    expect(JSON.parse(await onNode(state, node, [`${pluginDirectory}/kv`, 'init']))).toMatchObject({
      status: 'Success',
      capabilities: { attach: false },
    });
});

test('an installer runs ready on every node and was never restarted', async () => {
  const path =
    '{range .items[*]}{.spec.nodeName} {.status.containerStatuses[0].ready} {.status.containerStatuses[0].restartCount}{"\\n"}{end}';
  const listing = await kubectl(state, [
    '-n',
    productNamespace,
    'get',
    'pods',
    '-l',
    installerLabel,
    '-o',
    `jsonpath=${path}`,
  ]);
  const lines = listing.split('\n').filter((line) => line !== '');
  expect(lines.toSorted()).toEqual(state.nodes.map((node) => `${node} true 0`).toSorted());
});
