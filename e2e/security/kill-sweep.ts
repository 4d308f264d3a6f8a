/**
 * Kills the driver at every step of a mount and an unmount, and looks whether what kubelet does next ends well; the same
 * with the node agent; then the installer at every step of an installation and an upgrade. Runs in the lab, needs the
 * command strace, and takes a while; for a part of it, every nth kill can be tried alone:
 *
 *   node e2e/lab/enter.ts node e2e/security/kill-sweep.ts [n]
 */
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startAgent } from '../lab/agent.ts';
import { Kubelet } from '../lab/kubelet.ts';
import { startMock } from '../mock/mock.ts';
import { InstallerLab } from './kill/installer.ts';
import { planSyscallKills } from './kill/plan.ts';
import { samples } from './kill/samples.ts';
import { tryKill } from './kill/sweep.ts';

interface Tried {
  readonly kill: string;
  readonly point: string;
  readonly reached: boolean;
  readonly faults: readonly string[];
}

const every = Number(process.argv[2] ?? 1);
if (!Number.isInteger(every) || every < 1) throw new Error('usage: node e2e/security/kill-sweep.ts [n]');
const begun = performance.now();

const driver = await sweepDriver();
const byAgent = await sweepDriver('by the agent');
const installer = await sweepInstaller();
const failures = [...driver, ...byAgent, ...installer.tried].filter(({ faults }) => faults.length > 0);
const report = {
  command: `node e2e/lab/enter.ts node e2e/security/kill-sweep.ts${every === 1 ? '' : ` ${every}`}`,
  driver: countsOf(driver),
  byAgent: countsOf(byAgent),
  installer: { ...countsOf(installer.tried), statesOfTheNode: installer.states },
  seconds: Math.round((performance.now() - begun) / 1000),
  failures,
};
mkdirSync('dist/security', { recursive: true });
writeFileSync('dist/security/kill-sweep.json', `${JSON.stringify(report, undefined, 2)}\n`);
process.stdout.write(`${JSON.stringify({ ...report, failures: failures.length }, undefined, 2)}\n`);
process.exitCode = failures.length === 0 ? 0 : 1;

async function sweepDriver(way?: 'by the agent'): Promise<Tried[]> {
  const azure = await startMock({ tls: ['127.0.0.1:443'] });
  const kubelet = await Kubelet.create(mkdtempSync(join(tmpdir(), 'kubelet-')), { caBundle: azure.caPem });
  const agent = way && (await startAgent(kubelet, { aloneCanRead: true, environment: {} }));
  const volumes = samples(azure.seed);
  const tried = await tryEach(await planSyscallKills(kubelet, volumes), async (kill) => {
    azure.reset();
    const outcome = await tryKill(kubelet, kill);
    return { ...outcome, point: outcome.kill.slice(0, outcome.kill.lastIndexOf(',')) };
  });
  await agent?.stop();
  await azure.close();
  kubelet.remove();
  return tried;
}

async function sweepInstaller(): Promise<{ tried: Tried[]; states: string[] }> {
  const lab = new InstallerLab();
  const states = new Set<string>();
  const tried = await tryEach(await lab.plan(), async (kill) => {
    const outcome = await lab.tryKill(kill);
    states.add(`${kill.during}: ${outcome.state}`);
    return { ...outcome, point: outcome.kill };
  });
  lab.remove();
  return { tried, states: [...states].sort() };
}

async function tryEach<Kill>(
  kills: readonly Kill[],
  tryOne: (kill: Kill) => Promise<Tried>,
): Promise<Tried[]> {
  const tried: Tried[] = [];
  for (const kill of kills.filter((_, index) => index % every === 0)) {
    const outcome = await tryOne(kill);
    tried.push(outcome);
    for (const fault of outcome.faults) process.stdout.write(`${outcome.kill}: ${fault}\n`);
    if (tried.length % 100 === 0) process.stdout.write(`${tried.length} kills\n`);
  }
  return tried;
}

function countsOf(tried: readonly Tried[]) {
  const reached = tried.filter((outcome) => outcome.reached);
  return {
    points: new Set(reached.map(({ point }) => point)).size,
    kills: reached.length,
    failed: tried.filter(({ faults }) => faults.length > 0).length,
  };
}
