import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { mountsWith, type PodVolume } from '../lab/kubelet.ts';
import type { FaultRules } from '../mock/faults/rules.ts';
import { principalOf } from '../mock/seed.ts';
import { setScene, volumeOf } from './scene.ts';

const scene = setScene();

/** A volume of items of `objects`, beside options of the whole volume. */
function volume(
  objects: readonly object[],
  changes: Partial<PodVolume> = {},
  options: Record<string, string> = {},
) {
  const { keyvaultobjectnames, keyvaultobjecttypes, ...rest } = volumeOf(scene, 'select').options;
  return {
    ...volumeOf(scene, 'select', changes),
    options: { ...rest, ...options, objects: JSON.stringify(objects) },
  };
}

/** Mounts, and gives what the files hold; directories are not looked into. */
async function filesOf(mounted: PodVolume): Promise<Record<string, string>> {
  const { status } = await scene.kubelet.mount(mounted);
  expect(status).toEqual({ status: 'Success' });
  const directory = scene.kubelet.directoryOf(mounted);
  const names = readdirSync(directory).filter((name) => !name.startsWith('..'));
  const files = Object.fromEntries(names.map((name) => [name, readFileSync(join(directory, name), 'utf8')]));
  await scene.kubelet.unmount(mounted);
  return files;
}

async function messageOf(mounted: PodVolume): Promise<string> {
  const { status } = await scene.kubelet.mount(mounted);
  expect(status.status).toBe('Failure');
  expect(mountsWith('keyvault-flexvol')).toEqual([]);
  return status.message ?? '';
}

function vault(name: string) {
  const found = scene.azure.directory.vaultOfHost(`${name}.vault.azure.net`)?.vault;
  if (found === undefined) throw new Error(`no vault ${name}`);
  return found;
}

describe('a selection', () => {
  test('by name takes every page of the list, and the enabled objects only', async () => {
    for (let index = 0; index < 60; index += 1) {
      const attributes = { enabled: index % 10 !== 0 };
      vault('testkv').addSecret(`app-${index}`, { value: `value ${index}`, attributes });
    }
    const files = await filesOf(volume([{ select: { name: 'APP-*' } }]));
    const enabled = Array.from({ length: 60 }, (_, index) => index).filter((index) => index % 10 !== 0);
    expect(files).toEqual(Object.fromEntries(enabled.map((index) => [`app-${index}`, `value ${index}`])));
    // One token, four pages of 25 (88 secrets), then the objects at once.
    expect(scene.azure.counts().byRole).toEqual({ entra: 1, vault: 4 + enabled.length });
  });

  test('by tag', async () => {
    expect(await filesOf(volume([{ select: { tags: { team: 'payments' } } }]))).toEqual({
      tagged: 'with tags',
    });
  });

  test('has the secrets behind certificates', async () => {
    const files = await filesOf(volume([{ select: { name: 'chain-pem' } }]));
    expect(files['chain-pem']).toContain('-----BEGIN CERTIFICATE-----');
  });

  test('of keys, and of certificates', async () => {
    const files = await filesOf(
      volume([
        { type: 'key', select: { name: 'ec-p*[46]*' } },
        { type: 'cert', select: { name: 'self-*' } },
      ]),
    );
    expect(Object.keys(files).sort()).toEqual(['ec-p256', 'ec-p256k', 'ec-p384', 'self-signed']);
  });

  test('without the list permission says so', async () => {
    const { clientId, secrets } = principalOf(scene.azure.seed, 'secrets-only');
    const secret = { clientid: clientId, clientsecret: secrets[0] ?? '' };
    expect(await messageOf(volume([{ select: { name: 'p*' } }], { secret }))).toMatch(
      /^AccessDenied: service principal .* may not list secrets named "p\*" \(objects\[0\]\) of testkv\.vault\.azure\.net; a selection needs the list permission for secrets \(HTTP 403/,
    );
  });

  test('without a match fails, unless it is optional', async () => {
    const none = { select: { name: 'nothing-*' } };
    expect(await messageOf(volume([none]))).toMatch(
      /^ObjectNotFound: no secrets named "nothing-\*" \(objects\[0\]\)/,
    );
    expect(await filesOf(volume([{ ...none, optional: true }, { name: 'one-char' }]))).toEqual({
      'one-char': 'x',
    });
  });
});

test('several vaults in one volume, with optional objects that are missing, cost one round trip', async () => {
  scene.azure.setFaults({ latencyMs: 200 });
  const files = await filesOf(
    volume([
      { name: 'one-char' },
      { name: 'other-only', vault: 'otherkv' },
      { name: 'plain', vault: 'fallbackkv' },
      { name: 'absent', optional: true },
      { name: 'plain', version: '0'.repeat(32), alias: 'no-version', optional: true },
    ]),
  );
  expect(files).toEqual({
    'one-char': 'x',
    'other-only': 'only in the other vault',
    plain: 'plain value of the fallback vault',
  });
  expect(scene.azure.counts()).toMatchObject({ total: 6, depth: 2 });
});

describe('the fallback vault', () => {
  const plain = [{ name: 'plain' }];
  const fallback = { fallbackvault: 'fallbackkv' };

  function play(action: NonNullable<FaultRules['rules']>[number]['action']): void {
    scene.azure.setFaults({ rules: [{ match: { host: 'testkv.vault.azure.net' }, action }] });
  }

  test.each<[string, Parameters<typeof play>[0]]>([
    ['throttles', { status: 429, headers: { 'Retry-After': '600' } }],
    ['fails', { status: 503 }],
    ['cuts connections', { reset: 'at-once' }],
  ])('serves when the first one %s', async (_, action) => {
    play(action);
    expect(await filesOf(volume(plain, {}, fallback))).toEqual({
      plain: 'plain value of the fallback vault',
    });
  });

  test('serves when the first one has no name', async () => {
    expect(
      await filesOf(volume([{ name: 'plain', vault: 'nosuchkv', fallbackvault: 'fallbackkv' }])),
    ).toEqual({
      plain: 'plain value of the fallback vault',
    });
  });

  test('serves when the first one is silent, after a third of the time', async () => {
    await scene.kubelet.configure({ caBundle: scene.azure.caPem, deadlineSeconds: 24 });
    play({ hang: true });
    const begun = performance.now();
    expect(await filesOf(volume(plain, {}, fallback))).toEqual({
      plain: 'plain value of the fallback vault',
    });
    expect(performance.now() - begun).toBeLessThan(20_000);
  });

  test('serves a selection', async () => {
    play({ status: 500 });
    expect(await filesOf(volume([{ select: { name: '*' } }], {}, fallback))).toEqual({
      plain: 'plain value of the fallback vault',
    });
  });

  test.each<[string, Parameters<typeof play>[0], RegExp]>([
    ['says 403', { status: 403 }, /^AccessDenied: testkv/],
    ['says 401', { status: 401 }, /^AccessDenied: testkv/],
  ])('is not asked when the first one %s', async (_, action, message) => {
    play(action);
    expect(await messageOf(volume(plain, {}, fallback))).toMatch(message);
    expect(scene.azure.requests().map(({ host }) => host)).not.toContain('fallbackkv.vault.azure.net');
  });

  test('is not asked when the first one has no such object', async () => {
    expect(await messageOf(volume([{ name: 'absent' }], {}, fallback))).toMatch(/^ObjectNotFound: /);
    expect(scene.azure.requests().map(({ host }) => host)).not.toContain('fallbackkv.vault.azure.net');
  });
});
