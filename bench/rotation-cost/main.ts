// node bench/rotation-cost/main.ts: what rotation costs a vault in a day, computed, and simulated with the agent's own
// slots and memory. 100 nodes of 30 pods with 5 objects each.
import { simulateDay } from './simulate.ts';

const fleet = { nodes: 100, podsOfNode: 30, objectsOfPod: 5 };
const intervals = [120, 300, 3600];
const applications = [30, 3, 1];

process.stdout.write(
  '| interval | pods of a node that share | computed | simulated | tokens | most in a second | without sharing |\n| --- | --- | --- | --- | --- | --- | --- |\n',
);
for (const intervalSeconds of intervals) {
  const turns = 86_400 / intervalSeconds;
  const apart = fleet.nodes * fleet.podsOfNode * fleet.objectsOfPod * turns;
  for (const podsOfApplication of applications) {
    const distinct = (fleet.podsOfNode / podsOfApplication) * fleet.objectsOfPod;
    const computed = fleet.nodes * distinct * turns;
    const { objectRequests, tokenRequests, mostInASecond } = await simulateDay({
      ...fleet,
      podsOfApplication,
      intervalSeconds,
    });
    const cells = [
      `${intervalSeconds} s`,
      podsOfApplication,
      computed,
      objectRequests,
      tokenRequests,
      mostInASecond,
      apart,
    ];
    process.stdout.write(`| ${cells.map((cell) => cell.toLocaleString('en')).join(' | ')} |\n`);
  }
}
