import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { NodeRotation } from '../../../driver/options/rotation.ts';
import type { PlacedRecord } from '../../../driver/record/record.ts';
import type { AssessedVolume } from '../../rotation/assess.ts';
import { planOf } from '../../rotation/plan.ts';
import { standingOf } from '../../rotation/standing.ts';
import type { RotationState } from '../../rotation/state-file.ts';
import { placedRecord } from '../../rotation/testing/placed-record.ts';
import { examine, installed, of } from '../testing/examined-node.ts';
import { recordFindings } from './records.ts';
import { signalFindings } from './signals.ts';
import { askingFindings, readingFindings } from './volumes.ts';

const node: NodeRotation = { defaultInterval: 'off', keepServicePrincipals: true };
const CANARY = 'canary-of-the-record';

/** A volume of this pod, as its record and the state beside it tell of it. */
function volume(
  pod: string,
  changes: Partial<PlacedRecord> = {},
  state?: Partial<RotationState>,
): AssessedVolume {
  const base = placedRecord(pod);
  const target = `/data/kubelet/pods/uid-of-${pod}/volumes/azure~kv/kv`;
  const secret = { 'kubernetes.io/secret/clientsecret': btoa(CANARY) };
  const record = { ...base, target, ...changes, options: { ...base.options, ...secret, ...changes.options } };
  const whole = state && { mountedAt: base.mountedAt, checkedAt: '', checkedUptime: 990, ...state };
  const standing = standingOf(record, whole);
  const plan = planOf({ ...record, seesPod: false }, node, standing);
  return { name: pod.repeat(32).slice(0, 32), record, state: whole, standing, plan };
}

const failure = (code: string, sinceUptime: number) => ({
  failure: { code, message: 'm', since: '', sinceUptime, count: 3 },
});

describe('of volumes that ask to rotate it tells', () => {
  const asking = (volumes: AssessedVolume[], isOn = true) => askingFindings(volumes, node, isOn);

  test('nothing where they do', () => {
    expect(asking([volume('web-0')])).toEqual([]);
  });

  test('that nothing on the node does that, and which settings would', () => {
    const resting = volume('rests', {
      rotation: { interval: 'off', ofPredecessor: true, onlyPinned: false },
    });
    expect(asking([volume('web-0'), volume('web-1'), resting], false)).toEqual([
      {
        status: 'note',
        found:
          '2 volumes (shop/web-0 kv, shop/web-1 kv) of those mounted ask to rotate, and nothing on this node does that',
        todo: 'agent.enabled and agent.rotation.enabled of the chart',
      },
    ]);
    expect(asking([resting], false)).toEqual([]);
  });

  test.each<[string, Partial<PlacedRecord>, RegExp, string]>([
    [
      'whose pod’s token is not seen, with the directory that kubelet really has',
      { identity: 'workload-identity' },
      /^1 volume \(shop\/web-0 kv\): to rotate, but the agent does not see the token/,
      'set agent.rotation.kubeletPodsDirectory: /data/kubelet/pods',
    ],
    [
      'whose Secret was left out',
      { identity: 'service-principal', secret: 'left-out' },
      /restart the pod$/,
      'docs/rotation.md#what-is-kept-on-the-node',
    ],
    [
      'of Azure Arc’s identity',
      { identity: 'managed-identity', arcIdentity: true },
      /key file that only the driver sees/,
      'docs/rotation.md#what-is-kept-on-the-node',
    ],
  ])('why some stay as they are: %s', (_, changes, found, todo) => {
    expect(asking([volume('web-0', changes), volume('other')])).toEqual([
      { status: 'warning', found: expect.stringMatching(found), todo },
    ]);
  });
});

describe('of their reading it tells', () => {
  const HOUR = 3600;

  test.each<[string, AssessedVolume[], number, object[]]>([
    ['nothing while all are read', [volume('a', {}, { checkedUptime: 5 * HOUR - 10 })], 5 * HOUR, []],
    [
      'a failure that may end by itself as a note',
      [volume('a', {}, { checkedUptime: 1990, ...failure('VaultFault', 1000) })],
      2000,
      [
        {
          status: 'note',
          found: 'VaultFault for 17 min: 1 volume (shop/a kv) could not be read again, and keeps its files',
          todo: 'docs/troubleshooting.md#vaultfault; "installer status" has the whole message',
        },
      ],
    ],
    [
      'long ones as warnings, by code, the longest of each',
      [
        volume('a', {}, { checkedUptime: 9990, ...failure('AccessDenied', 1000) }),
        volume('b', {}, { checkedUptime: 9990, ...failure('AccessDenied', 2000) }),
        volume('c', {}, { checkedUptime: 9990, ...failure('VaultUnreachable', 9000) }),
      ],
      10_000,
      [
        { status: 'warning', found: expect.stringMatching(/^AccessDenied for 3 h: 2 volumes .* keep their/) },
        { status: 'note', found: expect.stringMatching(/^VaultUnreachable for 17 min: 1 volume/) },
      ],
    ],
    [
      'volumes that nobody reads any more',
      [volume('a', {}, { checkedUptime: 1000 })],
      10_000,
      [
        {
          status: 'warning',
          found: expect.stringMatching(/^1 volume \(shop\/a kv\) should have been read 2 h ago$/),
        },
      ],
    ],
    [
      'volumes that have had what was known of old for too long',
      [volume('a', { isStale: true }, { checkedUptime: 1990, ...failure('VaultFault', 1000) })],
      2000,
      [
        { status: 'warning', found: expect.stringMatching(/known of old, and could not be read for 17 min/) },
        { status: 'note' },
      ],
    ],
    [
      'and nothing of those that were read since',
      [volume('a', { isStale: true }, { checkedUptime: 1990 })],
      2000,
      [],
    ],
  ])('%s', (_, volumes, uptime, findings) => {
    expect(readingFindings(volumes, true, uptime)).toMatchObject(findings);
    expect(readingFindings(volumes, true, uptime)).toHaveLength(findings.length);
  });

  test('where rotation is off, only that what was known of old stays', () => {
    const stale = volume('a', { isStale: true });
    const failed = volume('b', {}, failure('AccessDenied', 1000));
    expect(readingFindings([stale, failed], false, 2000)).toMatchObject([
      { status: 'warning', todo: expect.stringContaining('agent.rotation.enabled') },
    ]);
  });

  test('of many volumes the first three by name', () => {
    const many = ['e', 'd', 'c', 'b', 'a'].map((pod) =>
      volume(pod, {}, { checkedUptime: 1990, ...failure('X', 1000) }),
    );
    expect(readingFindings(many, true, 2000)[0]?.found).toContain(
      '5 volumes (shop/a kv, shop/b kv, shop/c kv and 2 more)',
    );
  });
});

describe('of the records it tells', () => {
  async function runDirectory(): Promise<string> {
    const run = await mkdtemp(join(tmpdir(), 'records-'));
    onTestFinished(() => rm(run, { recursive: true }));
    return run;
  }
  const none = { recorded: [], unreadable: [], mounted: [] };

  test('nothing where each volume has its own, and nothing before there are any', async () => {
    const one = volume('a');
    expect(await recordFindings(await runDirectory(), none, node, true)).toEqual([]);
    const all = { recorded: [one], unreadable: [], mounted: [one.name] };
    expect(await recordFindings(await runDirectory(), all, node, true)).toEqual([]);
  });

  test.each<[string, (records: string) => Promise<unknown>, RegExp, RegExp]>([
    ['a file in their place', (records) => writeFile(records, ''), /is no directory/, /: rm /],
    [
      'a directory that others can enter',
      async (records) => {
        await mkdir(records);
        await chmod(records, 0o755);
      },
      /mode 0755: others than root/,
      /chmod 0700/,
    ],
  ])('%s', async (_, spoil, found, todo) => {
    const run = await runDirectory();
    await spoil(join(run, 'records'));
    expect(await recordFindings(run, none, node, true)).toMatchObject([
      { status: 'warning', found: expect.stringMatching(found), todo: expect.stringMatching(todo) },
    ]);
  });

  test.each<[string, Parameters<typeof recordFindings>[1], RegExp]>([
    [
      'records that cannot be read',
      { ...none, unreadable: ['a'.repeat(32)], mounted: ['a'.repeat(32)] },
      /^records that cannot be read, .*: 1 \(aaaa/,
    ],
    ['volumes without a record', { ...none, mounted: ['a', 'b'] }, /^volumes without a record: 2 of 2/],
    ['records without a volume', { ...none, recorded: [volume('a')] }, /of 1 volume \(shop\/a kv\)$/],
  ])('%s', async (_, there, found) => {
    const findings = await recordFindings(await runDirectory(), there, node, true);
    expect(findings).toMatchObject([
      { status: 'warning', found: expect.stringMatching(found), todo: expect.any(String) },
    ]);
    expect(JSON.stringify(findings)).not.toMatch(`${CANARY}|${btoa(CANARY)}`);
  });

  test('Secrets that are still kept, though they may not be any more', async () => {
    const one = volume('a', { secret: 'kept' });
    const there = { ...none, recorded: [one], mounted: [one.name] };
    const forbids = { ...node, keepServicePrincipals: false };
    expect(await recordFindings(await runDirectory(), there, node, true)).toEqual([]);
    expect(await recordFindings(await runDirectory(), there, forbids, true)).toMatchObject([
      { status: 'warning', found: expect.stringMatching(/^records hold Secrets of 1 volume \(shop\/a kv\)/) },
    ]);
  });

  test('where nothing rotates, records that are missing as a note', async () => {
    const there = { ...none, mounted: ['a'] };
    expect(await recordFindings(await runDirectory(), there, node, false)).toMatchObject([
      { status: 'note' },
    ]);
  });
});

describe('of the signals it tells', () => {
  const UID = '9d0c0d6e-3a5f-4a63-9a41-0a6c9c3b9f10';
  const options = { rotationsignal: 'SIGHUP', 'kubernetes.io/pod.uid': UID };
  const asking = [volume('web-0', { options })];

  /** A /proc with a process of each of these pods. */
  async function proc(...uids: string[]): Promise<string> {
    const directory = await mkdtemp(join(tmpdir(), 'proc-'));
    onTestFinished(() => rm(directory, { recursive: true }));
    for (const [index, uid] of uids.entries()) {
      const own = join(directory, String(100 + index));
      await mkdir(own);
      await writeFile(join(own, 'cgroup'), `0::/kubepods/pod${uid}/x\n`);
      await writeFile(join(own, 'status'), `Name:\tx\nNSpid:\t${100 + index}\t1\n`);
      await writeFile(join(own, 'stat'), `1 (x) S ${'0 '.repeat(18)}4711 0\n`);
    }
    return directory;
  }
  const other = UID.replace('9d', '00');

  test.each<[string, boolean, boolean | undefined, string[], object[]]>([
    ['nothing where the pod’s process can be told', true, true, [UID], []],
    ['nothing of a capability of which the agent does not tell', true, undefined, [UID], []],
    [
      'that none is sent, where volumes ask for one',
      false,
      undefined,
      [],
      [{ status: 'note', todo: expect.stringContaining('agent.rotation.signals') }],
    ],
    [
      'that the capability is missing',
      true,
      false,
      [UID],
      [{ status: 'warning', found: expect.stringContaining('KILL') }],
    ],
    [
      'that the pod does not see the node’s processes',
      true,
      true,
      [],
      [{ status: 'warning', found: expect.stringContaining('no container’s process') }],
    ],
    [
      'of which pod nobody would get one',
      true,
      true,
      [other],
      [{ status: 'note', found: expect.stringMatching(/^1 volume \(shop\/web-0 kv\) ask for a signal/) }],
    ],
  ])('%s', async (_, isAllowed, maySignal, uids, findings) => {
    const found = signalFindings(asking, isAllowed, maySignal, 10_000, await proc(...uids));
    expect(found).toMatchObject(findings);
    expect(found).toHaveLength(findings.length);
  });

  test('nothing of a pod that was just started, or of volumes that ask for none', async () => {
    const seen = await proc(other);
    expect(signalFindings(asking, true, true, 1000, seen)).toEqual([]);
    expect(signalFindings([volume('web-0')], false, undefined, 10_000, seen)).toEqual([]);
  });
});

test('of a node whose records are in order, in all, what is wrong with them and nothing secret', async () => {
  const on = await installed();
  const rotation = { signals: false, events: undefined };
  const agent = { keeps: true, maxBytes: 1, latestMs: 1, pinnedMs: 1, requestsPerSecond: 1 };
  const settings = { ...on.settings, agent, rotation };
  expect(of(await examine(on), 'rotation')).toEqual([]);
  const records = join(settings.runDirectory, 'records');
  await mkdir(records, { mode: 0o700 });
  const left = volume('a').record;
  await writeFile(join(records, 'a'.repeat(32)), JSON.stringify(left));
  await writeFile(join(records, 'b'.repeat(32)), '{');
  const findings = of(await examine(on, { settings }), 'rotation');
  expect(findings.map(({ status, found }) => `${status} ${found}`)).toEqual([
    expect.stringMatching(/^warning records that cannot be read, .*: 1 \(bbbb/),
    expect.stringMatching(/^warning records without a mounted volume, .*shop\/a kv\)$/),
    expect.stringMatching(/^warning nothing takes orders on .*control\.sock \(ENOENT\)$/),
  ]);
  expect(JSON.stringify(findings)).not.toMatch(`${CANARY}|${btoa(CANARY)}`);
});
