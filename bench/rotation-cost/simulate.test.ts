import { expect, test } from 'vitest';
import { simulateDay } from './simulate.ts';

const fleet = { nodes: 2, podsOfNode: 6, objectsOfPod: 5, intervalSeconds: 600 };
const turns = 86_400 / 600;

test.each([
  ['all pods of a node are of one application', 6, 5],
  ['three pods are of one', 3, 2 * 5],
  ['each pod is of its own', 1, 6 * 5],
])('where %s, a node asks for each object once an interval', async (_, podsOfApplication, distinct) => {
  const { objectRequests } = await simulateDay({ ...fleet, podsOfApplication });
  expect(Math.abs(objectRequests - 2 * turns * distinct)).toBeLessThanOrEqual(2 * distinct);
});

test('an identity of a node asks for about a token an hour', async () => {
  const { tokenRequests } = await simulateDay({ ...fleet, podsOfApplication: 3 });
  expect(tokenRequests).toBeGreaterThanOrEqual(2 * 2 * 24);
  expect(tokenRequests).toBeLessThanOrEqual(2 * 2 * 30);
});

test('nodes take turns', async () => {
  const { mostInASecond } = await simulateDay({ ...fleet, nodes: 20, podsOfApplication: 6 });
  expect(mostInASecond).toBeLessThan((20 * 5) / 3);
});
