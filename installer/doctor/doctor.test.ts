// Each check over real state: a temporary node, events as the driver writes them, servers on the loopback.
import { once } from 'node:events';
import { chmod, chown, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, createServer as createSocketServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { appendToSpool } from '../../driver/telemetry/spool.ts';
import { makeTls } from '../../e2e/mock/tls.ts';
import { readHistory } from '../events/history.ts';
import { install } from '../installation/install.ts';
import { type NodeDirectory, nodeDirectory } from '../testing/node-directory.ts';
import { diagnose } from './diagnose.ts';
import type { Finding } from './finding.ts';
import { askWith } from './main.ts';
import { jsonReport, textReport } from './report.ts';
import type { Scope } from './scope.ts';

/** Nothing listens there: the discard port, below those that are handed out. */
const NOWHERE = 9;

async function examine(node: NodeDirectory, changes: Partial<Scope> = {}): Promise<Finding[]> {
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
async function installed(config: object = {}): Promise<NodeDirectory> {
  const node = await nodeDirectory();
  onTestFinished(() => node[Symbol.asyncDispose]());
  const clouds = { Loopback: { authority: `https://localhost:${NOWHERE}`, vaultSuffix: 'vault.invalid' } };
  await node.setNodeConfig(JSON.stringify({ schemaVersion: 1, clouds, nmiPorts: [NOWHERE], ...config }));
  await mkdir(node.settings.runDirectory, { mode: 0o700 });
  await install(node.settings, () => undefined);
  return node;
}

function leave(node: NodeDirectory, ...events: object[]): void {
  for (const [index, event] of events.entries()) {
    const time = new Date(Date.now() - 600_000 + index * 1000).toISOString();
    const pod = { namespace: 'shop', name: 'web-0', uid: 'u1' };
    const line = { schemaVersion: 1, time, callOut: 'mount', code: 'Success', pod, volume: 'kv', ...event };
    expect(appendToSpool(join(node.settings.runDirectory, 'events'), `${JSON.stringify(line)}\n`)).toBe(true);
  }
}

const of = (findings: readonly Finding[], check: string) =>
  findings.filter((finding) => finding.check === check);

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

describe('of the identities of the node it tells', () => {
  const byNode = [
    ['pod-identity', 'NMI', 'usepodidentity'],
    ['managed-identity', 'metadata service', 'usevmmanagedidentity'],
  ] as const;
  test.each(byNode)(
    'that %s cannot work: a fault where pods use it, else a note',
    async (identity, check, option) => {
      const node = await installed();
      const todo = `only volumes with ${option} need it`;
      expect(of(await examine(node), check)).toMatchObject([
        {
          status: 'note',
          found: expect.stringMatching(
            /no answer on 127\.0\.0\.1:9: the connection was refused \(ECONNREFUSED\)/,
          ),
          todo: `${todo}; the events know of none here`,
        },
      ]);
      leave(node, { identity });
      expect(of(await examine(node), check)).toMatchObject([
        { status: 'fault', todo: `${todo}, and there are some on this node` },
      ]);
    },
  );

  test.each(byNode)(
    'from a pod with a network of its own no false alarm about %s',
    async (identity, check) => {
      const node = await installed();
      leave(node, { identity });
      expect(of(await examine(node, { onNodesNetwork: false }), check)).toMatchObject([{ status: 'note' }]);
    },
  );

  test('that both answer', async () => {
    const headers: unknown[] = [];
    const port = await serve((request, response) => {
      headers.push(request.headers['metadata']);
      response.writeHead(request.url === '/metadata/versions' ? 200 : 400).end();
    });
    const node = await installed({ nmiPorts: [port] });
    const findings = await examine(node, { metadataService: `http://127.0.0.1:${port}` });
    expect([...of(findings, 'NMI'), ...of(findings, 'metadata service')]).toMatchObject([
      { status: 'ok', found: `answers on 127.0.0.1:${port}` },
      { status: 'ok', found: `answers on 127.0.0.1:${port}` },
    ]);
    expect(headers).toContain('true');
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
  const server = createSocketServer().listen(join(settings.runDirectory, 'agent', 'agent.sock'));
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  expect(of(await examine(node, { settings }), 'node agent')).toMatchObject([{ status: 'ok' }]);
});

describe('of Azure it tells', () => {
  const at = (minutes: number) => new Date(Date.now() + minutes * 60_000).toUTCString();

  test.each([
    [
      'that it answers, and that the clock is right',
      200,
      0,
      'ok',
      /^localhost \(.*127\.0\.0\.1.*\) answers, and its certificate holds$/,
      'ok',
      /within 5 minutes/,
    ],
    ['that the clock is behind', 200, 12, 'ok', /answers/, 'fault', /the node's clock is 12 minutes behind/],
    ['that the clock is ahead', 200, -12, 'ok', /answers/, 'fault', /the node's clock is 12 minutes ahead/],
    [
      'that something else answers',
      404,
      0,
      'warning',
      /answers HTTP 404, not its own description/,
      'ok',
      /within/,
    ],
  ] as const)('%s', async (_, status, minutes, endpoint, found, clock, time) => {
    const tls = await makeTls(['localhost']);
    const port = await serve((_, response) => response.writeHead(status, { date: at(minutes) }).end(), tls);
    const clouds = { Loopback: { authority: `https://localhost:${port}`, vaultSuffix: 'vault.invalid' } };
    const findings = await examine(await installed({ clouds, caBundle: tls.ca }));
    expect(of(findings, 'token endpoint')).toMatchObject([
      { status: endpoint, found: expect.stringMatching(found) },
    ]);
    expect(of(findings, 'clock')).toMatchObject([{ status: clock, found: expect.stringMatching(time) }]);
  });

  test('that its certificate is of an authority nobody here trusts', async () => {
    const port = await serve((_, response) => response.end(), await makeTls(['localhost']));
    const clouds = { Loopback: { authority: `https://localhost:${port}`, vaultSuffix: 'vault.invalid' } };
    expect(of(await examine(await installed({ clouds })), 'token endpoint')).toMatchObject([
      { status: 'fault', found: expect.stringContaining('set caBundle in the node configuration') },
    ]);
  });

  test('that a vault has no name, and that there was no clock to compare with', async () => {
    const findings = await examine(await installed(), { vaults: ['shop-kv'] });
    expect(of(findings, 'vault shop-kv')).toMatchObject([
      {
        status: 'fault',
        found: expect.stringMatching(
          /^shop-kv\.vault\.invalid was not reached: .*\((ENOTFOUND|EAI_AGAIN)\)$/,
        ),
      },
    ]);
    expect(of(findings, 'clock')).toMatchObject([{ status: 'note' }]);
  });

  test('from a pod with a network of its own a warning instead of a fault, that says so', async () => {
    const findings = await examine(await installed(), { onNodesNetwork: false });
    expect(of(findings, 'token endpoint')).toMatchObject([
      {
        status: 'warning',
        found: expect.stringContaining("from this pod, whose network and name servers are not the node's"),
      },
    ]);
  });

  test('the proxy that refuses, without its credentials', async () => {
    const port = await serve((_, response) => response.writeHead(407).end());
    const findings = await examine(await installed({ httpsProxy: `http://user:canary@127.0.0.1:${port}` }));
    expect(of(findings, 'token endpoint')).toMatchObject([
      {
        status: 'fault',
        found: expect.stringContaining(`localhost was not reached through the proxy 127.0.0.1:${port}`),
      },
    ]);
    expect(textReport('1.2.3', findings)).not.toContain('canary');
  });

  test('that there is no such cloud', async () => {
    const findings = await examine(await installed(), { cloudName: 'loopbak' });
    expect(of(findings, 'cloud')).toMatchObject([
      { status: 'fault', found: expect.stringContaining('did you mean Loopback?') },
    ]);
  });
});

test('a check that never ends is bounded', async () => {
  const hanging = async () => new Promise<never>(() => undefined);
  const findings = await diagnose(
    {
      ...({} as Scope),
      ...{
        settings: (await installed()).settings,
        version: '1',
        vaults: [],
        cloudName: 'Loopback',
        history: [],
      },
      ...{ onNodesNetwork: true, metadataService: 'http://127.0.0.1:9', ask: hanging },
    },
    3000,
  );
  expect(of(findings, 'Azure')).toMatchObject([{ status: 'warning', found: 'no answer within 3 s' }]);
});

describe('the report', () => {
  const findings: Finding[] = [
    { check: 'driver', status: 'ok', found: 'it is there' },
    { check: 'NMI', status: 'note', found: 'unseen', todo: 'nothing' },
    { check: 'clock', status: 'fault', found: 'wrong', todo: 'mend it' },
  ];
  test('is a line a finding for people, and what to do below it', () => {
    expect(textReport('1.2.3', findings).split('\n')).toEqual([
      'keyvault-flexvol 1.2.3 on this node',
      '',
      'ok       driver  it is there',
      'note     NMI     unseen',
      '                 → nothing',
      'fault    clock   wrong',
      '                 → mend it',
      '',
      'Faults: 1, warnings: 0.',
      '',
    ]);
  });
  test('says the gravest first for programs', () => {
    expect(JSON.parse(jsonReport('1.2.3', findings))).toEqual({
      version: '1.2.3',
      status: 'fault',
      checks: findings,
    });
  });
});

async function serve(listener: RequestListener, tls?: { key: string; cert: string }): Promise<number> {
  const server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}
