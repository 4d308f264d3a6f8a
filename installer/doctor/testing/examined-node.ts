import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { appendToSpool } from '../../../driver/telemetry/spool.ts';
import { readHistory } from '../../events/history.ts';
import { install } from '../../installation/install.ts';
import { type NodeDirectory, nodeDirectory } from '../../testing/node-directory.ts';
import { diagnose } from '../diagnose.ts';
import type { Finding } from '../finding.ts';
import { askWith } from '../main.ts';
import type { Scope } from '../scope.ts';

/** Nothing listens there: the discard port, below those that are handed out. */
const NOWHERE = 9;

/** What the doctor finds on this node. */
export async function examine(node: NodeDirectory, changes: Partial<Scope> = {}): Promise<Finding[]> {
  return diagnose({
    settings: node.settings,
    version: '1.2.3',
    vaults: [],
    cloudName: 'Loopback',
    history: await readHistory(node.settings.runDirectory),
    onNodesNetwork: true,
    metadataService: `http://127.0.0.1:${NOWHERE}`,
    ask: askWith('1.2.3'),
    ...changes,
  });
}

/** A node on which everything was installed, with a configuration for the loopback. */
export async function installed(config: object = {}): Promise<NodeDirectory> {
  const node = await nodeDirectory();
  onTestFinished(() => node[Symbol.asyncDispose]());
  const clouds = { Loopback: { authority: `https://localhost:${NOWHERE}`, vaultSuffix: 'vault.invalid' } };
  await node.setNodeConfig(JSON.stringify({ schemaVersion: 1, clouds, nmiPorts: [NOWHERE], ...config }));
  await mkdir(node.settings.runDirectory, { mode: 0o700 });
  await install(node.settings, () => undefined);
  return node;
}

/** Leaves events in the node's spool, a second after another, the first of them 10 minutes old. */
export function leave(node: NodeDirectory, ...events: object[]): void {
  for (const [index, event] of events.entries()) {
    const time = new Date(Date.now() - 600_000 + index * 1000).toISOString();
    const pod = { namespace: 'shop', name: 'web-0', uid: 'u1' };
    const line = { schemaVersion: 1, time, callOut: 'mount', code: 'Success', pod, volume: 'kv', ...event };
    expect(appendToSpool(join(node.settings.runDirectory, 'events'), `${JSON.stringify(line)}\n`)).toBe(true);
  }
}

/** The findings of one check. */
export const of = (findings: readonly Finding[], check: string) =>
  findings.filter((finding) => finding.check === check);
