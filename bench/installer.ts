import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { installerCommandOf, installerEnvironment } from '../e2e/lab/programs.ts';
import type { InstallerRest } from './results.ts';

const PORT = 9808;
/** As the chart's readiness probe. */
const PROBE_EVERY_SECONDS = 10;

/**
 * What the installer takes while nothing happens but kubelet's probes: started as the image does it, from the second
 * probe on.
 */
export async function measureInstaller(driver: string, seconds: number): Promise<InstallerRest> {
  const root = mkdtempSync(join(tmpdir(), 'installer-'));
  mkdirSync(join(root, 'plugins'));
  writeFileSync(join(root, 'config.json'), '{"schemaVersion":1}');
  const [program = '', ...args] = installerCommandOf();
  const child = execa(program, args, {
    env: {
      ...installerEnvironment,
      DRIVER_FILE: driver,
      NODE_CONFIG_FILE: join(root, 'config.json'),
      PLUGIN_DIRECTORY: join(root, 'plugins'),
      HEALTH_PORT: String(PORT),
      METRICS_PORT: String(PORT + 1),
    },
    extendEnv: false,
    cwd: root,
    reject: false,
    stdin: 'ignore',
    stdout: 'ignore',
    stderr: 'ignore',
  });
  const pid = child.pid;
  if (pid === undefined) throw new Error('the installer could not be started');
  try {
    await untilReady();
    await probe();
    await sleep(2000);
    const before = cpuMilliseconds(pid);
    let probes = 0;
    for (let passed = 0; passed < seconds; passed += PROBE_EVERY_SECONDS) {
      await sleep(PROBE_EVERY_SECONDS * 1000);
      await probe();
      probes += 1;
    }
    return { ...memoryOf(pid), cpuMilliseconds: cpuMilliseconds(pid) - before, seconds, probes };
  } finally {
    child.kill('SIGTERM');
    await child;
    rmSync(root, { recursive: true });
  }
}

async function untilReady(): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    if (await probe().catch(() => false)) return;
    await sleep(100);
  }
  throw new Error('the installer did not become ready within 10 s');
}

async function probe(): Promise<boolean> {
  return (await fetch(`http://127.0.0.1:${PORT}/readyz`)).ok;
}

function memoryOf(pid: number) {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  const megabytes = (field: string) =>
    (Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(text)?.[1]) * 1024) / 1e6;
  return {
    rssMegabytes: megabytes('Rss'),
    pssMegabytes: megabytes('Pss'),
    privateMegabytes: megabytes('Private_Clean') + megabytes('Private_Dirty'),
  };
}

/** User and system time, of the whole process, in clock ticks of 10 ms (proc(5)). */
function cpuMilliseconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}
