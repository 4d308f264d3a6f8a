import { describe, expect, test } from 'vitest';
import { expectPlainSecret, failureOf } from './reading.ts';
import { setScene, volumeOf } from './scene.ts';

const scene = setScene();

const configure = (more: Record<string, unknown>) =>
  scene.kubelet.configure({ caBundle: scene.azure.caPem, ...more });

describe('clouds', () => {
  test.each(['AzureUSGovernmentCloud', 'azurechinacloud'])(
    '%s has its own token endpoint and vaults',
    async (cloudname) => {
      await expectPlainSecret(scene, volumeOf(scene, 'cloud', { options: { cloudname } }));
      const hosts = scene.azure.requests().map(({ host }) => host);
      expect(hosts.every((host) => /\.us$|usgovcloudapi\.net$|\.cn$/.test(host))).toBe(true);
    },
  );

  const vaultSuffix = 'vault.local.azurestack.external';

  test('a cloud of the node configuration is used by its name', async () => {
    await configure({
      clouds: { LocalStack: { authority: 'https://login.local.azurestack.external', vaultSuffix } },
    });
    await expectPlainSecret(scene, volumeOf(scene, 'stack', { options: { cloudname: 'localstack' } }));
  });

  test.each([
    ['whose authority says so', 'https://adfs.local.azurestack.external/adfs', ''],
    ['whose tenant is adfs', 'https://adfs.local.azurestack.external', 'adfs'],
  ])('an Azure Stack with AD FS, %s, is asked in its way', async (_, authority, tenantid) => {
    await configure({ clouds: { LocalStack: { authority, vaultSuffix } } });
    const options = { cloudname: 'LocalStack', tenantid };
    await expectPlainSecret(scene, volumeOf(scene, 'adfs', { options }));
    expect(scene.azure.requests().map(({ host, path }) => host + path)).toEqual([
      'adfs.local.azurestack.external/adfs/oauth2/token',
      expect.stringMatching(/^testkv\.vault\.local\.azurestack\.external\/secrets\/plain/),
    ]);
  });

  test.each([
    ['as written', 'https://vault.contoso.onmicrosoft.com/0123-ab', undefined],
    [
      'with its upper case, where the tenant is found out',
      'https://vault.Contoso.onmicrosoft.com/0123-AB',
      '',
    ],
  ])(
    'the audience of an Azure Stack Hub may have a path, which is used %s',
    async (_, resource, tenantid) => {
      const stack = scene.azure.directory.clouds.find((cloud) => cloud.vaultSuffix === vaultSuffix);
      if (stack === undefined) throw new Error('the seed has no Azure Stack');
      const { authorities, resource: usual } = stack;
      Object.assign(stack, { resource });
      try {
        await configure({
          clouds: { LocalStack: { authority: `https://${authorities[0]}`, vaultSuffix, resource } },
        });
        const options = { cloudname: 'LocalStack', ...(tenantid === undefined ? {} : { tenantid }) };
        await expectPlainSecret(scene, volumeOf(scene, 'audience', { options }));
      } finally {
        Object.assign(stack, { resource: usual });
      }
    },
  );

  test('a region has its own token endpoint', async () => {
    await expectPlainSecret(scene, volumeOf(scene, 'region', { options: { region: 'Central US' } }));
    expect(scene.azure.requests()[0]?.host).toBe('centralus.login.microsoft.com');
  });

  test('the global token endpoint serves where the regional one does not', async () => {
    await expectPlainSecret(scene, volumeOf(scene, 'no-region', { options: { region: 'nowhere' } }));
    expect(scene.azure.requests()[0]?.host).toBe('login.microsoftonline.com');
  });

  test.each([
    ['fails', { status: 503 }],
    ['refuses', { status: 400 }],
    ['is cut off', { reset: 'at-once' as const }],
    ['says nothing', { hang: true as const }],
  ])('the global token endpoint serves when the regional one %s', async (_, action) => {
    const regional = 'centralus.login.microsoft.com';
    scene.azure.setFaults({ rules: [{ match: { host: regional }, action }] });
    const volume = volumeOf(scene, 'bad-region', { options: { region: 'centralus' } });
    const begun = performance.now();
    await expectPlainSecret(scene, volume);
    expect(performance.now() - begun).toBeLessThan(60_000);
    const hosts = scene.azure.requests().map(({ host }) => host);
    expect(hosts).toEqual([regional, 'login.microsoftonline.com', 'testkv.vault.azure.net']);
  });
});

describe('a cloud that knows older versions of the API', () => {
  const objects = JSON.stringify([
    { name: 'plain', type: 'secret' },
    { name: 'rsa-2048', type: 'key' },
    { select: { name: 'pla*' }, type: 'secret', directory: 'all' },
  ]);

  test.each([
    ['AzureChinaCloud', ['7.1', '7.0', '2016-10-01']],
    ['AzureUSGovernmentCloud', ['2016-10-01']],
  ])('%s is asked in one that it knows, at once, and so from then on', async (cloudname, known) => {
    scene.azure.directory.apiVersions = known;
    const options = { cloudname, objects, keyvaultobjectnames: '', keyvaultobjecttypes: '' };
    const refused = () => scene.azure.counts().byStatus[400] ?? 0;
    for (const pod of ['first', 'second']) {
      const volume = volumeOf(scene, `${pod}-${cloudname.toLowerCase()}`, { options });
      expect((await scene.kubelet.mount(volume)).status).toEqual({ status: 'Success' });
      expect((await scene.kubelet.unmount(volume)).status).toEqual({ status: 'Success' });
      if (pod === 'first') expect(refused()).toBeGreaterThan(0);
      else expect(refused()).toBe(0);
      scene.azure.clearRequests();
    }
  });

  test('is asked in the versions of its setting alone', async () => {
    await configure({
      clouds: {
        OldStack: {
          authority: 'https://login.local.azurestack.external',
          vaultSuffix: 'vault.local.azurestack.external',
          apiVersions: { secret: ['2016-10-01'] },
        },
      },
    });
    scene.azure.directory.apiVersions = ['2016-10-01'];
    await expectPlainSecret(scene, volumeOf(scene, 'old', { options: { cloudname: 'OldStack' } }));
    expect(scene.azure.counts().byStatus[400]).toBeUndefined();
    scene.azure.directory.apiVersions = ['7.4'];
    expect(await failureOf(scene, volumeOf(scene, 'newer', { options: { cloudname: 'OldStack' } }))).toMatch(
      /^VaultFault: testkv\.vault\.local\.azurestack\.external knows none of the versions of Key Vault's API that were tried for secret "plain" .*; set apiVersions of the cloud in the node configuration \(HTTP 400, BadParameter\)$/,
    );
  });
});

describe("the node's CA bundle", () => {
  test('may hold several authorities', async () => {
    const { rootCertificates } = await import('node:tls');
    await configure({ caBundle: [rootCertificates[0], scene.azure.caPem, rootCertificates[1]].join('\n') });
    await expectPlainSecret(scene, volumeOf(scene, 'bundle'));
  });

  test('is what makes a private authority trusted', async () => {
    await scene.kubelet.configure({});
    expect(await failureOf(scene, volumeOf(scene, 'no-bundle'))).toMatch(
      /^TokenUnavailable: the token endpoint login\.microsoftonline\.com \(cloud AzurePublicCloud\) could not be reached: its TLS certificate is of an unknown authority; set caBundle in the node configuration \(\w+\)$/,
    );
  });
});
