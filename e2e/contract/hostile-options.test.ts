import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Kubelet } from '../lab/kubelet.ts';
import { hostileOptions, LONGEST_ARGUMENT, largestHonest } from './hostile-options.ts';

/** Whatever the author of a pod writes, a mount parses it or refuses it for little: each attack is a whole call-out. */

/** The driver's first program asks the node agent; it goes first where something is at this place. */
const AGENT_SOCKET = '/run/keyvault-flexvol/agent/agent.sock';
/** What the options are refused for at the latest: the directory is no volume's. Nobody is asked anything by then. */
const NOWHERE = '/nowhere';
/** One object in YAML, so that the parser is loaded. */
const ONE_OBJECT = JSON.stringify({ objects: '- name: a\n' });
/** More than a mount of one object takes. */
const MOST_BYTES = 20 * 1024 * 1024;
/**
 * As many times the CPU of the largest honest document in YAML, in the same run: the figure is the machine's, what is
 * held is that no document takes long where that one does not. Before there were bounds it was 100 to more than 1,000.
 */
const MOST_TIMES = 4;

let kubelet: Kubelet;
beforeAll(async () => {
  kubelet = await Kubelet.create(mkdtempSync(join(tmpdir(), 'kubelet-')));
  mkdirSync(join(AGENT_SOCKET, '..'), { recursive: true });
});
afterAll(() => {
  rmSync(AGENT_SOCKET, { force: true });
  kubelet.remove();
});

interface Cost {
  readonly peakBytes: number;
  readonly cpuSeconds: number;
  readonly code: string;
}

/** Runs a mount below a program that is smaller than it: Linux counts the memory of what calls exec(2), too. */
async function mountCosts(document: string, policy?: object): Promise<Cost> {
  await kubelet.configure(policy === undefined ? {} : { policy });
  const costs = join(kubelet.driver, '..', 'costs');
  const { stdout } = await execa(
    'time',
    ['-q', '-o', costs, '-f', '%M %U %S', kubelet.driver, 'mount', NOWHERE, document],
    { extendEnv: false, env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' }, timeout: 600_000 },
  );
  const [kibibytes = 0, user = 0, system = 0] = readFileSync(costs, 'utf8').split(' ').map(Number);
  const { message }: { message: string } = JSON.parse(stdout);
  return {
    peakBytes: kibibytes * 1024,
    cpuSeconds: user + system,
    code: message.split(':')[0] ?? '',
  };
}

test('each attack is as long as kubelet can pass, or as long as its kind can be', () => {
  for (const { document, name } of hostileOptions) {
    expect(Buffer.byteLength(document), name).toBeLessThanOrEqual(LONGEST_ARGUMENT);
    expect(Buffer.byteLength(document), name).toBeGreaterThan(LONGEST_ARGUMENT / 2);
  }
});

describe.each(['first', 'second'])("by the driver's %s program", (program) => {
  let reference: Cost;
  beforeAll(async () => {
    if (program === 'first') writeFileSync(AGENT_SOCKET, '');
    else rmSync(AGENT_SOCKET, { force: true });
    reference = await mountCosts(largestHonest);
  });

  test('the largest honest document in YAML is taken', () => {
    expect(reference.code).toBe('TargetRefused');
  });

  test.each(hostileOptions)('$name', { timeout: 600_000 }, async ({ document, policy }) => {
    const little = await mountCosts(ONE_OBJECT, policy);
    const cost = await mountCosts(document, policy);
    expect(cost.code).toMatch(/^(OptionsInvalid|PolicyDenied|TargetRefused)$/);
    expect(cost.peakBytes - little.peakBytes).toBeLessThan(MOST_BYTES);
    expect(cost.cpuSeconds).toBeLessThan(MOST_TIMES * reference.cpuSeconds);
  });
});
