// The checks of a node over real state: temporary directories, events as the driver writes them.
import { once } from 'node:events';
import { chmod, chown, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { NodeDirectory } from '../testing/node-directory.ts';
import { textReport } from './report.ts';
import { examine, installed, leave, of } from './testing/examined-node.ts';

test('of a node on which all is well, nothing is a warning but what cannot be reached', async () => {
  const findings = await examine(await installed());
  const rest = findings.filter(
    ({ check }) => !['token endpoint', 'NMI', 'metadata service', 'clock'].includes(check),
  );
  expect(rest.map(({ check, status }) => `${check}: ${status}`)).toEqual([
    'plugin directory: ok',
    'driver: ok',
    'configuration: ok',
    'kubelet: note',
    'run directory: ok',
    'leftovers: ok',
    'failures: ok',
  ]);
  expect(of(findings, 'driver')[0]?.found).toMatch(
    /^version 1\.2\.3 of this image, SHA-256 [0-9a-f]{12}…; answers init in \d+ ms$/,
  );
});

describe('it finds', () => {
  test.each<[string, string, string, RegExp, (node: NodeDirectory) => unknown]>([
    [
      'a plugin directory that is not there',
      'plugin directory',
      'fault',
      /cannot be used \(ENOENT\)/,
      (node) => rm(node.settings.pluginDirectory, { recursive: true }),
    ],
    [
      'a plugin directory that others may write to',
      'plugin directory',
      'fault',
      /exec has owner 0 and mode 0777/,
      (node) => chmod(node.settings.pluginDirectory, 0o777),
    ],
    [
      'a driver directory that is another user’s',
      'plugin directory',
      'fault',
      /azure~kv has owner 65534/,
      (node) => chown(node.driverDirectory, 65534, 0),
    ],
    [
      'a driver that is not there',
      'driver',
      'fault',
      /^it is not installed$/,
      (node) => rm(join(node.driverDirectory, 'kv')),
    ],
    [
      'a driver that is a link',
      'driver',
      'fault',
      /no regular file/,
      async (node) => {
        await rm(join(node.driverDirectory, 'kv'));
        await symlink('/bin/true', join(node.driverDirectory, 'kv'));
      },
    ],
    [
      'a driver that may not be executed',
      'driver',
      'fault',
      /\(0644\)/,
      (node) => chmod(join(node.driverDirectory, 'kv'), 0o644),
    ],
    [
      'a driver of another image',
      'driver',
      'fault',
      /not the one of this image/,
      (node) => node.setDriver('#!/bin/sh\n'),
    ],
    [
      'a driver that does not answer',
      'driver',
      'fault',
      /"init" answered ""/,
      (node) => writeFile(join(node.driverDirectory, 'kv'), '#!/bin/sh\n'),
    ],
    [
      'a configuration that is not there',
      'configuration',
      'fault',
      /cannot be read \(ENOENT\)/,
      (node) => rm(join(node.driverDirectory, '.config.json')),
    ],
    [
      'a configuration that the driver refuses',
      'configuration',
      'fault',
      /refuses every mount/,
      (node) => writeFile(join(node.driverDirectory, '.config.json'), '{}'),
    ],
    [
      'a configuration that others may read',
      'configuration',
      'fault',
      /mode 644/,
      (node) => chmod(join(node.driverDirectory, '.config.json'), 0o644),
    ],
    [
      'a configuration that is not yet the desired one',
      'configuration',
      'warning',
      /not yet what the ConfigMap says/,
      (node) => node.setNodeConfig('{"schemaVersion":1}'),
    ],
    [
      'a run directory that is not mounted',
      'run directory',
      'warning',
      /ENOENT/,
      (node) => rm(node.settings.runDirectory, { recursive: true }),
    ],
    [
      'a run directory that is a file',
      'leftovers',
      'fault',
      /could not be examined \(ENOTDIR\)/,
      async (node) => {
        await rm(node.settings.runDirectory, { recursive: true });
        await writeFile(node.settings.runDirectory, '');
      },
    ],
  ])('%s', async (_, check, status, found, spoil) => {
    const node = await installed();
    await spoil(node);
    expect(of(await examine(node), check)).toContainEqual(
      expect.objectContaining({ status, found: expect.stringMatching(found) }),
    );
  });

  test('locks that killed call-outs left, but not those of call-outs at work', async () => {
    const node = await installed();
    const locks = join(node.settings.runDirectory, 'locks');
    await mkdir(locks);
    await writeFile(join(locks, 'at-work'), '');
    expect(of(await examine(node), 'leftovers')).toMatchObject([{ status: 'ok', found: 'none' }]);
    // The time of the last change of an inode cannot be set, so the clock goes on instead.
    const later = Date.now() + 3_600_000;
    const now = Date.now;
    Date.now = () => later;
    onTestFinished(() => {
      Date.now = now;
    });
    expect(of(await examine(node), 'leftovers')).toMatchObject([{ status: 'warning', found: 'locks: 1' }]);
  });
});

describe('of the events it tells', () => {
  test('that kubelet called, and which version', async () => {
    const node = await installed();
    leave(node, { driverVersion: '1.0.0' });
    const [finding] = of(await examine(node), 'kubelet');
    expect(finding).toEqual({
      check: 'kubelet',
      status: 'ok',
      found: 'last called the driver of version 1.0.0 10 min ago (mount, Success)',
    });
  });

  test('failures by code: warnings while they last, notes when the volume got over them', async () => {
    const node = await installed();
    const other = { namespace: 'shop', name: 'web-1', uid: 'u2' };
    leave(
      node,
      { code: 'VaultThrottled' },
      { code: 'Success' },
      { code: 'AccessDenied', pod: other },
      { code: 'AccessDenied', pod: other },
    );
    expect(of(await examine(node), 'failures')).toEqual([
      {
        check: 'failures',
        status: 'note',
        found: '1 × VaultThrottled, all got over since; last 10 min ago, mount for shop/web-0',
        todo: 'docs/troubleshooting.md#vaultthrottled',
      },
      {
        check: 'failures',
        status: 'warning',
        found: '2 × AccessDenied, 2 not got over since; last 10 min ago, mount for shop/web-1',
        todo: 'docs/troubleshooting.md#accessdenied',
      },
    ]);
  });

  test('no message and nothing that could not be a name', async () => {
    const node = await installed();
    leave(node, { code: 'Internal', message: 'canary', pod: { name: 'a\u001b[31m', namespace: 'b' } });
    const report = textReport('1.2.3', await examine(node));
    expect(report).not.toContain('canary');
    expect(report).toContain('mount for b/a??31m');
  });
});
test('of the node agent it tells, where it is on, whether it takes connections', async () => {
  const node = await installed();
  const agent = { keeps: true, maxBytes: 1, latestMs: 1, pinnedMs: 1, requestsPerSecond: 1 };
  const settings = { ...node.settings, agent };
  expect(of(await examine(node), 'node agent')).toEqual([]);
  expect(of(await examine(node, { settings }), 'node agent')).toMatchObject([
    { status: 'warning', found: expect.stringContaining('(ENOENT)') },
  ]);
  await mkdir(join(settings.runDirectory, 'agent'));
  const server = createServer().listen(join(settings.runDirectory, 'agent', 'agent.sock'));
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  expect(of(await examine(node, { settings }), 'node agent')).toMatchObject([{ status: 'ok' }]);
});
