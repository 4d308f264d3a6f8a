import { afterEach, expect, test } from 'vitest';
import { openNameServer } from './faults/name-server.ts';
import { setScene, volumeOf } from './scene.ts';

const scene = setScene();
/** Long enough that a busy machine looks up the name meanwhile. */
const TOKEN_TAKES_MS = 4000;

let close = async () => {};
afterEach(() => close());

test("the vault's name is looked up while the token is under way", async () => {
  const asked = new Map<string, number>();
  close = await openNameServer((name) => {
    if (!asked.has(name)) asked.set(name, performance.timeOrigin + performance.now());
    return 'unknown';
  });
  scene.azure.setFaults({ rules: [{ match: { role: 'entra' }, action: { delayMs: TOKEN_TAKES_MS } }] });
  // A vault that is not in the hosts file of the lab, so that the name server is asked.
  const volume = volumeOf(scene, 'early-lookup', { options: { keyvaultname: 'nowherekv' } });
  const { status, milliseconds } = await scene.kubelet.mount(volume);
  expect(status.message).toContain('its name cannot be resolved');
  expect(milliseconds).toBeGreaterThan(TOKEN_TAKES_MS);
  const token = scene.azure.requests().find(({ role }) => role === 'entra');
  expect(asked.get('nowherekv.vault.azure.net')).toBeLessThan(token?.endMs ?? Number.NaN);
});
