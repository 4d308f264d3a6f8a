import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CallOutResult, PodVolume } from '../lab/kubelet.ts';
import type { FaultRules } from '../mock/faults/rules.ts';
import { certificateOf, principalOf } from '../mock/seed.ts';
import { type LockedContainer, lockedContainer } from './locked-container.ts';
import { setScene, volumeOf } from './scene.ts';
import { witness } from './witness.ts';

const scene = setScene();
const tried = { cases: 0, places: 0, findings: 0 };

/** Distinct in each run, so that nothing is found that another run left. */
const mark = (what: string) => `canary-${what}-${randomBytes(12).toString('hex')}`;
const canaries = {
  value: mark('value'),
  wrongSecret: mark('secret'),
  token: mark('token'),
  echoed: mark('echoed'),
  password: mark('password'),
  property: mark('property'),
  containerPassword: mark('container'),
  rules: mark('rules'),
};
let locked: LockedContainer;
beforeAll(async () => {
  locked = await lockedContainer(canaries.containerPassword);
});

/** Allows others something, under names that are nobody else's business. */
const foreignRule = {
  description: canaries.rules,
  namespaces: ['others'],
  serviceAccounts: ['*'],
  vaults: ['*'],
  objects: ['*/*'],
  identities: ['service-principal'],
};

afterAll(() => {
  mkdirSync('dist/security', { recursive: true });
  const report = {
    command: 'npm test (e2e/contract/canary.test.ts)',
    date: new Date().toISOString(),
    canaries: Object.keys(canaries).length + 3,
    ...tried,
  };
  writeFileSync('dist/security/canary.json', `${JSON.stringify(report, undefined, 2)}\n`);
});

/** What must not be found, in every spelling that a careless program would give it. */
function spellings(): string[] {
  const reader = principalOf(scene.azure.seed, 'reader');
  const stored = certificateOf(scene.azure.seed, 'testkv', 'chain-pkcs12').secret;
  // The middle of a container is as unique as the whole, and survives being cut.
  // So are the lines of a key's body.
  const keyLine = locked.key.split('\n')[1] ?? '';
  const secrets = [...Object.values(canaries), reader.secrets[0] ?? '', stored.slice(200, 260), keyLine];
  return secrets.flatMap((secret) => {
    const base64 = Buffer.from(secret).toString('base64').replace(/=+$/, '').slice(0, -1);
    return [secret, base64, encodeURIComponent(secret), Buffer.from(secret).toString('hex')];
  });
}

function expectNoCanary(text: string, where: string): void {
  tried.places += 1;
  const found = spellings().filter((spelling) => text.includes(spelling));
  tried.findings += found.length;
  expect(found, where).toEqual([]);
}

/** Runs a call-out and looks everywhere but in the volume itself. */
async function watched(action: () => Promise<CallOutResult>): Promise<CallOutResult> {
  const begin = join('/run', 'lab', 'begin');
  writeFileSync(begin, '');
  const [result, seen] = await witness(scene.kubelet.driver, action);
  tried.cases += 1;
  expect(result.exitCode).toBe(0);
  expectNoCanary(result.output, 'output');
  for (const command of seen.commands) expectNoCanary(command, 'the command line of a child');
  for (const variable of seen.environments) expectNoCanary(variable, 'the environment of a child');
  for (const path of await writtenSince(begin)) expectNoCanary(textOf(path), path);
  return result;
}

/** Other programs of the machine may take theirs away again. */
function textOf(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT' && !path.startsWith('/run/keyvault-flexvol'))
      return '';
    throw error;
  }
}

/** Files of the node that changed, those of volumes left out: their tmpfs, and where it is shown. */
async function writtenSince(file: string): Promise<string[]> {
  const roots = ['/run', '/etc', '/var/log', '/var/tmp', join(scene.kubelet.driver, '../../..')];
  const { stdout } = await execa(
    'find',
    [...roots, '-xdev', '-type', 'f', '-newer', file, '-size', '-8192k', '-print0'],
    { reject: false },
  );
  const inDriver = readdirSync('/run/keyvault-flexvol', { recursive: true, encoding: 'utf8' })
    .map((name) => join('/run/keyvault-flexvol', name))
    .filter((path) => !path.startsWith('/run/keyvault-flexvol/volumes/') && statSync(path).isFile());
  return [...stdout.split('\0').filter((path) => path !== ''), ...inDriver];
}

const objects = (...list: object[]): Partial<PodVolume> => ({
  options: { objects: JSON.stringify(list), keyvaultobjectnames: '', keyvaultobjecttypes: '' },
});
const wrongSecret = (): Partial<PodVolume> => ({
  secret: { clientid: principalOf(scene.azure.seed, 'reader').clientId, clientsecret: canaries.wrongSecret },
});
const withWrongPassword = (): Partial<PodVolume> => ({
  ...objects({ name: 'locked', format: 'pem' }),
  secret: { ...volumeOf(scene, 'x').secret, pfxpassword: canaries.password },
});
const answerOf = (
  role: 'entra' | 'vault',
  action: FaultRules['rules'] extends (infer R)[] | undefined
    ? R extends { action: infer A }
      ? A
      : never
    : never,
): FaultRules => ({
  rules: [{ match: { role, ...(role === 'entra' ? { method: 'POST' } : {}) }, action }],
});
const json = { contentType: 'application/json' };
const everything = JSON.stringify({
  error: { code: canaries.echoed, message: canaries.echoed, innererror: { code: canaries.echoed } },
  error_description: canaries.echoed,
  value: canaries.echoed,
  access_token: canaries.token,
});

function fill(): void {
  const vault = scene.azure.directory.vault('testkv');
  const secret = { contentType: undefined, tags: {} };
  vault?.addSecret('plain', { ...secret, value: canaries.value });
  vault?.addSecret('locked', {
    value: locked.container,
    contentType: 'application/x-pkcs12',
    tags: {},
  });
  vault?.addSecret('document', { ...secret, value: JSON.stringify({ a: canaries.property }) });
}

describe('no secret is anywhere but in the volume when a mount', () => {
  test.each<[string, () => Partial<PodVolume>]>([
    ['of a secret succeeds', () => ({})],
    ['of a property succeeds', () => objects({ name: 'document', property: 'a' })],
    ['of a certificate with its key succeeds', () => objects({ name: 'chain-pkcs12', format: 'pem' })],
  ])('%s', async (_, changes) => {
    fill();
    const volume = volumeOf(scene, 'canary', changes());
    expect((await watched(() => scene.kubelet.mount(volume))).output).toBe('{"status":"Success"}\n');
    // They are there indeed, so what was looked for could have been found.
    const files = readdirSync(scene.kubelet.directoryOf(volume)).filter((name) => !name.startsWith('..'));
    const bytes = files.map((name) => readFileSync(join(scene.kubelet.directoryOf(volume), name), 'latin1'));
    expect(bytes.join('')).toMatch(/canary-|PRIVATE KEY/);
    expect((await watched(() => scene.kubelet.unmount(volume))).output).toBe('{"status":"Success"}\n');
  });

  test.each<
    [string, () => Partial<PodVolume>, ((() => FaultRules) | undefined)?, (object | undefined)?, RegExp?]
  >([
    ['has a wrong client secret', wrongSecret],
    ['asks for what is not there', () => objects({ name: 'plain' }, { name: 'missing' })],
    ['reads a certificate that is none', () => objects({ name: 'plain', format: 'pem' })],
    ['reads base64 that is none', () => objects({ name: 'plain', encoding: 'base64' })],
    ['reads hex that is none', () => objects({ name: 'plain', encoding: 'hex' })],
    ['reads a property of what is no document', () => objects({ name: 'plain', property: 'a' })],
    ['reads a property that is not there', () => objects({ name: 'document', property: 'b' })],
    [
      'has a password for what is no container',
      () => ({
        ...objects({ name: 'plain', format: 'pfx' }),
        secret: { ...volumeOf(scene, 'x').secret, pfxpassword: canaries.password },
      }),
    ],
    ['has options that are wrong', () => ({ options: { keyvaultname: '', tenantid: '!' } })],
    [
      'reads a container whose password is another',
      withWrongPassword,
      undefined,
      undefined,
      /^ObjectContentInvalid: .*pfxpassword/,
    ],
    [
      'reads a container whose password nobody gave',
      () => objects({ name: 'locked', format: 'pem' }),
      undefined,
      undefined,
      /^ObjectContentInvalid: .*has a password/,
    ],
    [
      'is denied by the policy of the node',
      () => ({}),
      undefined,
      { enabled: true, rules: [foreignRule] },
      /^PolicyDenied: /,
    ],
    [
      'is refused by Entra with its secret in the answer',
      wrongSecret,
      () =>
        answerOf('entra', {
          ...json,
          status: 401,
          body: everything.replaceAll(canaries.echoed, canaries.wrongSecret),
        }),
    ],
    [
      'is given a token that is none',
      () => ({}),
      () =>
        answerOf('entra', {
          ...json,
          status: 200,
          body: JSON.stringify({ access_token: `${canaries.token} \u0001`, expires_in: 3600 }),
        }),
    ],
    [
      'is given a token that the vault does not take',
      () => ({}),
      () =>
        answerOf('entra', {
          ...json,
          status: 200,
          body: JSON.stringify({ access_token: canaries.token, expires_in: 3600 }),
        }),
    ],
    [
      'is given garbage for a token',
      () => ({}),
      () => answerOf('entra', { ...json, status: 200, body: `{"access_token":"${canaries.token}` }),
    ],
    [
      'is refused by the vault with a secret in the answer',
      () => ({}),
      () => answerOf('vault', { ...json, status: 403, body: everything }),
    ],
    [
      'is told 404 with a secret in the answer',
      () => ({}),
      () => answerOf('vault', { ...json, status: 404, body: everything }),
    ],
    [
      'is told 400 with a secret in the answer',
      () => ({}),
      () => answerOf('vault', { ...json, status: 400, body: everything }),
    ],
    [
      'is answered with half of a secret',
      () => ({}),
      () => answerOf('vault', { ...json, status: 200, body: everything.slice(0, -9) }),
    ],
    [
      'is answered with a page that holds a secret',
      () => ({}),
      () => answerOf('vault', { contentType: 'text/html', status: 200, body: canaries.echoed }),
    ],
    [
      'is answered with a header that holds a secret',
      () => ({}),
      () =>
        answerOf('vault', {
          ...json,
          status: 401,
          body: everything,
          headers: {
            'WWW-Authenticate': `Bearer authorization="https://x/${canaries.echoed}"`,
            'x-ms-request-id': canaries.echoed,
          },
        }),
    ],
    [
      'is sent elsewhere with a secret in the address',
      () => ({}),
      () => answerOf('vault', { redirect: `https://otherkv.vault.azure.net/${canaries.echoed}` }),
    ],
  ])('%s', async (_, changes, faults, policy, message) => {
    fill();
    const configuration = { caBundle: scene.azure.caPem, deadlineSeconds: 20 };
    await scene.kubelet.configure(policy === undefined ? configuration : { ...configuration, policy });
    if (faults) scene.azure.setFaults(faults());
    const volume = volumeOf(scene, 'canary', changes());
    const { status } = await watched(() => scene.kubelet.mount(volume));
    expect(status.status).toBe('Failure');
    if (message) expect(status.message).toMatch(message);
    await watched(() => scene.kubelet.unmount(volume));
    const hosts = new Set(scene.azure.requests().map(({ host }) => host));
    for (const host of hosts) expect(['login.microsoftonline.com', 'testkv.vault.azure.net']).toContain(host);
  });
});
