import { describe, expect, test } from 'vitest';
import type { PlacedRecord, RecordedObject } from '../../driver/record/record.ts';
import type { ApiQuestion } from '../kubernetes/api.ts';
import { PodEvents } from './pod-events.ts';

const HOUR = 3600;
const DAY_MS = 86_400_000;

const record = {
  options: {
    'kubernetes.io/pod.name': 'web-0',
    'kubernetes.io/pod.namespace': 'shop',
    'kubernetes.io/pod.uid': 'u-1',
    'kubernetes.io/secret/clientsecret': 'canary',
  },
  target: '/var/lib/kubelet/pods/u-1/volumes/azure~kv/vault',
} as unknown as PlacedRecord;
const subject = { name: 'a', record };

interface Told {
  readonly path: string;
  readonly event: Readonly<Record<string, unknown>>;
}

/** An API server that answers so, and the log. */
function teller(answer: number | Error = 201) {
  const told: Told[] = [];
  const logged: string[] = [];
  const clock = { seconds: 0 };
  const state = { answer };
  const events = new PodEvents({
    node: 'node-1',
    expiryDays: 14,
    uptime: () => clock.seconds,
    log: (_, event, fields) => logged.push(`${event} ${JSON.stringify(fields)}`),
    async ask({ path, object }: ApiQuestion) {
      told.push({ path, event: object as Told['event'] });
      if (state.answer instanceof Error) throw state.answer;
      return { status: state.answer, body: undefined };
    },
  });
  return { told, logged, clock, state, events };
}

function expiring(days: number): RecordedObject {
  return { type: 'cert', vault: 'kv', name: 'site', version: '1', expires: Date.now() + days * DAY_MS };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

test('a rotation is an event of the pod: what changed, by version, and no value', async () => {
  const { told, events } = teller();
  events.rotated(subject, ['secret kv/db: 1 -> 2']);
  await settled();
  expect(told).toHaveLength(1);
  expect(told[0]?.path).toBe('/api/v1/namespaces/shop/events');
  expect(told[0]?.event).toMatchObject({
    kind: 'Event',
    metadata: { generateName: 'web-0.', namespace: 'shop' },
    involvedObject: { kind: 'Pod', namespace: 'shop', name: 'web-0', uid: 'u-1' },
    type: 'Normal',
    reason: 'KeyVaultRotated',
    message: 'volume vault has new files: secret kv/db: 1 -> 2',
    source: { component: 'keyvault-flexvol', host: 'node-1' },
  });
  expect(JSON.stringify(told)).not.toContain('canary');
});

test('a message that is too long is cut', async () => {
  const { told, events } = teller();
  events.rotated(subject, ['x'.repeat(5000)]);
  await settled();
  expect(String(told[0]?.event['message'])).toHaveLength(1000);
});

describe('a volume that cannot be read again', () => {
  test('is told of after an hour, and then once a day', async () => {
    const { told, clock, events } = teller();
    for (clock.seconds = 0; clock.seconds <= 60 * HOUR; clock.seconds += HOUR / 2)
      events.failing(subject, 0, 'AccessDenied: no');
    await settled();
    expect(told.map(({ event }) => event['message'])).toEqual(
      [1, 25, 49].map(
        (hours) =>
          `volume vault could not be read again for ${hours} h, and keeps its files: AccessDenied: no`,
      ),
    );
    expect(told[0]?.event).toMatchObject({ type: 'Warning', reason: 'KeyVaultRotationFailing' });
  });

  test('does not keep another one from being told of', async () => {
    const { told, clock, events } = teller();
    clock.seconds = 2 * HOUR;
    events.failing(subject, 0, 'x');
    events.failing({ ...subject, name: 'b' }, 0, 'x');
    await settled();
    expect(told).toHaveLength(2);
  });
});

describe('an object that expires', () => {
  test.each([
    ['in a year', 365, undefined],
    ['in fifteen days', 15, undefined],
    ['in thirteen days', 13, 'expires on'],
    ['since yesterday', -1, 'expired on'],
  ])('%s', async (_, days, words) => {
    const { told, events } = teller();
    events.expiring(subject, [expiring(days)]);
    await settled();
    if (words === undefined) expect(told).toEqual([]);
    else
      expect(told[0]?.event['message']).toMatch(new RegExp(`^volume vault: cert kv/site ${words} 20\\d\\d-`));
  });

  test('is told of once a day', async () => {
    const { told, clock, events } = teller();
    for (clock.seconds = 0; clock.seconds < 48 * HOUR; clock.seconds += HOUR)
      events.expiring(subject, [expiring(3)]);
    await settled();
    expect(told).toHaveLength(2);
  });
});

describe('an API server that', () => {
  test.each([
    ['refuses', 403, 'HTTP 403'],
    ['cannot be reached', Object.assign(new Error('no'), { code: 'ECONNREFUSED' }), 'ECONNREFUSED'],
  ])('%s is logged once, and nothing fails', async (_, answer, refusal) => {
    const { logged, state, events } = teller(answer);
    for (let times = 0; times < 3; times++) {
      events.rotated(subject, []);
      await settled();
    }
    expect(logged).toHaveLength(1);
    expect(logged[0]).toContain(refusal);
    state.answer = 201;
    events.rotated(subject, []);
    await settled();
    state.answer = answer;
    events.rotated(subject, []);
    await settled();
    expect(logged).toHaveLength(2);
  });

  test('does not answer is not asked without end', async () => {
    let asked = 0;
    const events = new PodEvents({
      node: 'n',
      expiryDays: 14,
      uptime: () => 0,
      log: () => undefined,
      ask: () => {
        asked += 1;
        return new Promise(() => undefined);
      },
    });
    for (let times = 0; times < 500; times++) events.rotated(subject, []);
    expect(asked).toBe(100);
  });
});
