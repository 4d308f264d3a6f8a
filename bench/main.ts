/**
 * npm run bench: what the built driver costs. Runs in the lab, against a mock of Azure in a process of its own:
 *
 *   node e2e/lab/enter.ts node bench/main.ts [--runs 20] [--only callouts,storm,growth,agent,installer,footprint]
 *
 * Results go to dist/bench/; `node bench/report/main.ts` makes docs/performance.md of them.
 */
import { parseArgs } from 'node:util';
import { measureAgent } from './agent.ts';
import { countRequests, measureCallOuts } from './callouts.ts';
import { measureFootprint } from './footprint.ts';
import { measureGrowth } from './growth.ts';
import { measureInstaller } from './installer.ts';
import { callOutTable, identitiesTable, requestsTable } from './report/tables.ts';
import { originOf, type StormRow, writeResults } from './results.ts';
import { setScene } from './scene.ts';
import { measureStorm } from './storm.ts';

const PARTS = ['callouts', 'storm', 'growth', 'agent', 'installer', 'footprint'];
const MOUNTS_AT_ONCE = [1, 5, 10, 25, 50, 100];
const REST_SECONDS = 60;

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '20' },
    only: { type: 'string', default: PARTS.join(',') },
  },
});
const runs = Number(values.runs);
const only = values.only.split(',');
const unknown = only.filter((part) => !PARTS.includes(part));
if (!Number.isInteger(runs) || runs < 2 || unknown.length > 0) {
  throw new Error(`usage: node bench/main.ts [--runs <2 or more>] [--only ${PARTS.join(',')}]`);
}

const origin = originOf('npm run bench');
const scene = await setScene();
try {
  if (only.includes('callouts')) await callOuts();
  if (only.includes('storm')) await storm();
  if (only.includes('growth')) {
    const growthRuns = Math.max(2, Math.round(runs / 3));
    writeResults('growth', { origin, runs: growthRuns, rows: await measureGrowth(scene, growthRuns) });
    say('growth with the objects: measured');
  }
  if (only.includes('agent')) await byAgent();
  const driver = `${process.cwd()}/dist/linux-${process.arch === 'arm64' ? 'arm64' : 'amd64'}/kv`;
  if (only.includes('footprint')) {
    const footprint = await measureFootprint(driver);
    writeResults('footprint', { origin, ...footprint });
    say(JSON.stringify(footprint));
  }
  if (only.includes('installer')) {
    const rest = await measureInstaller(driver, REST_SECONDS);
    writeResults('installer', { origin, rest });
    say(JSON.stringify(rest));
  }
} finally {
  await scene.close();
}

async function callOuts(): Promise<void> {
  const rows = await measureCallOuts(scene, runs);
  const requests = await countRequests(scene);
  writeResults('callOuts', { origin, runs, rows, requests });
  say(callOutTable(rows));
  say(identitiesTable(rows));
  say(requestsTable(requests));
}

async function byAgent(): Promise<void> {
  const rows = await measureAgent(scene, runs);
  writeResults('agent', { origin, runs, rows });
  for (const { latencyMs, cold, first, following, driverCpu, agentCpu, ...row } of rows)
    say(
      `by the agent, ${latencyMs} ms: cold ${cold.median.toFixed(1)} ms, first ${first.median.toFixed(1)} ms, following ${following.median.toFixed(1)} ms, ` +
        `CPU ${driverCpu.median.toFixed(1)} + ${agentCpu.median.toFixed(1)} ms, ${row.requests} requests, ` +
        `agent ${row.residentMegabytes.toFixed(0)} MB, ${row.privateMegabytes.toFixed(0)} MB its own`,
    );
}

async function storm(): Promise<void> {
  const rows: StormRow[] = [];
  for (const mounts of MOUNTS_AT_ONCE) {
    const row = await measureStorm(scene, mounts);
    say(
      `${mounts} mounts at once: ${row.seconds.toFixed(2)} s, CPU ${row.cpuSeconds.toFixed(2)} s and the mock's ` +
        `${row.mockCpuSeconds.toFixed(2)} s, ${row.failed} failed, ${row.memoryMegabytes.toFixed(0)} MB below MemAvailable`,
    );
    rows.push(row);
  }
  writeResults('storm', { origin, rows });
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
