import { appendFileSync, mkdtempSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { startAgent } from '../../lab/agent.ts';
import { Kubelet, type PodVolume } from '../../lab/kubelet.ts';
import { type Mock, startMock } from '../../mock/mock.ts';
import type { Cloud } from '../../mock/seed/schema.ts';
import { loadSeed, principalOf, secretOf } from '../../mock/seed.ts';
import { openNameServer, type Verdict } from './name-server.ts';
import { expectCleanFailure, expectOneLine, leftBehind } from './node-state.ts';
import { AZURE, addressOf, openRoutes } from './routes.ts';
import type { FaultAction, Place, Row } from './row.ts';

/** The lab's file is written in place: it is bound over the real one. */
const HOSTS = '/etc/hosts';
/** Long enough to get as far as the fault on a busy machine, short enough to wait for. */
const SHORT_DEADLINE_SECONDS = 10;
/** Never in an output: what only the secret, a token or a foreign answer holds. */
const CANARY = 'canary-of-an-answer';

export interface Stage {
  /** Plays one row and checks everything about it. */
  play(row: Row): Promise<void>;
  close(): Promise<void>;
}

/**
 * Azure as often as there are rows, each in a cloud of its own, with host names of its own: so faults are told
 * apart by host, and rows can be played at the same time.
 */
export async function openStage(rows: readonly Row[]): Promise<Stage> {
  const clouds = new Map(rows.map((row, index) => [row, cloudOf(index)]));
  const seed = await loadSeed();
  const azure = await startMock({
    seed: { ...seed, clouds: [...seed.clouds, ...clouds.values()] },
    tls: [`${AZURE}:443`],
    nmi: [`${AZURE}:2579`],
    imds: ['169.254.169.254:80'],
    certificates: Object.fromEntries(
      [...clouds].flatMap(([{ place, fault }, cloud]) =>
        fault.certificate === undefined ? [] : [[hostOf(place, cloud), fault.certificate]],
      ),
    ),
  });
  azure.setFaults({ rules: await rulesOf(clouds, azure) });
  const closeRoutes = await openRoutes();
  const closeNameServer = await openNameServer((name) => verdictOn(name, clouds));
  const hosts = readFileSync(HOSTS, 'utf8');
  appendFileSync(HOSTS, [...clouds].map(([row, cloud]) => hostLines(row, cloud)).join(''));

  const config = {
    caBundle: azure.caPem,
    nmiPorts: [2579, 2580],
    clouds: Object.fromEntries(
      [...clouds.values()].map(({ name, authorities: [login], vaultSuffix }) => [
        name,
        { authority: `https://${login}`, vaultSuffix },
      ]),
    ),
  };
  const patient = await Kubelet.create(temporary(), config);
  // A hundred mounts at once may find the agent too busy, and then read by themselves: the answers are the same.
  const byAgent = process.env['READ_BY'] === 'agent';
  const agent = byAgent ? await startAgent(patient, { aloneCanRead: true }) : undefined;
  const hasty = await Kubelet.create(temporary(), { ...config, deadlineSeconds: SHORT_DEADLINE_SECONDS });

  return {
    async play(row) {
      const cloud = clouds.get(row);
      if (cloud === undefined) throw new Error('the row is not of this stage');
      const kubelet = row.atDeadline ? hasty : patient;
      const volume = volumeOf(row, cloud, azure);
      const target = kubelet.directoryOf(volume);
      const result = await kubelet.mount(volume);
      if (row.answer === 'Success') {
        expectOneLine(result);
        expect(result.status).toEqual({ status: 'Success' });
        expect(readFileSync(join(target, 'plain'), 'utf8')).toBe(secretOf(seed, 'testkv', 'plain').value);
        expect((await kubelet.unmount(volume)).status).toEqual({ status: 'Success' });
        expect(leftBehind(target)).toEqual([]);
      } else {
        expectCleanFailure(result, target, row.answer);
        expectNothingTold(result.output, volume);
        // As kubelet does after a failure; it needs the directory to be empty.
        rmdirSync(target);
      }
      expectOnlyItsHosts(azure, cloud);
    },
    async close() {
      await agent?.stop();
      writeFileSync(HOSTS, hosts);
      await closeNameServer();
      await closeRoutes();
      await azure.close();
      for (const kubelet of [patient, hasty]) kubelet.remove();
    },
  };
}

function cloudOf(index: number): Cloud {
  const domain = `fault${index}.test`;
  return {
    name: `Fault${index}`,
    authorities: [`login.${domain}`],
    issuer: `https://sts.${domain}`,
    vaultSuffix: `vault.${domain}`,
    resource: `https://vault.${domain}`,
    otherResources: [],
  };
}

function hostOf(place: Place, cloud: Cloud): string {
  return place === 'entra' ? (cloud.authorities[0] ?? '') : `testkv.${cloud.vaultSuffix}`;
}

/** Beside its two hosts each cloud has others that nobody may be sent to. */
function hostLines({ place, fault }: Row, cloud: Cloud): string {
  const faulty = hostOf(place, cloud);
  const hosts = [
    hostOf('entra', cloud),
    ...['testkv', 'otherkv', 'nobody'].map((vault) => `${vault}.${cloud.vaultSuffix}`),
  ];
  return hosts
    .map((host) => [host === faulty ? addressOf(fault.route) : AZURE, host])
    .filter(([address]) => address !== undefined)
    .map(([address, host]) => `${address} ${host}\n`)
    .join('');
}

/** Of the names that are not in the hosts file. */
function verdictOn(name: string, clouds: ReadonlyMap<Row, Cloud>): Verdict {
  const [row] = [...clouds].find(([{ place }, cloud]) => hostOf(place, cloud) === name) ?? [];
  if (row?.fault.route === 'name-failing') return 'failing';
  return row?.fault.route === 'name-silent' ? 'silent' : 'unknown';
}

async function rulesOf(clouds: ReadonlyMap<Row, Cloud>, azure: Mock) {
  const rules = [];
  for (const [{ place, fault }, cloud] of clouds) {
    // NMI and IMDS have one address for all: the resource that is asked for tells the rows apart.
    const match =
      place === 'nmi' || place === 'imds'
        ? { role: place, path: `resource=https%3A%2F%2F${cloud.vaultSuffix.replaceAll('.', '\\.')}` }
        : { role: place, host: hostOf(place, cloud) };
    for (const answer of fault.answers ?? []) {
      const { times, ...action }: FaultAction & { times?: number } =
        typeof answer === 'function' ? await answer(azure, cloud) : answer;
      rules.push({ match, action: inCloud(action, cloud), ...(times === undefined ? {} : { times }) });
    }
  }
  return rules;
}

/** `{suffix}` in an action is the cloud's, `{canary}` what must not be repeated. */
function inCloud<T>(action: T, { vaultSuffix }: Cloud): T {
  const text = JSON.stringify(action).replaceAll('{suffix}', vaultSuffix).replaceAll('{canary}', CANARY);
  return JSON.parse(text) as T;
}

function volumeOf({ place, fault }: Row, cloud: Cloud, { seed }: Mock): PodVolume {
  const reader = principalOf(seed, 'reader');
  const identity = {
    nmi: { usepodidentity: 'true' },
    imds: { usevmmanagedidentity: 'true' },
    vault: { tenantid: reader.tenant },
    entra: { tenantid: reader.tenant },
  }[place];
  const alone = place === 'vault' || place === 'entra';
  return {
    pod: `pod-${cloud.name.toLowerCase()}`,
    ...(alone ? { secret: { clientid: reader.clientId, clientsecret: reader.secrets[0] ?? '' } } : {}),
    options: {
      keyvaultname: 'testkv',
      cloudname: cloud.name,
      ...identity,
      ...(fault.options?.['objects'] === undefined
        ? { keyvaultobjectnames: 'plain', keyvaultobjecttypes: 'secret' }
        : {}),
      ...fault.options,
    },
  };
}

function expectNothingTold(output: string, { secret = {} }: PodVolume): void {
  for (const text of [CANARY, 'eyJ', 'plain value', String(secret['clientsecret'] ?? CANARY)])
    expect(output).not.toContain(text);
  // An event of Kubernetes has room for 1024 characters.
  expect(output.length).toBeLessThan(1024);
}

/** Tokens and credentials go to these two; nobody else was even asked. */
function expectOnlyItsHosts(azure: Mock, cloud: Cloud): void {
  const asked = azure
    .requests()
    .map(({ host }) => host)
    .filter((host) => host.endsWith(cloud.vaultSuffix.replace('vault.', '.')));
  const own = [hostOf('entra', cloud), hostOf('vault', cloud)];
  expect(asked.filter((host) => !own.includes(host))).toEqual([]);
}

function temporary(): string {
  return mkdtempSync(join(tmpdir(), 'kubelet-'));
}
