import { describe, expect, test } from 'vitest';
import { parse, parseAllDocuments, stringify } from 'yaml';
import { TranslateFault } from './remarks.ts';
import { translate } from './translate.ts';

const GUID = '8f6c1b4e-5a0d-4c27-9f3b-2d9f0a7c6e51';

type Parameters = Readonly<Record<string, string>>;
type Volume = { flexVolume: { secretRef?: object; options: Record<string, string> }; csi?: object };

describe('a parameter of a class becomes an option', () => {
  test.each<[string, Parameters, Record<string, string>]>([
    ['the cloud', { cloudName: 'AzureChinaCloud' }, { cloudname: 'AzureChinaCloud' }],
    ['the tenant in its newer spelling', { tenantId: '', tenantID: 'other' }, { tenantid: 'other' }],
    ['pod identity', { usePodIdentity: 'True' }, { usepodidentity: 'true' }],
    ["the node's own identity", { useVMManagedIdentity: '1' }, { usevmmanagedidentity: 'true' }],
    [
      'a user-assigned identity of the node',
      { useVMManagedIdentity: 'true', userAssignedIdentityID: GUID },
      { usevmmanagedidentity: 'true', vmmanagedidentityclientid: GUID },
    ],
    ['workload identity', { clientID: GUID }, { useworkloadidentity: 'true', clientid: GUID }],
    [
      'an identity binding, as workload identity,',
      { useAzureTokenProxy: 'true', clientID: GUID },
      { useworkloadidentity: 'true', clientid: GUID },
    ],
  ])('%s', async (_, parameters, options) => {
    const { volume } = await toFlex(classOf(parameters));
    expect(volume.flexVolume.options).toMatchObject(options);
    expect(volume.flexVolume.secretRef === undefined).toBe(
      Object.keys(options).some((name) => /^use/.test(name)),
    );
  });
});

describe('an object of a class becomes an item', () => {
  const version = '5f0a4e1c7b3d4f8e9a6b2c1d0e9f8a7b';
  test.each([
    ['a secret', 'objectType: secret', {}],
    ['a key', 'objectType: key', { type: 'key' }],
    ['a certificate', 'objectType: cert', { type: 'cert' }],
    ['an alias', 'objectAlias: tls/site.pem', { alias: 'tls/site.pem' }],
    ['a version', `objectVersion: ${version}`, { version }],
    ['an empty version', 'objectVersion: ""', {}],
    ['the version "latest"', 'objectVersion: latest', {}],
    ['the format pem, which is the default of both,', 'objectFormat: PEM', {}],
    ['the format pfx, which keeps what is stored,', 'objectFormat: pfx', { format: 'raw' }],
    ['pfx in binary', 'objectFormat: pfx\nobjectEncoding: base64', { format: 'pfx' }],
    ['an encoding', 'objectEncoding: hex', { encoding: 'hex' }],
    ['an unquoted octal mode', 'filePermission: 0400', { mode: '0400' }],
    ['a mode with one digit less', 'filePermission: "640"', { mode: '0640' }],
    ['a history', 'objectVersionHistory: 5', { alias: 'site/0' }],
    ['a history of one', 'objectVersionHistory: 1', {}],
  ])('with %s', async (_, object, item) => {
    const { volume } = await toFlex(classOf({ objects: objects(`objectName: site\n${object}`) }));
    expect(parse(volume.flexVolume.options['objects'] ?? '')).toEqual([{ name: 'site', ...item }]);
  });
});

describe('what has no counterpart is told', () => {
  test.each<[string, Parameters, object, RegExp]>([
    ['Secrets kept in step', {}, { secretObjects: [{ secretName: 'shop' }] }, /^secretObjects: .*"shop"/m],
    [
      'a history',
      { objects: objects('objectName: a\nobjectVersionHistory: 3') },
      {},
      /objects\.array\[0\]\.objectVersionHistory: .*"a\/0"/,
    ],
    [
      'an unknown key',
      { objects: objects('objectName: a\nobjectNotAfter: 2026-01-01T00:00:00Z') },
      {},
      /objects\.array\[0\]\.objectNotAfter: has no counterpart/,
    ],
    [
      'a mode with special bits',
      { objects: objects('objectName: a\nfilePermission: "4755"') },
      {},
      /filePermission: 4755 must not set the setuid/,
    ],
    ['an unknown parameter', { flavour: 'sweet' }, {}, /^flavour: has no counterpart/m],
    ['an identity binding', { clientID: GUID, useAzureTokenProxy: 'true' }, {}, /^useAzureTokenProxy: /m],
    [
      'a private cloud',
      { cloudName: 'AzureStackCloud', cloudEnvFileName: '/etc/x.json' },
      {},
      /^cloudName: an admin .*"AzureStackCloud"/m,
    ],
    ["the pod's token", { clientID: GUID }, {}, /^useworkloadidentity: the pod has to project a token/m],
    ["the Secret's type", {}, {}, /^secretRef: the Secret "secrets-store-creds" must be of type azure\/kv/m],
  ])('%s', async (_, parameters, spec, expected) => {
    const { remarks, manifests } = await translate(classOf(parameters, spec));
    expect(remarks.join('\n')).toMatch(expected);
    for (const remark of remarks) expect(manifests).toContain(`# ${remark}\n`);
  });

  test('and nothing else is, where all has a counterpart', async () => {
    const { remarks } = await translate(
      classOf({ usePodIdentity: 'true', resourceGroup: 'rg', cloudName: '' }),
    );
    expect(remarks).toEqual([]);
  });
});

describe('a class with the workloads that mount it', () => {
  const deployment = `# what customers see
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  template:
    spec:
      volumes:
        - name: vault # theirs
          csi:
            driver: secrets-store.csi.k8s.io
            readOnly: true
            volumeAttributes: {secretProviderClass: azure-kv}
            nodePublishSecretRef: {name: creds}
        - name: other
          csi: {driver: other.example}
`;
  test('is replaced where it is mounted; comments and all else stay', async () => {
    const { manifests, remarks } = await translate(`${classOf({}, {}, 'shop')}---\n${deployment}`);
    const [web, ...more] = parseAllDocuments(manifests).map((document) => document.toJS());
    expect(more).toEqual([]);
    const [vault, other] = web.spec.template.spec.volumes;
    expect(vault).toMatchObject({
      name: 'vault',
      flexVolume: { driver: 'azure/kv', readOnly: true, secretRef: { name: 'creds' } },
    });
    expect(vault).not.toHaveProperty('csi');
    expect(other).toEqual({ name: 'other', csi: { driver: 'other.example' } });
    expect(manifests).toContain('# what customers see');
    expect(manifests).toContain('name: vault # theirs');
    expect(remarks[0]).toMatch(/^Deployment web: secretRef: the Secret "creds"/);
  });

  test('of the same namespace is taken, where several have the name', async () => {
    const two = [
      classOf({ keyvaultName: 'their-kv' }, {}, 'a'),
      classOf({ keyvaultName: 'shop-kv' }, {}, 'shop'),
    ];
    const { manifests } = await translate([...two, deployment].join('---\n'));
    expect(manifests).toMatch(/web[\s\S]*keyvaultname: shop-kv/);
    expect(manifests).toContain('keyvaultname: their-kv');
  });

  test('is left alone where the input does not hold it', async () => {
    const { manifests, remarks } = await translate(deployment);
    expect(manifests).toContain('driver: secrets-store.csi.k8s.io');
    expect(remarks.join()).toMatch(/the input does not hold the class "azure-kv"/);
  });

  test('in a List, as kubectl writes it', async () => {
    const items = parseAllDocuments(`${classOf({}, {}, 'shop')}---\n${deployment}`).map((one) => one.toJS());
    const { manifests } = await translate(JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
    expect(parse(manifests)).toMatchObject({ kind: 'Deployment' });
    expect(manifests).toContain('flexVolume');
  });
});

test('several classes become several volumes, and a class of another provider stays', async () => {
  const foreign = classOf({}).replace('provider: azure', 'provider: gcp');
  const { manifests, remarks } = await translate(
    [classOf({}), classOf({ keyvaultName: 'b-kv' }), foreign].join('---\n'),
  );
  const documents = parseAllDocuments(manifests).map((document) => document.toJS());
  expect(documents.map(({ volumes, kind }) => kind ?? volumes[0].flexVolume.options.keyvaultname)).toEqual([
    'test-kv',
    'b-kv',
    'SecretProviderClass',
  ]);
  expect(remarks.join('\n')).toContain('"gcp" is not azure');
});

describe('there and back, the parameters are the same', () => {
  test.each<[string, Parameters]>([
    ['of a service principal', {}],
    ['of pod identity', { usePodIdentity: 'true' }],
    ['of a managed identity', { useVMManagedIdentity: 'true', userAssignedIdentityID: GUID }],
    ['of workload identity', { clientID: GUID, cloudName: 'AzureUSGovernmentCloud' }],
    [
      'of every form',
      {
        usePodIdentity: 'true',
        objects: objects(
          'objectName: a\nobjectType: secret\nobjectFormat: pfx',
          'objectName: b\nobjectType: secret\nobjectFormat: pfx\nobjectEncoding: base64',
          'objectName: c\nobjectType: secret\nobjectAlias: d/e\nfilePermission: "0400"',
          'objectName: f\nobjectType: secret\nobjectEncoding: hex',
        ),
      },
    ],
  ])('%s', async (_, parameters) => {
    const { manifests } = await translate(classOf(parameters));
    const [back] = parseAllDocuments((await translate(manifests)).manifests).map((document) =>
      document.toJS(),
    );
    const { objects: list, tenantId: tenantID, ...rest } = parse(classOf(parameters)).spec.parameters;
    expect({ ...back.spec.parameters, objects: inner(back.spec.parameters.objects) }).toEqual({
      ...rest,
      tenantID,
      objects: inner(list),
    });
  });
});

describe('a flexVolume becomes a class', () => {
  test('of the predecessor: each list item an object', async () => {
    const { parameters, remarks } = await toClass({
      usepodidentity: 'true',
      tenantid: 'tid',
      keyvaultname: 'test-kv',
      keyvaultobjectnames: 'db;site',
      keyvaultobjecttypes: 'secret;cert',
      keyvaultobjectaliases: ';site.crt',
      filemode: '0440',
    });
    expect(parameters).toMatchObject({ usePodIdentity: 'true', keyvaultName: 'test-kv', tenantID: 'tid' });
    expect(inner(parameters['objects'] ?? '')).toEqual([
      { objectName: 'db', objectType: 'secret', filePermission: '0440' },
      { objectName: 'site', objectType: 'cert', objectAlias: 'site.crt', filePermission: '0440' },
    ]);
    expect(remarks.join('\n')).toMatch(/objectFormat: pfx keeps it/);
    expect(remarks.join('\n')).toMatch(/keyvaultobjectnames item 2\.format: "der" becomes PEM/);
  });

  test.each<[string, string, RegExp]>([
    ['one value of a document', '{name: b, property: x.y}', /objects\[1\]\.property: .* left out/],
    ['the chain without the key', '{name: b, part: chain}', /objects\[1\]\.part: .* left out/],
    ['a selection', '{select: {name: "b-*"}, directory: b}', /objects\[1\]\.select: /],
    ['an object of another vault', '{name: b, vault: other-kv}', /objects\[1\]\.vault: .*"other-kv"/],
  ])('without %s, as its file would hold more or nothing', async (_, item, remark) => {
    const { parameters, remarks } = await toClass({
      usepodidentity: 'true',
      tenantid: 't1',
      keyvaultname: 'test-kv',
      objects: `- {name: a}\n- ${item}`,
    });
    expect(inner(parameters['objects'] ?? '')).toEqual([{ objectName: 'a', objectType: 'secret' }]);
    expect(remarks.join('\n')).toMatch(remark);
  });

  test('with a remark on every option of the volume that is lost', async () => {
    const { remarks } = await toClass({
      usepodidentity: 'true',
      nmiport: '2580',
      keyvaultname: 'test-kv',
      fallbackvault: 'spare-kv',
      fileuser: '1',
      filegroup: '2',
      combine: '{file: a.env, format: dotenv}',
      objects: '- {name: a, optional: true, metadata: true}',
    });
    for (const subject of [
      'tenantid',
      'fallbackvault',
      'combine',
      'fileuser',
      'filegroup',
      'nmiport',
      'objects[0].optional',
      'objects[0].metadata',
      'readOnly',
    ]) {
      expect(remarks.join('\n')).toContain(`: ${subject}: `);
    }
  });

  test('of a PersistentVolume, whose Secret has a namespace', async () => {
    const pv = {
      kind: 'PersistentVolume',
      metadata: { name: 'vault' },
      spec: {
        flexVolume: {
          driver: 'azure/kv',
          readOnly: true,
          secretRef: { name: 'creds', namespace: 'shop' },
          options: { tenantid: 't1', keyvaultname: 'test-kv', objects: '- name: a' },
        },
      },
    };
    const { manifests } = await translate(stringify(pv));
    expect(parseAllDocuments(manifests).map((document) => document.toJS())).toMatchObject([
      { kind: 'SecretProviderClass', metadata: { name: 'vault' } },
      {
        spec: {
          csi: {
            volumeAttributes: { secretProviderClass: 'vault' },
            nodePublishSecretRef: { name: 'creds', namespace: 'shop' },
          },
        },
      },
    ]);
  });
});

describe('nothing is translated', () => {
  test.each([
    ['of no YAML', 'a: [', /neither YAML nor JSON \(line 1, column 5/],
    ['of a Helm template', '{{- if .Values.x }}\na: 1', /has to be rendered first/],
    [
      'of other manifests',
      'kind: Service',
      /neither a SecretProviderClass nor a flexVolume of the driver azure\/kv/,
    ],
    ['of nothing', '', /neither a SecretProviderClass/],
    [
      'of a class without parameters',
      'kind: SecretProviderClass\nmetadata: {name: a}',
      /"a" has no spec\.parameters/,
    ],
    ['of a class without objects', classOf({ objects: '' }), /azure-kv: objects: is missing or empty/],
    [
      'of objects without an array',
      classOf({ objects: 'a' }),
      /must be YAML with a list under the key "array"/,
    ],
    [
      'of an object that is no map',
      classOf({ objects: objects('a') }),
      /objects\.array\[0\]: must be a text/,
    ],
    [
      'of what the driver refuses',
      classOf({ keyvaultName: 'https://a' }),
      /not what the driver takes: .*keyvaultname/,
    ],
    [
      'of two identities',
      classOf({ usePodIdentity: 'true', useVMManagedIdentity: 'true' }),
      /choose one identity/,
    ],
    [
      'of a flexVolume with a typo',
      stringify({ flexVolume: { driver: 'azure/kv', options: { keyvaultnam: 'a' } } }),
      /did you mean keyvaultname/,
    ],
    [
      'of aliases that multiply',
      'a: &a [x,x]\nb: &b [*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c]\ne: [*d,*d,*d]',
      /neither YAML nor JSON|aliases/,
    ],
  ])('%s', async (_, input, message) => {
    const thrown = await translate(input).catch((error: unknown) => error);
    expect(thrown).toBeInstanceOf(TranslateFault);
    expect((thrown as Error).message).toMatch(message);
  });
});

function classOf(parameters: Parameters, spec: object = {}, namespace?: string): string {
  return stringify({
    apiVersion: 'secrets-store.csi.x-k8s.io/v1',
    kind: 'SecretProviderClass',
    metadata: { name: 'azure-kv', ...(namespace ? { namespace } : {}) },
    spec: {
      provider: 'azure',
      ...spec,
      parameters: {
        keyvaultName: 'test-kv',
        tenantId: 'tid',
        objects: objects('objectName: db\nobjectType: secret'),
        ...parameters,
      },
    },
  });
}

function objects(...items: string[]): string {
  return stringify({ array: items });
}

function inner(text: string): unknown[] {
  return (parse(text) as { array: string[] }).array.map((item) => parse(item));
}

async function toFlex(input: string): Promise<{ volume: Volume }> {
  const { manifests } = await translate(input);
  return { volume: parse(manifests).volumes[0] as Volume };
}

async function toClass(options: Record<string, string>) {
  const { manifests, remarks } = await translate(
    stringify({ volumes: [{ name: 'vault', flexVolume: { driver: 'azure/kv', options } }] }),
  );
  const [providerClass] = parseAllDocuments(manifests).map((document) => document.toJS());
  return { parameters: providerClass.spec.parameters as Record<string, string>, remarks };
}
