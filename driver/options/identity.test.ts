import { describe, expect, test } from 'vitest';
import { CANARY_SECRET, oneFault, parse, refusal } from './testing/valid-options.ts';

const CLIENT_ID = 'abcdefab-cdef-abcd-efab-cdefabcdefab';
const SECRET_ID = 'kubernetes.io/secret/clientid';
const SECRET_VALUE = 'kubernetes.io/secret/clientsecret';
const CERTIFICATE = 'kubernetes.io/secret/clientcertificate';
const PASSWORD = 'kubernetes.io/secret/clientcertificatepassword';
/** A pod that has no Secret and no tenant. */
const without = { [SECRET_ID]: undefined, [SECRET_VALUE]: undefined, tenantid: undefined };

describe('booleans are spelled', () => {
  test.each(['true', 'TRUE', 'True', 't', 'T', '1', ' true '])('%j for true', async (usepodidentity) => {
    expect((await parse({ ...without, usepodidentity })).identity.kind).toBe('pod-identity');
  });
  test.each(['false', 'FALSE', 'False', 'f', 'F', '0', '', ' '])('%j for false', async (usepodidentity) => {
    expect((await parse({ usepodidentity })).identity.kind).toBe('service-principal');
  });
  test.each(['yes', 'on', 'truee', 'null', '2', '-1'])('never %j', async (usepodidentity) => {
    expect(await refusal({ usepodidentity })).toBe(oneFault('usepodidentity: must be "true" or "false"'));
  });
  test('wrongly, and only that is reported, not what a service principal would lack', async () => {
    expect(await refusal({ ...without, usepodidentity: 'ture' })).toBe(
      oneFault('usepodidentity: must be "true" or "false"'),
    );
    expect(
      await refusal({ ...without, usevmmanagedidentity: 'ja', vmmanagedidentityclientid: CLIENT_ID }),
    ).toBe(oneFault('usevmmanagedidentity: must be "true" or "false"'));
  });
});

describe('a pod identity', () => {
  const podIdentity = { ...without, usepodidentity: 'true' };
  test.each<[string, Record<string, string>, number]>([
    ['asks NMI on its own port', {}, 2579],
    ['asks NMI on another port', { nmiport: '1' }, 1],
    ['asks NMI on the last port', { nmiport: ' 65535 ' }, 65535],
  ])('%s', async (_, changes, nmiPort) => {
    expect((await parse({ ...podIdentity, ...changes })).identity).toEqual({ kind: 'pod-identity', nmiPort });
  });
  test.each([
    ['0', 'must be a port number from 1 to 65535'],
    ['65536', 'must be a port number from 1 to 65535'],
    ['-1', 'must be a port number'],
    ['25.79', 'must be a port number'],
    ['0x50', 'must be a port number'],
    ['80@evil', 'must be a port number'],
    ['123456', 'must be a port number'],
  ])('has no port %j', async (nmiport, text) => {
    expect(await refusal({ ...podIdentity, nmiport })).toBe(oneFault(`nmiport: ${text}`));
  });
  test.each(['kubernetes.io/pod.name', 'kubernetes.io/pod.namespace'])('needs %s of kubelet', async (key) => {
    expect(await refusal({ ...podIdentity, [key]: undefined })).toBe(
      oneFault(
        'usepodidentity: kubelet did not say which pod this is (kubernetes.io/pod.name, kubernetes.io/pod.namespace)',
      ),
    );
  });
  test('passes a Secret over that is there as well', async () => {
    expect((await parse({ usepodidentity: 'true' })).identity).toEqual({
      kind: 'pod-identity',
      nmiPort: 2579,
    });
  });
});

describe('a managed identity', () => {
  const managed = { ...without, usevmmanagedidentity: 'true' };
  test('is the system-assigned one without an id', async () => {
    expect((await parse(managed)).identity).toEqual({
      kind: 'managed-identity',
      assignment: { kind: 'system' },
    });
  });
  const resourceId = `/subscriptions/${CLIENT_ID}/resourcegroups/my-Group_(1).x/providers/Microsoft.ManagedIdentity/userAssignedIdentities/my-id_1`;
  test.each([
    ['vmmanagedidentityclientid', 'client-id', CLIENT_ID],
    ['vmmanagedidentityobjectid', 'object-id', CLIENT_ID],
    ['vmmanagedidentityresourceid', 'resource-id', resourceId],
  ])('is a user-assigned one with %s', async (option, kind, id) => {
    const { identity } = await parse({ ...managed, [option]: id });
    expect(identity).toEqual({ kind: 'managed-identity', assignment: { kind, id } });
  });
  test('is chosen by one id', async () => {
    const both = { vmmanagedidentityclientid: CLIENT_ID, vmmanagedidentityobjectid: CLIENT_ID };
    expect(await refusal({ ...managed, ...both })).toBe(
      oneFault('vmmanagedidentityclientid and vmmanagedidentityobjectid: choose the identity by one of them'),
    );
  });
  test.each([
    'my-identity',
    '/subscriptions/x/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/i',
    `${resourceId}/more`,
    resourceId.slice(1),
  ])('has no resource id like %s', async (vmmanagedidentityresourceid) => {
    expect(await refusal({ ...managed, vmmanagedidentityresourceid })).toMatch(
      /1 fault: vmmanagedidentityresourceid: must be the resource id of a user-assigned managed identity: \/subscriptions/,
    );
  });
  test.each([
    ['usevmmanagedidentity', '; write vmmanagedidentityclientid instead'],
    ['usepodidentity', ''],
  ])('has no use for clientid: %s', async (name, hint) => {
    expect(await refusal({ ...without, [name]: 'true', clientid: CLIENT_ID })).toBe(
      oneFault(`clientid: is not used with ${name}${hint}`),
    );
  });
  test('has a GUID as its client id', async () => {
    expect(await refusal({ ...managed, vmmanagedidentityclientid: 'my-identity' })).toBe(
      oneFault(
        'vmmanagedidentityclientid: must be the client id (a GUID) of a user-assigned managed identity',
      ),
    );
  });
  test('has to be asked for when its client id is given', async () => {
    expect(await refusal({ vmmanagedidentityclientid: CLIENT_ID })).toBe(
      oneFault('vmmanagedidentityclientid: is given, but usevmmanagedidentity is not "true"'),
    );
  });
  test('cannot be used together with a pod identity', async () => {
    expect(await refusal({ ...managed, usepodidentity: 'true' })).toBe(
      oneFault('usepodidentity and usevmmanagedidentity: both are true; choose one identity'),
    );
  });
  test('cannot be used together with two others', async () => {
    const three = { ...managed, usepodidentity: 'true', useworkloadidentity: 'true' };
    expect(await refusal(three)).toBe(
      oneFault(
        'usepodidentity and usevmmanagedidentity and useworkloadidentity: all are true; choose one identity',
      ),
    );
  });
});

describe('a workload identity', () => {
  const workload = { ...without, useworkloadidentity: 'true', clientid: CLIENT_ID };
  test.each([[undefined], ['contoso.onmicrosoft.com']])('has the tenant %s', async (tenantid) => {
    expect((await parse({ ...workload, tenantid })).identity).toEqual({
      kind: 'workload-identity',
      tenant: tenantid,
      clientId: CLIENT_ID,
    });
  });
  test('needs a client id', async () => {
    expect(await refusal({ ...workload, clientid: '' })).toBe(
      oneFault(
        'clientid: is missing; with useworkloadidentity, name the application or managed identity that trusts the service account',
      ),
    );
  });
  test('needs a client id that is one, said once', async () => {
    expect(await refusal({ ...workload, clientid: 'my-app' })).toBe(
      oneFault('clientid: must be the client id (a GUID) of an application or managed identity'),
    );
  });
});

describe('a service principal', () => {
  test.each<[string, string]>([
    ['as it was encoded', btoa(CANARY_SECRET)],
    ['without the line end that echo appends', btoa(`${CANARY_SECRET}\n`)],
    ['without the line end of another system', btoa(`${CANARY_SECRET}\r\n`)],
    ['without many line ends', btoa(`${CANARY_SECRET}${'\r\n'.repeat(20_000)}`)],
    ['from base64 that was wrapped', btoa(CANARY_SECRET).replace(/.{6}/g, '$&\n')],
    ['from base64 without padding', btoa(CANARY_SECRET).replace(/=+$/, '')],
  ])('has its secret %s', async (_, encoded) => {
    expect((await parse({ [SECRET_VALUE]: encoded })).identity).toMatchObject({
      credential: { kind: 'secret', secret: CANARY_SECRET },
    });
  });

  test('may have a secret of any script, with spaces kept', async () => {
    const bytes = new TextEncoder().encode(' pässwörd~鍵 ');
    const encoded = btoa(String.fromCharCode(...bytes));
    expect((await parse({ [SECRET_VALUE]: encoded })).identity).toMatchObject({
      credential: { kind: 'secret', secret: ' pässwörd~鍵 ' },
    });
  });

  test('may have a certificate, of any bytes', async () => {
    const changes = { [SECRET_VALUE]: undefined, [CERTIFICATE]: btoa('\x30\x82\xff\x00') };
    expect((await parse(changes)).identity).toMatchObject({
      credential: { kind: 'certificate', bytes: Uint8Array.of(0x30, 0x82, 0xff, 0), password: undefined },
    });
    for (const [encoded, password] of [
      ['', undefined],
      [btoa(`${CANARY_SECRET}\n`), CANARY_SECRET],
    ]) {
      const { identity } = await parse({ ...changes, [PASSWORD]: encoded });
      expect(identity).toMatchObject({ credential: { password } });
    }
  });

  test('may have its client id as an option, and in both places when it is the same', async () => {
    const inSecret = '11111111-2222-3333-4444-555555555555';
    for (const changes of [{ clientid: CLIENT_ID, [SECRET_ID]: undefined }, { clientid: inSecret }]) {
      expect((await parse(changes)).identity).toMatchObject({ clientId: changes.clientid });
    }
  });

  test('may leave its tenant to the vault', async () => {
    expect((await parse({ tenantid: '' })).identity).toMatchObject({ tenant: undefined });
  });

  test('uses the region without spaces, in lower case', async () => {
    expect((await parse({ region: 'West Europe' })).identity).toMatchObject({ region: 'westeurope' });
  });

  const wayOut =
    'name one of type azure/kv that has it, or set usepodidentity, usevmmanagedidentity or useworkloadidentity to "true"';
  test.each<[string, Record<string, string | undefined>, string]>([
    [
      'its client id is not in the Secret',
      { [SECRET_ID]: undefined },
      `secretRef: names no Secret with the key clientid; ${wayOut}`,
    ],
    [
      'its secret is not in the Secret',
      { [SECRET_VALUE]: undefined },
      `secretRef: names no Secret with the key clientsecret; ${wayOut}`,
    ],
    [
      'there is no Secret',
      { [SECRET_ID]: undefined, [SECRET_VALUE]: undefined },
      `secretRef: names no Secret with the key clientid and clientsecret; ${wayOut}`,
    ],
    ['its secret is empty', { [SECRET_VALUE]: '' }, "secretRef: the Secret's key clientsecret is empty"],
    [
      'its secret is only a line end',
      { [SECRET_VALUE]: btoa('\n') },
      "secretRef: the Secret's key clientsecret is empty",
    ],
    [
      'its secret is no base64',
      { [SECRET_VALUE]: CANARY_SECRET },
      "secretRef: the Secret's key clientsecret is not base64-encoded UTF-8",
    ],
    [
      'its secret is base64 of impossible length',
      { [SECRET_VALUE]: 'YWJjZ' },
      "secretRef: the Secret's key clientsecret is not base64-encoded UTF-8",
    ],
    [
      'its secret is no UTF-8',
      { [SECRET_VALUE]: btoa('\xff\xfe') },
      "secretRef: the Secret's key clientsecret is not base64-encoded UTF-8",
    ],
    [
      'its client id is something else',
      { [SECRET_ID]: btoa('http://my app') },
      "secretRef: the Secret's key clientid must be the client id of a service principal (a GUID)",
    ],
    [
      'the Secret has a certificate too',
      { [CERTIFICATE]: btoa('x') },
      'secretRef: the Secret has both clientsecret and clientcertificate; keep one of them',
    ],
    [
      'the Secret has a password of no certificate',
      { [PASSWORD]: btoa('x') },
      'secretRef: the Secret has clientcertificatepassword, but no clientcertificate',
    ],
    [
      'its certificate is empty',
      { [SECRET_VALUE]: undefined, [CERTIFICATE]: '' },
      "secretRef: the Secret's key clientcertificate is empty",
    ],
    [
      'its certificate is no base64',
      { [SECRET_VALUE]: undefined, [CERTIFICATE]: '~' },
      "secretRef: the Secret's key clientcertificate is not base64-encoded",
    ],
    [
      'the option clientid names another one',
      { clientid: CLIENT_ID },
      "clientid: is another one than the Secret's key clientid; keep one of them",
    ],
    [
      'its tenant is no tenant, said once',
      { tenantid: 'a b' },
      'tenantid: must be the id or a domain name of an Entra tenant',
    ],
  ])('is refused when %s', async (_, changes, text) => {
    expect(await refusal(changes)).toBe(oneFault(text));
  });
});
