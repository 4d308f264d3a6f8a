import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Agent, startAgent } from '../lab/agent.ts';
import type { PodVolume } from '../lab/kubelet.ts';
import type { FaultRules } from '../mock/faults/rules.ts';
import { principalOf, secretOf } from '../mock/seed.ts';
import { setScene, volumeOf } from './scene.ts';

/** The built driver and a real agent with its memory on; only by it can anything be read. */
const scene = setScene();

/** Long enough for a second mount on a busy machine. */
const LATEST_SECONDS = 4;
const LONGER_THAN_A_TEST_SECONDS = 3600;
const TIME_IS_OVER_MS = LATEST_SECONDS * 1000 + 100;

/** Four beside the one that each pod asks for. */
const OTHERS = ['multiline', 'non-ascii', 'json-document', 'one-char'];

let agent: Agent | undefined;
beforeEach(() => rememberFor(LATEST_SECONDS));
afterEach(() => agent?.stop());

/** Runs an agent for which what it has read is the latest for this long. */
async function rememberFor(seconds: number): Promise<void> {
  await (agent ?? scene.agent)?.stop();
  agent = await startAgent(scene.kubelet, { environment: { AGENT_LATEST_SECONDS: String(seconds) } });
}

/** Requests so far: all of them, and by role. */
function asked(): Readonly<Record<string, number>> {
  const { total, byRole } = scene.azure.counts();
  return { total, ...byRole };
}

async function mount(volume: PodVolume): Promise<string> {
  const { output, status } = await scene.kubelet.mount(volume);
  if (status.status !== 'Success') return status.message ?? output;
  const read = readFileSync(join(scene.kubelet.directoryOf(volume), 'plain'), 'utf8');
  await scene.kubelet.unmount(volume);
  return read;
}

function plain(): string {
  return secretOf(scene.azure.seed, 'testkv', 'plain').value;
}

describe('mounts of the same objects by the same identity', () => {
  test('one after the other ask once', async () => {
    await rememberFor(LONGER_THAN_A_TEST_SECONDS);
    for (let pod = 0; pod < 3; pod++) expect(await mount(volumeOf(scene, `again-${pod}`))).toBe(plain());
    expect(asked()).toMatchObject({ total: 2, entra: 1, vault: 1 });
  });

  test('all at once ask once', async () => {
    await rememberFor(LONGER_THAN_A_TEST_SECONDS);
    scene.azure.setFaults({ rules: [], latencyMs: 100 });
    const pods = Array.from({ length: 20 }, (_, pod) => mount(volumeOf(scene, `at-once-${pod}`)));
    expect(new Set(await Promise.all(pods))).toEqual(new Set([plain()]));
    expect(asked()).toMatchObject({ total: 2, entra: 1, vault: 1 });
  });

  test('with NMI ask NMI for each pod, and the vault once', async () => {
    await rememberFor(LONGER_THAN_A_TEST_SECONDS);
    const options = { usepodidentity: 'true' };
    for (let pod = 0; pod < 3; pod++)
      expect(await mount(volumeOf(scene, `nmi-${pod}`, { secret: {}, options }))).toBe(plain());
    expect(asked()).toMatchObject({ total: 4, nmi: 3, vault: 1 });
  });

  test('see a new version when the time is over, and not before', async () => {
    expect(await mount(volumeOf(scene, 'before'))).toBe(plain());
    scene.azure.directory
      .vault('testkv')
      ?.addSecret('plain', { value: 'new', contentType: undefined, tags: {} });
    expect(await mount(volumeOf(scene, 'soon-after'))).toBe(plain());
    await delay(TIME_IS_OVER_MS);
    expect(await mount(volumeOf(scene, 'later'))).toBe('new');
  });
});

describe('somebody else', () => {
  test.each<[string, (own: Record<string, string | Uint8Array>) => Partial<PodVolume>, RegExp]>([
    [
      'with the right client and a wrong secret',
      (own) => ({ secret: { ...own, clientsecret: 'guessed' } }),
      /^CredentialRejected: /,
    ],
    [
      'to whom NMI has given no identity',
      () => ({ pod: 'unassigned-0', secret: {}, options: { usepodidentity: 'true' } }),
      /^IdentityNotAssigned: /,
    ],
    [
      'whose identity in NMI may not read it',
      () => ({ pod: 'denied-0', secret: {}, options: { usepodidentity: 'true' } }),
      /^AccessDenied: /,
    ],
    [
      'whose application may not read it',
      () => {
        const { clientId, secrets } = principalOf(scene.azure.seed, 'no-permissions');
        return { secret: { clientid: clientId, clientsecret: secrets[0] ?? '' } };
      },
      /^AccessDenied: /,
    ],
  ])('%s gets nothing of what is remembered', async (_, changesOf, refusal) => {
    const own = volumeOf(scene, 'own');
    expect(await mount(own)).toBe(plain());
    expect(await mount(volumeOf(scene, 'nmi', { secret: {}, options: { usepodidentity: 'true' } }))).toBe(
      plain(),
    );
    const before = asked()['total'] ?? 0;
    await scene.kubelet.configure({ caBundle: scene.azure.caPem, deadlineSeconds: 5 });
    const message = await mount(volumeOf(scene, 'stranger', changesOf(own.secret ?? {})));
    expect(message).toMatch(refusal);
    expect(message).not.toContain(plain());
    expect(asked()['total']).toBeGreaterThan(before);
  });

  test('is refused once the time is over, when a right was taken away', async () => {
    expect(await mount(volumeOf(scene, 'allowed'))).toBe(plain());
    scene.azure.directory
      .vault('testkv')
      ?.setPermissions('reader', { secrets: [], keys: [], certificates: [] });
    await delay(TIME_IS_OVER_MS);
    expect(await mount(volumeOf(scene, 'not-any-more'))).toMatch(/^AccessDenied: /);
  });
});

test('a token that is revoked is fetched anew, and nobody notices', async () => {
  await mount(volumeOf(scene, 'first'));
  await delay(TIME_IS_OVER_MS);
  scene.azure.setFaults({ rules: [{ match: { role: 'vault' }, action: { status: 401 }, times: 1 }] });
  expect(await mount(volumeOf(scene, 'second'))).toBe(plain());
  expect(asked()).toMatchObject({ entra: 2, vault: 3 });
});

test('a vault that throttles is left in peace by all mounts together, and all succeed after it', async () => {
  await rememberFor(LONGER_THAN_A_TEST_SECONDS);
  scene.azure.setFaults({
    rules: [{ match: { role: 'vault' }, action: { status: 429, headers: { 'retry-after': '2' } }, times: 3 }],
  });
  const pods = Array.from({ length: 12 }, (_, pod) =>
    mount(
      volumeOf(scene, `storm-${pod}`, {
        options: {
          keyvaultobjectnames: `plain;${OTHERS[pod % OTHERS.length]}`,
          keyvaultobjecttypes: 'secret;secret',
        },
      }),
    ),
  );
  expect(new Set(await Promise.all(pods))).toEqual(new Set([plain()]));
  // Five secrets, and the three refusals; without a memory each of the twelve would have asked for its two, and again.
  expect(asked()['vault']).toBeLessThanOrEqual(5 + 5 + 3);
});

test('a secret that is missing is asked for once in a few seconds, by however many pods', async () => {
  const options = { keyvaultobjectnames: 'missing', keyvaultobjecttypes: 'secret' };
  for (let pod = 0; pod < 3; pod++)
    expect(await mount(volumeOf(scene, `missing-${pod}`, { options }))).toMatch(/^ObjectNotFound: /);
  const requests = scene.azure.requests().filter(({ path }) => path.startsWith('/secrets/missing'));
  expect(requests).toHaveLength(1);
});

describe('with startstale, while Azure cannot be asked, a volume gets what was read before', () => {
  const options = {
    startstale: '1h',
    keyvaultobjectnames: '',
    keyvaultobjecttypes: '',
    objects: '- {name: plain, metadata: true}\n- {name: rsa-2048, type: key}',
  };

  test.each<[string, FaultRules['rules']]>([
    ['the vault fails', [{ match: { role: 'vault' }, action: { status: 503 } }]],
    ['the vault cuts connections', [{ match: { role: 'vault' }, action: { reset: 'at-once' } }]],
    ['the vault throttles', [{ match: { role: 'vault' }, action: { status: 429 } }]],
    ['the vault is silent', [{ match: { role: 'vault' }, action: { hang: true } }]],
    ['nothing answers', [{ match: {}, action: { reset: 'at-once' } }]],
  ])('%s', async (_, rules) => {
    const before = volumeOf(scene, 'before', { options });
    expect(await mount(before)).toBe(plain());
    await delay(TIME_IS_OVER_MS);
    scene.azure.setFaults({ rules });
    const stale = volumeOf(scene, 'stale', { options });
    const { status, milliseconds } = await scene.kubelet.mount(stale);
    expect(status).toEqual({ status: 'Success' });
    expect(milliseconds).toBeLessThan(60_000);
    const directory = scene.kubelet.directoryOf(stale);
    expect(readFileSync(join(directory, 'plain'), 'utf8')).toBe(plain());
    const { staleSince } = JSON.parse(readFileSync(join(directory, 'plain.metadata.json'), 'utf8'));
    expect(Date.now() - Date.parse(staleSince)).toBeLessThan(60_000);
    expect(eventOf('stale')).toMatchObject({
      code: 'Success',
      source: 'agent',
      staleSince: expect.any(String),
    });
    await scene.kubelet.unmount(stale);
  });

  test('but not one without the option, nor somebody else’s', async () => {
    expect(await mount(volumeOf(scene, 'before', { options }))).toBe(plain());
    await delay(TIME_IS_OVER_MS);
    scene.azure.setFaults({ rules: [{ match: { role: 'vault' }, action: { status: 503 } }] });
    await scene.kubelet.configure({ caBundle: scene.azure.caPem, deadlineSeconds: 6 });
    expect(await mount(volumeOf(scene, 'without'))).toMatch(/^(VaultFault|DeadlineExceeded): /);
    const { clientId, secrets } = principalOf(scene.azure.seed, 'secrets-only');
    const secret = { clientid: clientId, clientsecret: secrets[0] ?? '' };
    expect(await mount(volumeOf(scene, 'else', { options, secret }))).toMatch(
      /^(VaultFault|DeadlineExceeded): /,
    );
  });

  test('and not what the vault refuses', async () => {
    expect(await mount(volumeOf(scene, 'before', { options }))).toBe(plain());
    await delay(TIME_IS_OVER_MS);
    scene.azure.directory
      .vault('testkv')
      ?.setPermissions('reader', { secrets: [], keys: [], certificates: [] });
    expect(await mount(volumeOf(scene, 'refused', { options }))).toMatch(/^AccessDenied: /);
    scene.azure.setFaults({ rules: [{ match: { role: 'vault' }, action: { status: 503 } }] });
    // The refusal itself is remembered for a moment.
    await delay(3100);
    await scene.kubelet.configure({ caBundle: scene.azure.caPem, deadlineSeconds: 6 });
    expect(await mount(volumeOf(scene, 'still', { options }))).toMatch(/^(VaultFault|DeadlineExceeded): /);
  });
});

/** The event of the mount of this pod. */
function eventOf(pod: string): unknown {
  const spool = '/run/keyvault-flexvol/events';
  const lines = readdirSync(spool).flatMap((name) =>
    readFileSync(join(spool, name), 'utf8').trimEnd().split('\n'),
  );
  const events = lines.map((line) => JSON.parse(line) as { pod: { name: string }; callOut: string });
  return events.findLast((event) => event.callOut === 'mount' && event.pod.name === pod);
}
