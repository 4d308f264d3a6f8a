import { expect, test } from 'vitest';
import type { NodeRotation } from '../../driver/options/rotation.ts';
import { type Plan, type Planned, planOf } from './plan.ts';

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
