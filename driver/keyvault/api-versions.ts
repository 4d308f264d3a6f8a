import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PipelinePolicy } from '@azure/core-rest-pipeline';
import type { Cloud } from '../options/clouds.ts';
import type { ObjectType } from '../options/items.ts';
import { RUN_DIRECTORY } from '../run-directory.ts';
import { collections } from './object.ts';
import { VaultRefusal } from './refusal.ts';

/**
 * Versions of the data plane that clouds were seen to know, newest first. Before them stands the SDK's own, which the public
 * cloud knows. Sovereign clouds follow months later; Azure Stack Hub knows 2016-10-01.
 */
const OLDER = ['7.6', '7.5', '7.4', '7.3', '7.2', '7.1', '7.0', '2016-10-01'];

/** Below the run directory: which version each cloud took last, for the next call-out. */
const FILE = 'api-versions.json';
const IN_URL = /(?<name>[?&]api(-|%2D)version=)(?<version>[^&]*)/i;
const PUBLIC = 'vault.azure.net';
const VERSION = /^(7\.\d|20\d\d-\d\d-\d\d)$/;

/** What was learnt from the service, by `<vault suffix> <type>`. The process forgets nothing; other processes read the file. */
let learnt: Map<string, string> | undefined;

/**
 * Asks in the newest version of the API that the cloud knows. When the service says that it does not know a version, the next
 * older one is tried at once, or the one that the service names; what works is remembered on the node until it restarts.
 * @param directory where it is remembered
 */
export function apiVersionPolicy(
  { vaultSuffix, apiVersions }: Pick<Cloud, 'vaultSuffix' | 'apiVersions'>,
  directory = RUN_DIRECTORY,
): PipelinePolicy {
  return {
    name: 'apiVersionPolicy',
    async sendRequest(request, next) {
      const type = typeOf(request.url);
      const key = `${vaultSuffix} ${type}`;
      const written = apiVersions?.[type];
      const own = IN_URL.exec(request.url)?.groups?.['version'] ?? '';
      const known = written?.toSorted(newestFirst) ?? [own, ...OLDER];
      // The public cloud knows the newest: its mounts need not look at what others have learnt.
      if (vaultSuffix !== PUBLIC) learnt ??= load(directory);
      const remembered = learnt?.get(key);
      let version =
        remembered !== undefined && isUsable(remembered, written) ? remembered : (known[0] ?? own);
      for (;;) {
        request.url = request.url.replace(IN_URL, `$<name>${version}`);
        try {
          return await next(request);
        } catch (error) {
          if (!(error instanceof VaultRefusal) || error.unknownVersion === undefined) throw error;
          const older = olderThan(version, known, error.unknownVersion.latest, written);
          if (older === undefined) throw error;
          version = older;
          learnt ??= load(directory);
          // Others may have got further meanwhile.
          const other = learnt.get(key);
          if (other !== undefined && rank(other) < rank(version)) version = other;
          learnt.set(key, version);
          save(directory, learnt);
        }
      }
    },
  };
}

function isUsable(version: string, written: readonly string[] | undefined): boolean {
  return written === undefined || written.includes(version);
}

/** @param latest the one that the service names as its latest */
function olderThan(
  version: string,
  known: readonly string[],
  latest: string | undefined,
  written: readonly string[] | undefined,
): string | undefined {
  const isOlder = (one: string) => rank(one) < rank(version);
  if (latest !== undefined && VERSION.test(latest) && isOlder(latest) && isUsable(latest, written))
    return latest;
  return known.find(isOlder);
}

/** `2016-10-01` is older than `7.0`, the other dates are newer than every `7.n`. */
function rank(version: string): number {
  const [year = 0, month = 0, day = 0] = version.split(/[.-]/).map(Number);
  if (year === 7) return 20_200_000 + month;
  return year * 10_000 + month * 100 + day;
}

function newestFirst(a: string, b: string): number {
  return rank(b) - rank(a);
}

function typeOf(url: string): ObjectType {
  const collection = new URL(url).pathname.split('/')[1]?.toLowerCase();
  const types = Object.keys(collections) as ObjectType[];
  return types.find((type) => collections[type] === collection) ?? 'secret';
}

function load(directory: string): Map<string, string> {
  try {
    const document: unknown = JSON.parse(readFileSync(join(directory, FILE), 'utf8'));
    const entries = Object.entries(document ?? {}).filter(([, version]) => VERSION.test(String(version)));
    return new Map(entries.slice(0, 100));
  } catch {
    return new Map();
  }
}

/** Where it cannot be kept, the next call-out finds it out again. */
function save(directory: string, versions: ReadonlyMap<string, string>): void {
  const path = join(directory, FILE);
  try {
    const partial = `${path}.${process.pid}`;
    writeFileSync(partial, JSON.stringify(Object.fromEntries(versions)), { mode: 0o600 });
    renameSync(partial, path);
  } catch {
    // Nothing depends on it.
  }
}

/** For tests: what a new process knows. */
export function forgetApiVersions(): void {
  learnt = undefined;
}
