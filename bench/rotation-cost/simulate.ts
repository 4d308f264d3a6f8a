import type { VaultClient } from '../../driver/keyvault/client.ts';
import { parse } from '../../driver/options/testing/valid-options.ts';
import type { FoundObject, TokenRequest } from '../../driver/ports.ts';
import { Flights } from '../../installer/agent/memory/flights.ts';
import { ObjectMemory } from '../../installer/agent/memory/object-memory.ts';
import { TokenMemory } from '../../installer/agent/memory/token-memory.ts';
import { type Checked, isDue, shareOf } from '../../installer/rotation/slots.ts';

const DAY_SECONDS = 86_400;
/** As installer/rotation looks for what is due. */
const LOOK_SECONDS = 5;
const TOKEN_SECONDS = 3600;
const LATEST_MS = 30_000;
const PINNED_MS = 600_000;

export interface Fleet {
  readonly nodes: number;
  readonly podsOfNode: number;
  readonly objectsOfPod: number;
  /** So many pods of a node are of one application: one identity, the same objects. */
  readonly podsOfApplication: number;
  readonly intervalSeconds: number;
}

export interface Cost {
  readonly objectRequests: number;
  readonly tokenRequests: number;
  /** Most requests for objects of all nodes together within one second. */
  readonly mostInASecond: number;
}

const VAULT = 'v';

/** What a day costs by the parts of the agent that decide on it: its slots and its memory, with a clock of their own. */
export async function simulateDay(fleet: Fleet): Promise<Cost> {
  const ofSecond = new Map<number, number>();
  let objectRequests = 0;
  let tokenRequests = 0;
  for (let node = 0; node < fleet.nodes; node++) {
    const asked = await simulateNode(fleet, node);
    tokenRequests += asked.tokens;
    objectRequests += asked.objects.length;
    for (const second of asked.objects) ofSecond.set(second, (ofSecond.get(second) ?? 0) + 1);
  }
  return { objectRequests, tokenRequests, mostInASecond: Math.max(...ofSecond.values()) };
}

/** The seconds at which one node asked for an object, and how many tokens it asked for. */
async function simulateNode(fleet: Fleet, node: number): Promise<{ objects: number[]; tokens: number }> {
  const clock = { seconds: 0 };
  const now = () => clock.seconds * 1000;
  const objects = new ObjectMemory({
    maxBytes: 16 * 1024 * 1024,
    latestMs: LATEST_MS,
    pinnedMs: PINNED_MS,
    now,
    counted: () => undefined,
  });
  const flights = new Flights();
  const tokens = new TokenMemory({ flights, now, keeps: true, counted: () => undefined });
  const asked = { objects: [] as number[], tokens: 0 };
  const client = countingClient(() => asked.objects.push(clock.seconds));
  const volumes = await volumesOf(fleet);
  const share = shareOf((Math.imul(node + 1, 0x9e3779b1) >>> 0).toString(16).padStart(8, '0'));
  const never = new AbortController().signal;
  for (; clock.seconds < DAY_SECONDS; clock.seconds += LOOK_SECONDS) {
    for (const volume of volumes) {
      if (!isDue(volume.checked, fleet.intervalSeconds, share, clock.seconds)) continue;
      volume.checked = { at: clock.seconds, failures: 0 };
      const source = tokens.source(
        tokenSource(() => asked.tokens++),
        undefined,
      );
      const { token } = await source.getToken(volume.request, never);
      const { cloud } = volume.request;
      const items = itemsOf(fleet, volume);
      const reading = objects.begin(Promise.resolve(tokens.identityOf(token)), { cloud, items });
      const around = reading.around(client, `https://${VAULT}.vault.azure.net`);
      for (const { name } of items.map(({ source }) => source))
        await around.get({ vault: VAULT, type: 'secret', name, version: undefined });
      reading.end();
    }
  }
  return asked;
}

interface SimulatedVolume {
  readonly application: number;
  readonly request: TokenRequest;
  checked: Checked;
}

async function volumesOf({ podsOfNode, podsOfApplication }: Fleet): Promise<SimulatedVolume[]> {
  const { pod, identity, cloud } = await parse({});
  if (identity.kind !== 'service-principal') throw new Error('the valid options are of a service principal');
  return Array.from({ length: podsOfNode }, (_, index) => {
    const application = Math.floor(index / podsOfApplication);
    const request = {
      pod,
      cloud,
      items: [],
      identity: { ...identity, clientId: `application-${application}` },
    };
    return { application, request, checked: { at: 0, failures: 0 } };
  });
}

function itemsOf({ objectsOfPod }: Fleet, { application }: SimulatedVolume) {
  return Array.from({ length: objectsOfPod }, (_, object) => {
    const name = `${application}-${object}`;
    const source = { kind: 'named', name, version: undefined, file: name } as const;
    return {
      origin: name,
      type: 'secret',
      vault: VAULT,
      fallbackVault: undefined,
      source,
      optional: false,
    } as const;
  });
}

function tokenSource(asked: () => void) {
  let count = 0;
  return {
    async getToken() {
      asked();
      count += 1;
      return { token: `token-${count}-${Math.random()}`, expiresAt: Date.now() + TOKEN_SECONDS * 1000 };
    },
  };
}

function countingClient(asked: () => void): VaultClient {
  const attributes = {
    contentType: undefined,
    tags: {},
    notBefore: undefined,
    expires: undefined,
    created: 1,
    updated: 1,
  };
  return {
    async get({ vault, name }): Promise<FoundObject> {
      asked();
      const content = { type: 'secret', value: 'x', contentType: undefined } as const;
      return { vault, name, version: '0'.repeat(32), content, attributes };
    },
    async *list() {},
  };
}
