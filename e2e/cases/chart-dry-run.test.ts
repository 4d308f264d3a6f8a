import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { command } from '../cluster/command.ts';
import { kubectl } from '../cluster/kubectl.ts';
import { productNamespace } from '../cluster/product.ts';
import { readState } from '../cluster/state.ts';

const state = readState();
const chart = join(import.meta.dirname, '..', '..', 'charts', 'keyvault-flexvol');
const tryOut = ['apply', '--dry-run=server', '--validate=strict', '--namespace', productNamespace, '-f', '-'];

test.each(readdirSync(join(chart, 'ci')))('the API server takes everything made of %s', async (fixture) => {
  const input = await rendered(fixture);
  const said = await kubectl(state, tryOut, { input });
  const lines = said.split('\n');
  expect(lines).toHaveLength(input.match(/^kind: /gm)?.length ?? 0);
  for (const line of lines) expect(line).toMatch(/ (created|configured|unchanged) \(server dry run\)$/);
});

test('the API server would not take a field that Kubernetes does not know', async () => {
  const input = (await rendered('default-values.yaml')).replace(
    /^( *)enableServiceLinks:/m,
    '$1enableLinks:',
  );
  await expect(kubectl(state, tryOut, { input })).rejects.toThrow(
    'unknown field "spec.template.spec.enableLinks"',
  );
});

/** As another release than the one that is installed. */
function rendered(fixture: string): Promise<string> {
  const values = join(chart, 'ci', fixture);
  return command(state.helm, [
    'template',
    'dry-run',
    chart,
    '--namespace',
    productNamespace,
    '--values',
    values,
  ]);
}
