import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { execa } from 'execa';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { principalOf } from '../mock/seed.ts';
import type { Scene } from './scene.ts';

const TOKENS = '/var/opt/azcmagent/tokens';
const ASIDE = '/run/lab/opt';

/** What the agent does otherwise than it should. */
export interface AgentFault {
  /** Where it says that the key is. */
  readonly keyFile?: string;
  /** What it wants as a proof, in place of the key. */
  readonly challenge?: Record<string, string>;
  /** What it writes to the file, in place of the key. */
  readonly wrongKey?: string;
  /** It never answers. */
  readonly hang?: boolean;
  /** It says so, but writes no key. */
  readonly noKey?: boolean;
  /** What it answers, in place of a token, to the right key. */
  readonly answer?: { readonly status: number; readonly body: string };
  /** It answers 500 so often before all else. */
  readonly busy?: number;
}

/** A double of the Azure Connected Machine agent's HIMDS. */
export interface Agent {
  /** What it was asked: with which proof, and how it was answered. */
  readonly requests: string[];
  readonly key: string;
  start(fault?: AgentFault): Promise<void>;
}

/** Makes the lab's node Arc-enabled for the tests of a file; the agent runs when a test starts it. */
export function setArcNode(scene: Scene): Agent {
  let stop = async () => {};
  beforeAll(makeRoom);
  afterEach(() => stop());
  afterAll(async () => {
    for (const directory of ['/opt', '/var/opt', ASIDE]) await execa('umount', ['-R', '-l', directory]);
    rmSync(ASIDE, { recursive: true });
  });
  const agent: Agent = {
    requests: [],
    key: 'key-of-the-agent',
    async start(fault = {}) {
      agent.requests.length = 0;
      rmSync(TOKENS, { recursive: true, force: true });
      mkdirSync(TOKENS, { recursive: true });
      const server = createServer((request, response) => {
        if (fault.hang) return;
        answerOf(scene, agent, fault, request.url ?? '', request.headers)
          .then(({ status, headers, body }) => {
            agent.requests.push(`${request.headers.authorization ? 'key' : 'no key'}: ${status}`);
            response.writeHead(status, { 'Content-Type': 'application/json', ...headers }).end(body);
          })
          .catch((error: Error) => response.destroy(error));
      });
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen(40342, '127.0.0.1', resolve);
      });
      stop = async () => {
        stop = async () => {};
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      };
    },
  };
  return agent;
}

/** The lab's own /opt, with all that the machine has there and the agent's program, and its own /var/opt. */
async function makeRoom(): Promise<void> {
  mkdirSync(ASIDE, { recursive: true });
  await execa('mount', ['--rbind', '/opt', ASIDE]);
  for (const directory of ['/opt', '/var/opt'])
    await execa('mount', ['-t', 'tmpfs', '-o', 'mode=0755', 'arc-node', directory]);
  for (const name of readdirSync(ASIDE)) {
    if (!statSync(`${ASIDE}/${name}`).isDirectory()) continue;
    mkdirSync(`/opt/${name}`);
    await execa('mount', ['--rbind', `${ASIDE}/${name}`, `/opt/${name}`]);
  }
  mkdirSync('/opt/azcmagent/bin', { recursive: true });
  writeFileSync('/opt/azcmagent/bin/himds', '', { mode: 0o755 });
}

interface AgentAnswer {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body: string;
}

/** As the agent's documentation has it: a challenge that names a file, then a token for whoever could read it. */
async function answerOf(
  scene: Scene,
  agent: Agent,
  fault: AgentFault,
  path: string,
  headers: Readonly<Record<string, string | string[] | undefined>>,
): Promise<AgentAnswer> {
  const { pathname, searchParams } = new URL(path, 'http://127.0.0.1');
  const resource = searchParams.get('resource');
  const wellAsked =
    pathname === '/metadata/identity/oauth2/token' &&
    searchParams.get('api-version') === '2020-06-01' &&
    headers['metadata'] === 'true';
  if (!wellAsked || resource === null) return { status: 400, body: '{"error":"invalid_request"}' };
  if (agent.requests.length < (fault.busy ?? 0)) return { status: 500, body: '{"error":"busy"}' };
  if (headers['authorization'] !== `Basic ${agent.key}`) {
    const file = fault.keyFile ?? `${TOKENS}/challenge-${agent.requests.length}.key`;
    if (!fault.noKey) writeFileSync(file, fault.wrongKey ?? agent.key, { mode: 0o400 });
    return {
      status: 401,
      headers: fault.challenge ?? { 'WWW-Authenticate': `Basic realm=${file}` },
      body: '',
    };
  }
  if (fault.answer !== undefined) return fault.answer;
  const principal = principalOf(scene.azure.seed, 'system-identity');
  const issued = await scene.azure.directory.managedToken(principal, resource);
  if (issued === undefined) return { status: 400, body: '{"error":"invalid_resource"}' };
  const body = {
    access_token: issued.accessToken,
    expires_in: String(issued.expiresIn),
    expires_on: String(issued.expiresOn),
    not_before: String(issued.notBefore),
    resource,
    token_type: 'Bearer',
  };
  return { status: 200, body: JSON.stringify(body) };
}
