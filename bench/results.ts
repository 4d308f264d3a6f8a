import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import { join } from 'node:path';
import type { Spread } from './statistics.ts';

/** What a figure needs beside it, to be read and repeated. */
export interface Origin {
  readonly date: string;
  readonly command: string;
  readonly machine: string;
  readonly versions: string;
}

export interface CallOutRow {
  readonly callOut: 'init' | 'unmount' | 'mount';
  readonly program: 'kv' | 'floor';
  readonly identity?: string;
  readonly objects: number;
  readonly latencyMs: number;
  readonly milliseconds: Spread;
  readonly cpuMilliseconds: Spread;
  readonly peakMegabytes: Spread;
  /** CPU time of the mock per mount, on average. */
  readonly mockCpuMilliseconds: number;
}

export interface RequestsRow {
  readonly identity: string;
  readonly objects: number;
  readonly requests: number;
  readonly inSequence: number;
  readonly connections: number;
}

export interface StormRow {
  readonly mounts: number;
  readonly seconds: number;
  readonly slowestSeconds: number;
  readonly failed: number;
  /** CPU time of all drivers together. */
  readonly cpuSeconds: number;
  readonly mockCpuSeconds: number;
  /** How far MemAvailable fell below what it was before. */
  readonly memoryMegabytes: number;
}

export interface GrowthRow {
  readonly program: 'kv' | 'floor';
  readonly objects: number;
  readonly latencyMs: number;
  readonly milliseconds: Spread;
}

export interface InstallerRest {
  readonly rssMegabytes: number;
  /** Its share of what it shares with others, and what is its alone (smaps_rollup). */
  readonly pssMegabytes: number;
  readonly privateMegabytes: number;
  readonly cpuMilliseconds: number;
  readonly seconds: number;
  readonly probes: number;
}

/** Mounts of eight objects by the node agent. */
export interface AgentRow {
  readonly latencyMs: number;
  /** The first mount of an agent's life; milliseconds, as of the others. */
  readonly cold: Spread;
  /** The first mount of an identity, and the ones of the same that follow. */
  readonly first: Spread;
  readonly following: Spread;
  /** Median of the first one, of the second, and so on, in milliseconds. */
  readonly inTurn: readonly number[];
  /** CPU time of one that follows, in milliseconds. */
  readonly driverCpu: Spread;
  readonly agentCpu: Spread;
  /** Of all fifty pods together. */
  readonly requests: number;
  /** After them. */
  readonly residentMegabytes: number;
  readonly privateMegabytes: number;
}

export interface Footprint {
  readonly driverMegabytes: number;
  readonly driverGzipMegabytes: number;
  readonly imageMegabytes?: number;
  readonly imageGzipMegabytes?: number;
}

export interface KubeletRow {
  readonly latencyMs: number;
  readonly pods: number;
  readonly atOnce: boolean;
  /** Each of them is the first of its identity that the node agent reads for. */
  readonly firstOfIdentity?: boolean;
  /** From the sum and the count of kubelet's histogram. */
  readonly meanMilliseconds: number;
  /** Of mounts at once, interpolated within the bucket that it falls into. */
  readonly medianMilliseconds: number;
  readonly medianBucket?: readonly [number, number];
}

export interface Results {
  readonly callOuts?: {
    readonly origin: Origin;
    readonly runs: number;
    readonly rows: CallOutRow[];
    readonly requests: RequestsRow[];
  };
  readonly storm?: { readonly origin: Origin; readonly rows: StormRow[] };
  readonly growth?: { readonly origin: Origin; readonly runs: number; readonly rows: GrowthRow[] };
  readonly installer?: { readonly origin: Origin; readonly rest: InstallerRest };
  readonly agent?: { readonly origin: Origin; readonly runs: number; readonly rows: AgentRow[] };
  readonly footprint?: { readonly origin: Origin } & Footprint;
  readonly kubelet?: { readonly origin: Origin; readonly rows: KubeletRow[] };
  readonly kubeletByAgent?: {
    readonly origin: Origin;
    readonly rows: KubeletRow[];
    /** Of the installer's container afterwards, by kubelet's account of its cgroup; RSS is without pages of files. */
    readonly memory: { readonly workingSetMegabytes: number; readonly residentMegabytes: number };
  };
}

const directory = join(import.meta.dirname, '..', 'dist', 'bench');
const parts = [
  'callOuts',
  'storm',
  'growth',
  'agent',
  'installer',
  'footprint',
  'kubelet',
  'kubeletByAgent',
] as const;

/** Writes one part of the results to `dist/bench/<part>.json`; the others stay as they are. */
export function writeResults<Part extends keyof Results>(
  part: Part,
  results: NonNullable<Results[Part]>,
): void {
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, `${part}.json`), `${JSON.stringify(results, null, 2)}\n`);
}

export function readResults(): Results {
  const read = parts.map((part) => {
    const file = join(directory, `${part}.json`);
    return [part, existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined];
  });
  return Object.fromEntries(read) as Results;
}

export function originOf(command: string): Origin {
  const [cpu] = cpus();
  const go = execFileSync('go', ['env', 'GOVERSION'], { encoding: 'utf8' }).trim();
  const bun = readFileSync('node_modules/@oven/bun-linux-x64-baseline/package.json', 'utf8');
  return {
    date: new Date().toISOString().slice(0, 10),
    command: runsInRealTime() ? `chrt --rr 20 ${command}` : command,
    machine: `${cpus().length} × ${cpu?.model}, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, Linux ${/^\d+\.\d+/.exec(release())?.[0]}`,
    versions: `driver on rquickjs ${engineVersion()}, agent on Bun ${(JSON.parse(bun) as { version: string }).version}, mock on Node ${process.version}, floor with ${go}`,
  };
}

/** The crate's, which brings QuickJS-ng. */
function engineVersion(): string | undefined {
  const lock = readFileSync('runtime/Cargo.lock', 'utf8');
  return /^name = "rquickjs"\nversion = "([^"]+)"$/m.exec(lock)?.[1];
}

/** Before all other programs, as on a machine that has other work: the scheduling policy is round robin (proc(5)). */
function runsInRealTime(): boolean {
  const fields = readFileSync('/proc/self/stat', 'utf8').split(') ')[1]?.split(' ') ?? [];
  return fields[38] === '2';
}
