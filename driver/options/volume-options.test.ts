import { describe, expect, test } from 'vitest';
import { CANARY_SECRET, oneFault, parse, refusal, validOptions } from './testing/valid-options.ts';
import { parseVolumeOptions } from './volume-options.ts';

test('a valid request is parsed whole', async () => {
  expect(await parse({})).toEqual({
    pod: {
      name: 'web-0',
      namespace: 'shop',
      uid: '9d0c0d6e-3a5f-4a63-9a41-0a6c9c3b9f10',
      serviceAccountName: 'web',
    },
    access: { readOnly: true, fsGroup: undefined },
    identity: {
      kind: 'service-principal',
      tenant: '66666666-7777-8888-9999-000000000000',
      clientId: '11111111-2222-3333-4444-555555555555',
      credential: { kind: 'secret', secret: CANARY_SECRET },
      region: undefined,
    },
    cloud: expect.objectContaining({ name: 'AzurePublicCloud', vaultSuffix: 'vault.azure.net' }),
    items: [
      {
        origin: 'keyvaultobjectnames item 1',
        vault: 'shop-vault',
        fallbackVault: undefined,
        source: { kind: 'named', name: 'db-password', version: undefined, file: 'db-password' },
        form: { type: 'secret', format: 'raw', part: 'all', encoding: 'utf-8', property: undefined },
        mode: undefined,
        optional: false,
        metadata: false,
      },
    ],
    permissions: { mode: undefined, uid: undefined, gid: undefined },
    combined: undefined,
    pfxPassword: undefined,
    inPlace: false,
    rotationSignal: undefined,
    rotation: { interval: undefined, ofPredecessor: true, onlyPinned: false },
  });
});

describe('a document is refused when', () => {
  test.each([
    ['it is no JSON', '{"a":', 'the options of the mount call-out are not valid JSON'],
    ['it is empty', '', 'the options of the mount call-out are not valid JSON'],
    ['it is a list', '[]', 'the options of the mount call-out are not a JSON object'],
    ['it is null', 'null', 'the options of the mount call-out are not a JSON object'],
    ['it is a string', '"x"', 'the options of the mount call-out are not a JSON object'],
    [
      'a value is a number',
      '{"nmiport":2579}',
      'the option "nmiport" is not a string; quote it in the manifest',
    ],
    [
      'a value is a boolean',
      '{"usepodidentity":true}',
      'the option "usepodidentity" is not a string; quote it in the manifest',
    ],
    [
      'a value is null',
      '{"tenantid":null}',
      'the option "tenantid" is not a string; quote it in the manifest',
    ],
    [
      'a value is an object under __proto__',
      '{"__proto__":{"keyvaultname":"evil"}}',
      'the option "__proto__" is not a string; quote it in the manifest',
    ],
  ])('%s', async (_, json, message) => {
    await expect(parseVolumeOptions(json, {})).rejects.toThrow(
      expect.objectContaining({ code: 'CallOutInvalid', message }),
    );
  });
});

describe('an unknown key', () => {
  test.each([
    ['that is near an option is suggested', 'keyvaultobjectname s', 'keyvaultobjectnames'],
    ['that differs in case is suggested', 'KeyVaultObjectTypes', 'keyvaultobjecttypes'],
    ['that lacks a letter is suggested', 'keyvaultnam', 'keyvaultname'],
  ])('%s', async (_, key, near) => {
    expect(await refusal({ [key]: 'x' })).toBe(
      oneFault(`"${key}": is not an option of this driver; did you mean ${near}?`),
    );
  });

  test.each(['constructor', 'toString', 'hasOwnProperty', 'valueOf'])(
    'named %s is a key like any other',
    async (key) => {
      expect(await refusal({ [key]: 'x' })).toBe(oneFault(`"${key}": is not an option of this driver`));
    },
  );

  test('named __proto__ is a key like any other, and changes no other option', async () => {
    const json = `{"__proto__":"x",${JSON.stringify(validOptions).slice(1)}`;
    await expect(parseVolumeOptions(json, {})).rejects.toThrow(
      '1 fault: "__proto__": is not an option of this driver',
    );
  });

  test('that belongs into the Secret is told so, without its value', async () => {
    const message = await refusal({ clientsecret: CANARY_SECRET });
    expect(message).toBe(
      oneFault(
        '"clientsecret": is a key of the Secret that secretRef names (kubernetes.io/secret/clientsecret), not an option',
      ),
    );
  });

  test('is shortened and escaped', async () => {
    const message = await refusal({ [`\n${'x'.repeat(5000)}`]: '' });
    expect(message).toBe(oneFault(`"\\n${'x'.repeat(79)}": is not an option of this driver`));
  });

  test("of kubelet's is passed over", async () => {
    expect(await parse({ 'kubernetes.io/something.new': 'x' })).toEqual(await parse({}));
  });

  test("in another name's kubernetes.io look-alike is no key of kubelet's", async () => {
    expect(await refusal({ 'kubernetes.io.evil/pod.name': 'x' })).toContain(
      '"kubernetes.io.evil/pod.name": is not an option of this driver',
    );
  });
});

describe('a single option', () => {
  const vault =
    'keyvaultname: must be the name of a vault: 3 to 24 letters, digits and single dashes (no URL)';
  const tenant = 'tenantid: must be the id or a domain name of an Entra tenant';
  const region = 'region: must be the name of an Azure region such as "centralus"';
  test.each<[string, Record<string, string>, string]>([
    ['a vault given as URL', { keyvaultname: 'https://shop.vault.azure.net' }, vault],
    ['a vault given as host', { keyvaultname: 'shop.evil.example' }, vault],
    ['a vault with a user part', { keyvaultname: 'a@b' }, vault],
    ['a vault name that is too short', { keyvaultname: 'ab' }, vault],
    ['a vault name that is too long', { keyvaultname: 'a'.repeat(25) }, vault],
    ['a vault name with two dashes', { keyvaultname: 'shop--vault' }, vault],
    ['an empty vault name', { keyvaultname: '' }, 'keyvaultname: is missing; name the vault to read from'],
    ['a blank vault name', { keyvaultname: ' \t' }, 'keyvaultname: is missing; name the vault to read from'],
    ['a tenant that is a path', { tenantid: '../common' }, tenant],
    ['a tenant with dots side by side', { tenantid: 'a..b' }, tenant],
    ['a tenant with a slash', { tenantid: 'a/b' }, tenant],
    ['a region that is a host', { region: 'evil.example#' }, region],
    ['a region of one letter', { region: 'x' }, region],
  ])('is refused: %s', async (_, changes, text) => {
    expect(await refusal(changes)).toBe(oneFault(text));
  });

  test('is trimmed', async () => {
    expect(
      await parse({ keyvaultname: '  shop-vault\n', tenantid: ' contoso.onmicrosoft.com ' }),
    ).toMatchObject({
      items: [{ vault: 'shop-vault' }],
      identity: { tenant: 'contoso.onmicrosoft.com' },
    });
  });

  test('resourcegroup and subscriptionid are accepted and mean nothing', async () => {
    expect(await parse({ resourcegroup: 'rg', subscriptionid: 'anything at all' })).toEqual(await parse({}));
  });

  test("every option empty but the needed ones is as in the predecessor's example manifests", async () => {
    const empty = {
      keyvaultobjectname: '',
      keyvaultobjecttype: '',
      keyvaultobjectversion: '',
      keyvaultobjectversions: '',
      keyvaultobjectalias: '',
      keyvaultobjectaliases: '',
      usepodidentity: '',
      usevmmanagedidentity: '',
      vmmanagedidentityclientid: '',
      cloudname: '',
      region: '',
      nmiport: '',
      resourcegroup: '',
      subscriptionid: '',
    };
    expect(await parse(empty)).toEqual(await parse({}));
  });
});

describe('all faults are reported at once', () => {
  test('each under its own option', async () => {
    const message = await refusal({
      keyvaultname: 'x',
      tenantid: 'a b',
      fileuser: 'root',
      cloudname: 'AzurePublicClod',
      nmiport: '70000',
      usepodidentity: 'false',
      keyvaultobjectnames: 'a;b',
      keyvaultobjecttypes: 'secret;certificate',
      keyvaultobjectversions: 'latest;',
      keyvaultobjectaliases: '../a;b;c',
      'kubernetes.io/secret/clientid': btoa('not a client id'),
      'kubernetes.io/mounterArgs.FsGroup': 'wheel',
      filemod: '0400',
    });
    expect(message.split(': ')[1]).toBe("the volume's options have 12 faults");
    expect(message.replace(/^.*?faults: /, '').split(' | ')).toEqual([
      'tenantid: must be the id or a domain name of an Entra tenant',
      'keyvaultname: must be the name of a vault: 3 to 24 letters, digits and single dashes (no URL)',
      'fileuser: must be a numeric user id, such as "1000": the node knows no names of a container\'s',
      'nmiport: must be a port number from 1 to 65535',
      '"filemod": is not an option of this driver; did you mean filemode?',
      'kubernetes.io/mounterArgs.FsGroup: must be a numeric group id',
      'cloudname: "AzurePublicClod" is not a known cloud; did you mean AzurePublicCloud? (known: AzurePublicCloud, AzureUSGovernmentCloud, AzureChinaCloud, AzureGermanCloud)',
      "secretRef: the Secret's key clientid must be the client id of a service principal (a GUID)",
      'keyvaultobjectaliases: has 3 items, but keyvaultobjectnames has 2 items; give one for each object',
      'keyvaultobjectversions: item 1 ("latest") must be a version: 32 hexadecimal digits, or empty for the latest',
      'keyvaultobjectaliases: item 1 ("../a") must not contain a path component that starts with ".."',
      'keyvaultobjecttypes: item 2 ("certificate") must be one of secret, key or cert',
    ]);
  });

  test('and no value of the Secret is in any of them', async () => {
    const message = await refusal({
      'kubernetes.io/secret/clientid': btoa(`${CANARY_SECRET} `),
      'kubernetes.io/secret/clientsecret': CANARY_SECRET,
      tenantid: '',
      keyvaultname: '',
    });
    expect(message).not.toContain(CANARY_SECRET);
    expect(message).not.toContain(btoa(CANARY_SECRET).slice(0, 12));
  });
});
