import { lookup } from 'node:dns/promises';
import type { NodeConfig } from '../../driver/nodeconfig/node-config.ts';
import { type Cloud, findCloud } from '../../driver/options/clouds.ts';
import { Faults } from '../../driver/options/faults.ts';
import { describeClockSkew } from '../../driver/transport/clock-skew.ts';
import { describeConnectionFault } from '../../driver/transport/connection-fault.ts';
import { chooseProxy, describeProxy, type HttpsProxy, isExempt } from '../../driver/transport/proxy.ts';
import type { TransportSettings } from '../../driver/transport/transport.ts';
import type { Answer, Ask } from './ask.ts';
import type { Finding } from './finding.ts';
import { readNodeConfig } from './installed-config.ts';
import type { Scope } from './scope.ts';

const LOOKUP_LIMIT_MS = 5000;
const ANSWER_LIMIT_MS = 6000;

/** How hosts of Azure are asked: as the driver does, by the node configuration in force. */
interface Way extends TransportSettings {
  readonly ask: Ask;
  readonly onNodesNetwork: boolean;
}

/** The token endpoint and the vaults named, and by their answers the node's clock. No token is asked for or sent. */
export async function checkAzure(scope: Scope): Promise<Finding[]> {
  const config = readNodeConfig(scope.settings);
  const faults = new Faults();
  const cloud = findCloud(scope.cloudName, config.clouds, faults);
  if (cloud === undefined) return [{ check: 'cloud', status: 'fault', found: faults.describe() }];
  const way = wayOut(scope, config);
  const asked = await Promise.all([
    reach('token endpoint', tokenEndpoint(cloud), way, ({ status }) =>
      status < 400 ? undefined : `answers HTTP ${status}, not its own description`,
    ),
    ...scope.vaults.map((vault) =>
      reach(
        `vault ${vault}`,
        `https://${vault}.${cloud.vaultSuffix}/secrets?api-version=7.4&maxresults=1`,
        way,
        refusalOf,
      ),
    ),
  ]);
  return [...asked.map(({ finding }) => finding), clockFinding(asked.flatMap(({ date }) => date ?? []))];
}

/** Everybody may read it (OpenID Connect Discovery 1.0). */
function tokenEndpoint({ authority, adfs }: Cloud): string {
  return `${authority}/${adfs ? 'adfs' : 'common/v2.0'}/.well-known/openid-configuration`;
}

function wayOut({ onNodesNetwork, ask }: Scope, config: NodeConfig): Way {
  return { ask, caBundle: config.caBundle, proxy: chooseProxy(config, {}), onNodesNetwork };
}

interface Reached {
  readonly finding: Finding;
  readonly date?: string | undefined;
}

async function reach(
  check: string,
  url: string,
  way: Way,
  complaint: (answer: Answer) => string | undefined,
): Promise<Reached> {
  const { hostname } = new URL(url);
  const through = way.proxy !== undefined && !isExempt(hostname, way.proxy) ? way.proxy : undefined;
  try {
    // With a proxy it is the proxy that looks the name up.
    const where =
      through === undefined ? await addressesOf(hostname) : `through the proxy ${describeProxy(through)}`;
    const answer = await way.ask(url, { headers: {}, way, limitMs: ANSWER_LIMIT_MS });
    const complained = complaint(answer);
    const finding: Finding =
      complained === undefined
        ? { check, status: 'ok', found: `${hostname} (${where}) answers, and its certificate holds` }
        : { check, status: 'warning', found: `${hostname} (${where}) ${complained}` };
    return { finding, date: answer.date };
  } catch (error) {
    return { finding: unreached(check, hostname, through, way, error) };
  }
}

/** kubelet runs the driver on the node: what a pod cannot reach is no proof for a node with another network. */
function unreached(
  check: string,
  host: string,
  through: HttpsProxy | undefined,
  way: Way,
  error: unknown,
): Finding {
  const by = through === undefined ? '' : ` through the proxy ${describeProxy(through)}`;
  const why = isTimeout(error) ? 'no answer in time' : describeConnectionFault(error);
  if (way.onNodesNetwork) {
    const todo = 'docs/troubleshooting.md#vaultunreachable';
    return { check, status: 'fault', found: `${host} was not reached${by}: ${why}`, todo };
  }
  const found = `${host} was not reached${by} from this pod, whose network and name servers are not the node's: ${why.replace(' on this node', '')}`;
  const todo = `on the node itself try: curl -sv https://${host}/ ; what the driver met there is under "failures"`;
  return { check, status: 'warning', found, todo };
}

async function addressesOf(host: string): Promise<string> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const error = Object.assign(new Error('late'), { code: 'ETIMEOUT' });
    timer = setTimeout(reject, LOOKUP_LIMIT_MS, error);
  });
  try {
    const addresses = await Promise.race([lookup(host, { all: true }), late]);
    return addresses
      .map(({ address }) => address)
      .slice(0, 4)
      .join(', ');
  } finally {
    clearTimeout(timer);
  }
}

/** Without a token a vault answers 401. */
function refusalOf({ status }: Answer): string | undefined {
  if (status === 401) return undefined;
  if (status === 403) {
    return 'answers HTTP 403 before it has seen a token: its firewall lets only chosen networks in, or public access is off';
  }
  return `answers HTTP ${status}, where a vault without a token answers 401: is something else in its place?`;
}

function clockFinding(dates: readonly string[]): Finding {
  const check = 'clock';
  if (dates.length === 0)
    return {
      check,
      status: 'note',
      found: 'nothing of Azure answered, so there was nothing to compare it with',
    };
  const skews = dates.map((date) => describeClockSkew(date));
  const skew = skews.find((text) => text !== undefined);
  if (skew === undefined || skews.includes(undefined)) {
    return { check, status: 'ok', found: "within 5 minutes of Azure's" };
  }
  return {
    check,
    status: 'fault',
    found: skew,
    todo: 'mend time synchronisation on the node: tokens are refused',
  };
}

function isTimeout(error: unknown): boolean {
  return error instanceof Error && /Timeout|Abort/.test(error.name);
}
