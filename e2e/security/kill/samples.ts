import { lstatSync, readdirSync, readFileSync, readlinkSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { expectedBytes } from '../../contract/expected.ts';
import type { PodVolume } from '../../lab/kubelet.ts';
import type { Seed } from '../../mock/seed/schema.ts';
import { principalOf } from '../../mock/seed.ts';

/** A volume, and what has to appear in it. */
export interface Sample {
  readonly name: 'read-only' | 'writable';
  readonly volume: PodVolume;
  /** By path below the volume. */
  readonly files: ReadonlyMap<string, Buffer>;
  readonly mode: number;
  readonly rootMode: number;
  readonly gid: number;
}

const FLAGS = ['nosuid', 'nodev', 'noexec'];

/** The two forms of a volume: both ways of showing it, with and without a group, with and without sub-directories. */
export function samples(seed: Seed): readonly Sample[] {
  const reader = principalOf(seed, 'reader');
  const base = {
    secret: { clientid: reader.clientId, clientsecret: reader.secrets[0] ?? '' },
    options: {
      keyvaultname: 'testkv',
      tenantid: reader.tenant,
      keyvaultobjectnames: 'plain;multiline;rsa-2048',
      keyvaultobjecttypes: 'secret;secret;key',
      keyvaultobjectaliases: 'a;d/b;c',
    },
  };
  const files = new Map([
    ['a', expectedBytes(seed, 'secret', 'plain')],
    ['d/b', expectedBytes(seed, 'secret', 'multiline')],
    ['c', expectedBytes(seed, 'key', 'rsa-2048')],
  ]);
  return [
    {
      name: 'read-only',
      volume: { ...base, pod: 'killed-ro', readOnly: true },
      files,
      mode: 0o644,
      rootMode: 0o755,
      gid: 0,
    },
    {
      name: 'writable',
      volume: { ...base, pod: 'killed-rw', fsGroup: 2000 },
      files,
      mode: 0o640,
      rootMode: 0o2775,
      gid: 2000,
    },
  ];
}

/** Everything by which what is mounted at `directory` differs from what was asked for. */
export function faultsOf(directory: string, sample: Sample): string[] {
  const faults = flagFaults(directory, sample);
  try {
    const payload = readlinkSync(join(directory, '..data'));
    const top = [...new Set([...sample.files.keys()].map((path) => path.split('/')[0] ?? ''))];
    const found = readdirSync(directory).sort().join(' ');
    const expected = [...top, payload, '..data'].sort().join(' ');
    if (found !== expected) faults.push(`the volume holds "${found}" instead of "${expected}"`);
    faults.push(...statFaults('the root', lstatSync(directory), sample.rootMode, sample.gid));
    for (const [path, bytes] of sample.files) {
      const file = join(directory, payload, path);
      if (!readFileSync(join(directory, path)).equals(bytes)) faults.push(`${path} has other bytes`);
      faults.push(...statFaults(path, lstatSync(file), sample.mode, sample.gid));
    }
  } catch (error) {
    faults.push(`the volume is incomplete (${error instanceof Error ? error.message : String(error)})`);
  }
  return faults;
}

function statFaults(what: string, { mode, uid, gid }: Stats, expectedMode: number, group: number): string[] {
  const found = `${(mode & 0o7777).toString(8)} ${uid}:${gid}`;
  const expected = `${expectedMode.toString(8)} 0:${group}`;
  return found === expected ? [] : [`${what} is ${found} instead of ${expected}`];
}

/** Of the topmost mount at the directory, which is the one that a container gets. */
function flagFaults(directory: string, { name }: Sample): string[] {
  const mounts = readFileSync('/proc/self/mounts', 'utf8').split('\n');
  const flags = mounts
    .findLast((line) => line.split(' ')[1] === directory)
    ?.split(' ')[3]
    ?.split(',');
  if (flags === undefined) return ['nothing is mounted'];
  const expected = [name === 'read-only' ? 'ro' : 'rw', ...FLAGS];
  const missing = expected.filter((flag) => !flags.includes(flag));
  return missing.length === 0 ? [] : [`the mount lacks the flags ${missing.join(',')}`];
}
