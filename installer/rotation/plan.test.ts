import { expect, test } from 'vitest';
import type { NodeRotation } from '../../driver/options/rotation.ts';
import { type Plan, type Planned, planOf, whyNotReadable } from './plan.ts';

const node: NodeRotation = { defaultInterval: 'off', keepServicePrincipals: true };
const asked: Planned = {
  rotation: { interval: 300_000, ofPredecessor: false, onlyPinned: false },
  secret: 'kept',
  identity: 'service-principal',
  seesPod: false,
};
const every = (intervalSeconds: number): Plan => ({ rotates: true, intervalSeconds });
const stays = (why: Extract<Plan, { rotates: false }>['why']): Plan => ({ rotates: false, why });

test.each<[string, Partial<Planned>, Partial<NodeRotation>, Plan]>([
  ['what asks for it', {}, {}, every(300)],
  [
    'what the node says',
    { rotation: { ofPredecessor: false, onlyPinned: false } },
    { defaultInterval: 60_000 },
    every(60),
  ],
  ['nothing that says off', { rotation: { ...asked.rotation, interval: 'off' } }, {}, stays('off')],
  [
    'nothing that nobody asks for',
    { rotation: { ofPredecessor: false, onlyPinned: false } },
    {},
    stays('not-asked'),
  ],
  [
    'no list of the predecessor’s by the node’s default',
    { rotation: { ofPredecessor: true, onlyPinned: false } },
    { defaultInterval: 60_000 },
    stays('list-not-default'),
  ],
  [
    'no list of the predecessor’s where there is no default',
    { rotation: { ofPredecessor: true, onlyPinned: false } },
    {},
    stays('not-asked'),
  ],
  ['nothing whose proxy was not kept', { proxyLeftOut: true }, {}, stays('proxy-left-out')],
  ['nothing that is pinned', { rotation: { ...asked.rotation, onlyPinned: true } }, {}, stays('pinned')],
  [
    'nothing whose secret may not be kept',
    { secret: 'left-out' },
    { keepServicePrincipals: false },
    stays('secret-not-kept'),
  ],
  ['nothing whose secret was not kept', { secret: 'left-out' }, {}, stays('secret-left-out')],
  [
    'nothing whose pod’s token is not seen',
    { identity: 'workload-identity', secret: 'none' },
    {},
    stays('token-not-seen'),
  ],
  [
    'nothing of which Azure Arc’s agent would want a key file',
    { identity: 'managed-identity', secret: 'none', arcIdentity: true },
    {},
    stays('arc-key-not-seen'),
  ],
  [
    'what the node’s metadata service gives tokens for',
    { identity: 'managed-identity', secret: 'none', arcIdentity: false },
    {},
    every(300),
  ],
  [
    'by workload identity what the pod’s token is seen of',
    { identity: 'workload-identity', secret: 'none', seesPod: true },
    {},
    every(300),
  ],
])('rotates %s', (_, changes, nodeChanges, plan) => {
  expect(planOf({ ...asked, ...changes }, { ...node, ...nodeChanges }, { awaitsFresh: false })).toEqual(plan);
});

test.each<[string, Partial<Planned>, Partial<NodeRotation>, string]>([
  ['is to rotate after a restart', {}, {}, 'secret-left-out'],
  [
    'is not to rotate after a restart either',
    { rotation: { ofPredecessor: true, onlyPinned: false } },
    { defaultInterval: 60_000 },
    'secret-not-for-rotation',
  ],
  ['may not be kept', {}, { keepServicePrincipals: false }, 'secret-not-kept'],
])('on demand, a volume whose Secret was left out and that %s says so', (_, changes, nodeChanges, why) => {
  const volume = { ...asked, secret: 'left-out', ...changes } as const;
  expect(whyNotReadable(volume, { ...node, ...nodeChanges })).toBe(why);
});

test.each<[string, Partial<Planned>, Plan]>([
  ['off', { rotation: { ...asked.rotation, interval: 'off' } }, every(604_800)],
  ['with an interval', {}, every(300)],
  [
    'whose secret was not kept',
    { rotation: { ...asked.rotation, interval: 'off' }, secret: 'left-out' },
    stays('off'),
  ],
])('one that started with what was known of old is read until it is fresh: %s', (_, changes, plan) => {
  expect(planOf({ ...asked, ...changes }, node, { awaitsFresh: true })).toEqual(plan);
});
