import { expect, test } from 'vitest';
import { mountsWith } from '../lab/kubelet.ts';
import { principalOf } from '../mock/seed.ts';
import { setScene, volumeOf } from './scene.ts';

const scene = setScene();

const vault = 'testkv\\.vault\\.azure\\.net';
const faults: [string, Record<string, string>, RegExp][] = [
  [
    'a missing secret',
    { keyvaultobjectnames: 'absent' },
    new RegExp(
      `^ObjectNotFound: secret "absent" \\(keyvaultobjectnames item 1\\) does not exist in ${vault}; .*\\(HTTP 404, SecretNotFound\\)`,
    ),
  ],
  [
    'a missing key',
    { keyvaultobjectnames: 'absent', keyvaultobjecttypes: 'key' },
    /^ObjectNotFound: key "absent".*KeyNotFound/,
  ],
  [
    'a missing certificate',
    { keyvaultobjectnames: 'absent', keyvaultobjecttypes: 'cert' },
    /^ObjectNotFound: cert "absent".*CertificateNotFound/,
  ],
  [
    'a missing version',
    { keyvaultobjectversions: '00000000000000000000000000000000' },
    /^ObjectNotFound: secret "plain" version 0{32} \(.*\) does not exist.*, but has other versions of secret "plain"; check the version/,
  ],
  [
    'a disabled secret',
    { keyvaultobjectnames: 'disabled' },
    new RegExp(`^ObjectDisabled: secret "disabled" \\(.*\\) of ${vault} is disabled; enable it`),
  ],
  [
    'a disabled key',
    { keyvaultobjectnames: 'disabled-key', keyvaultobjecttypes: 'key' },
    new RegExp(`^ObjectDisabled: key "disabled-key" \\(.*\\) of ${vault}: it is disabled; enable it`),
  ],
  [
    'a disabled certificate',
    { keyvaultobjectnames: 'disabled-certificate', keyvaultobjecttypes: 'cert' },
    /^ObjectDisabled: cert "disabled-certificate"/,
  ],
  [
    'a key taken for a secret',
    { keyvaultobjectnames: 'ec-p256' },
    new RegExp(
      `secret "ec-p256" \\(.*\\) does not exist in ${vault}, but a key "ec-p256" does; set its type to key`,
    ),
  ],
  [
    'a secret taken for a certificate',
    { keyvaultobjecttypes: 'cert' },
    /cert "plain" .* but a secret "plain" does; set its type to secret \(HTTP 404, CertificateNotFound/,
  ],
  [
    'a key without a public part',
    { keyvaultobjectnames: 'oct-hsm', keyvaultobjecttypes: 'key' },
    new RegExp(`^ObjectUnsupported: key "oct-hsm" \\(.*\\) of ${vault}: it is of type oct-HSM`),
  ],
  [
    'a vault that does not exist',
    { keyvaultname: 'nosuchkv' },
    /^VaultUnreachable: the vault nosuchkv\.vault\.azure\.net could not be reached: its name cannot be resolved/,
  ],
];

test.each(faults)('%s fails the mount with its name and the way out', async (_, options, expected) => {
  const volume = volumeOf(scene, 'faulty', { options });
  const { status, exitCode } = await scene.kubelet.mount(volume);
  expect(status.message).toMatch(expected);
  expect({ exitCode, status: status.status }).toEqual({ exitCode: 0, status: 'Failure' });
  expect(mountsWith('keyvault-flexvol')).toEqual([]);
});

test('all objects that cannot be read are named at once', async () => {
  const { clientId, secrets } = principalOf(scene.azure.seed, 'secrets-only');
  const volume = volumeOf(scene, 'several', {
    secret: { clientid: clientId, clientsecret: secrets[0] ?? '' },
    options: {
      keyvaultobjectnames: 'plain;absent;ec-p256;ec-pem',
      keyvaultobjecttypes: 'secret;secret;key;cert',
    },
  });
  const { message = '' } = (await scene.kubelet.mount(volume)).status;
  expect(message).toContain('secret "absent" (keyvaultobjectnames item 2) does not exist');
  expect(message).toContain('may not read key "ec-p256"');
  expect(message).toContain('may not read cert "ec-pem"');
  expect(mountsWith('keyvault-flexvol')).toEqual([]);
});

test('all faults of the options are named at once, and nothing is asked of Azure', async () => {
  const volume = volumeOf(scene, 'options', {
    options: {
      keyvaultname: 'https://testkv.vault.azure.net',
      keyvaultobjecttypes: 'secret;key',
      keyvaultobjectalias: '../escape',
      cloudname: 'AzurePublicClud',
      tenantId: 'x',
      usepodidentity: 'yes',
    },
  });
  const { message = '' } = (await scene.kubelet.mount(volume)).status;
  expect(message.split(' | ')).toEqual([
    "OptionsInvalid: the volume's options have 6 faults: keyvaultname: must be the name of a vault: 3 to 24 letters, digits and single dashes (no URL)",
    '"tenantId": is not an option of this driver; did you mean tenantid?',
    'usepodidentity: must be "true" or "false"',
    'cloudname: "AzurePublicClud" is not a known cloud; did you mean AzurePublicCloud? (known: AzurePublicCloud, AzureUSGovernmentCloud, AzureChinaCloud, AzureGermanCloud)',
    'keyvaultobjecttypes: has 2 items, but keyvaultobjectnames has 1 item; give one for each object',
    'keyvaultobjectalias: item 1 ("../escape") must not contain a path component that starts with ".."',
  ]);
  expect(scene.azure.requests()).toEqual([]);
});
