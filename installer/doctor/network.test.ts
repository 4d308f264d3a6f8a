// The checks of what a node reaches, against servers on the loopback.
import { describe, expect, test } from 'vitest';
import { makeTls } from '../../e2e/mock/tls.ts';
import { diagnose } from './diagnose.ts';
import { textReport } from './report.ts';
import type { Scope } from './scope.ts';
import { examine, installed, leave, of } from './testing/examined-node.ts';
import { serve } from './testing/serve.ts';

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
