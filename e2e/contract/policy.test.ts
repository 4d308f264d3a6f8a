import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { mountsWith, type PodVolume } from '../lab/kubelet.ts';
import { secretOf } from '../mock/seed.ts';
import { setScene, volumeOf } from './scene.ts';

const scene = setScene();

const rule = {
  description: 'canary of the rules',
  namespaces: ['shop', 'shop-*'],
  serviceAccounts: ['web'],
  vaults: ['testkv', 'other*'],
  objects: ['secret/pl*', 'key/rsa-2048'],
  identities: ['service-principal'],
};

/** The policy whose rules are the one above, changed, or none. */
function configure(...rules: readonly object[]) {
  const policy = { enabled: true, name: 'shops', rules };
  return scene.kubelet.configure({ caBundle: scene.azure.caPem, policy });
}

function volume(changes: Partial<PodVolume> = {}): PodVolume {
  return { ...volumeOf(scene, 'web-0', changes), namespace: 'shop', serviceAccount: 'web', ...changes };
}

function volumeOfObjects(...objects: readonly object[]): PodVolume {
  const { keyvaultobjectnames, keyvaultobjecttypes, ...rest } = volumeOf(scene, 'web-0').options;
  return { ...volume(), options: { ...rest, objects: JSON.stringify(objects) } };
}

/** A volume with these options beside its own; undefined takes one away. */
function withOptions(options: Record<string, string>): PodVolume {
  return volume({ options: { ...volumeOf(scene, 'web-0').options, ...options } });
}

async function expectMounted(wanted: PodVolume, file = 'plain'): Promise<void> {
  expect(await scene.kubelet.mount(wanted)).toMatchObject({ exitCode: 0, output: '{"status":"Success"}\n' });
  const { value } = secretOf(scene.azure.seed, 'testkv', 'plain');
  expect(readFileSync(join(scene.kubelet.directoryOf(wanted), file), 'utf8')).toBe(value);
  expect((await scene.kubelet.unmount(wanted)).output).toBe('{"status":"Success"}\n');
}

/** Fails with this message in one line, with nothing mounted and nobody asked. */
async function expectRefused(wanted: PodVolume, message: string): Promise<void> {
  const output = `${JSON.stringify({ status: 'Failure', message })}\n`;
  expect(await scene.kubelet.mount(wanted)).toMatchObject({ exitCode: 0, output });
  expect(mountsWith('keyvault-flexvol')).toEqual([]);
  expect(scene.azure.counts().total).toBe(0);
}

function denialOf(namespace: string, serviceAccount: string, identity: string): string {
  return `PolicyDenied: the policy "shops" of this node does not allow this volume (namespace "${namespace}", service account "${serviceAccount}", ${identity}); ask the cluster's admin, who can test the policy`;
}

const denied = denialOf('shop', 'web', 'service-principal');

describe('an enabled policy', () => {
  test('lets a pod have what a rule allows', async () => {
    await configure(rule);
    await expectMounted(volume());
    await expectMounted(volume({ namespace: 'shop-eu' }));
    await expectMounted(volumeOfObjects({ select: { name: 'pl*n' } }));
    await expectMounted(volumeOfObjects({ name: 'plain', fallbackvault: 'otherkv' }));
  });

  test('joins rules, each object being allowed by one whole', async () => {
    await configure({ ...rule, objects: ['secret/*'] }, { ...rule, objects: ['cert/*'] });
    await expectMounted(volumeOfObjects({ name: 'plain' }, { name: 'ec-pem', type: 'cert' }));
  });

  test('denies a pod of another namespace or service account, before anybody is asked', async () => {
    await configure(rule);
    await expectRefused(volume({ namespace: 'sho' }), denialOf('sho', 'web', 'service-principal'));
    await expectRefused(
      volume({ serviceAccount: 'default' }),
      denialOf('shop', 'default', 'service-principal'),
    );
  });

  test('denies another identity', async () => {
    await configure(rule);
    for (const [option, kind] of [
      ['usepodidentity', 'pod-identity'],
      ['usevmmanagedidentity', 'managed-identity'],
    ] as const) {
      await expectRefused(withOptions({ [option]: 'true' }), denialOf('shop', 'web', kind));
    }
  });

  test('denies in the same words whichever object, type or vault it was', async () => {
    await configure(rule);
    for (const wanted of [
      withOptions({ keyvaultobjectnames: 'multiline' }),
      withOptions({ keyvaultobjectnames: 'no-such-object' }),
      withOptions({ keyvaultobjectnames: 'plain;multiline', keyvaultobjecttypes: 'secret;secret' }),
      withOptions({ keyvaultobjecttypes: 'cert' }),
      withOptions({ keyvaultname: 'fallbackkv' }),
      withOptions({ keyvaultname: 'no-such-vault' }),
      volumeOfObjects({ name: 'plain', fallbackvault: 'fallbackkv' }),
      volumeOfObjects({ name: 'plain', vault: 'fallbackkv' }),
      volumeOfObjects({ select: { name: 'p*' } }),
      volumeOfObjects({ select: { tags: { app: 'shop' } } }),
    ]) {
      await expectRefused(wanted, denied);
    }
  });

  test('denies everything when it has no rules', async () => {
    await configure();
    await expectRefused(volume(), denied);
  });

  test('has a missing object not explained by what it does not allow', async () => {
    const missing = withOptions({ keyvaultobjectnames: 'rsa-2048' });
    const explained = await scene.kubelet.mount(missing);
    expect(explained.status.message).toContain('but a key "rsa-2048" does; set its type to key');
    await configure({ ...rule, objects: ['secret/*'] });
    scene.azure.reset();
    const { status } = await scene.kubelet.mount(missing);
    expect(status.message).toMatch(/^ObjectNotFound: secret "rsa-2048" /);
    expect(status.message).not.toContain('key "rsa-2048"');
    expect(scene.azure.counts().byRole).toEqual({ entra: 1, vault: 1 });
  });

  test('is not asked by an unmount', async () => {
    const mounted = volume();
    expect((await scene.kubelet.mount(mounted)).status).toEqual({ status: 'Success' });
    await configure();
    expect((await scene.kubelet.unmount(mounted)).output).toBe('{"status":"Success"}\n');
    expect(mountsWith('keyvault-flexvol')).toEqual([]);
  });
});

test('a policy that is not enabled denies nothing', async () => {
  const policy = { enabled: false, rules: [{ ...rule, namespaces: ['other'] }] };
  await scene.kubelet.configure({ caBundle: scene.azure.caPem, policy });
  await expectMounted(volume());
});

describe('a policy with a fault, enabled or not,', () => {
  test.each<[string, object, string]>([
    [
      'in a rule',
      { enabled: false, rules: [{ ...rule, vaults: [] }] },
      'policy.rules.0.vaults: must name at least one; "*" stands for all',
    ],
    [
      'in a pattern',
      { enabled: true, rules: [{ ...rule, namespaces: ['(shop)'] }] },
      'policy.rules.0.namespaces.0: may only hold letters, digits, dashes, dots and the wildcards * ? [a-z] [!a-z] {one,other}',
    ],
  ])('%s fails every mount, and no unmount', async (_, policy, fault) => {
    const mounted = volume();
    expect((await scene.kubelet.mount(mounted)).status).toEqual({ status: 'Success' });
    await scene.kubelet.configure({ caBundle: scene.azure.caPem, policy });
    const { status } = await scene.kubelet.mount(volume({ pod: 'web-1' }));
    expect(status).toEqual({
      status: 'Failure',
      message: `NodeConfigInvalid: the node configuration is invalid: ${fault}`,
    });
    expect((await scene.kubelet.unmount(mounted)).output).toBe('{"status":"Success"}\n');
  });
});
