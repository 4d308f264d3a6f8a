import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { installerCommandOf, installerEnvironment } from '../../lab/programs.ts';
import { processesOn } from './leftovers.ts';

/** What is to be installed: a driver that only knows `init`, long enough to be copied in several pieces. */
interface Version {
  readonly driver: Buffer;
  readonly config: string;
}

export interface InstallerOutcome {
  readonly kill: string;
  readonly reached: boolean;
  /** What lay in the driver's directory after the kill. */
  readonly state: string;
  readonly faults: readonly string[];
}

export interface InstallerKill {
  readonly during: 'install' | 'upgrade';
  readonly syscall: string;
  readonly ordinal: number;
}

/** System calls by which the installer reads and writes the node, and runs the driver. */
const VISIBLE_CALLS = [
  ...['mkdir', 'openat', 'open', 'lstat', 'stat', 'newfstatat', 'statx', 'access', 'getdents64', 'fstat'],
  ...['pread64', 'pwrite64', 'write', 'fchmod', 'fsync', 'rename', 'unlink', 'close', 'vfork', 'wait4'],
];

const TEMPORARY = /^\.(kv|config\.json)\.[0-9a-f-]{36}$/;
const OLD = version('old', 5);
const NEW = version('new', 6);

function version(name: string, deadlineSeconds: number): Version {
  const script = `#!/bin/sh\n# ${name}\necho '{"status":"Success","capabilities":{"attach":false}}'\nexit 0\n`;
  return {
    driver: Buffer.concat([Buffer.from(script), Buffer.alloc(900_000, '\n')]),
    config: JSON.stringify({ schemaVersion: 1, deadlineSeconds }),
  };
}

/** A node and an image, and the installer of the build run as the image runs it. */
export class InstallerLab {
  readonly #root = mkdtempSync(join(tmpdir(), 'installer-'));
  /** A copy, by whose path its processes are known from any other's. */
  readonly #bundle: string;

  constructor() {
    this.#bundle = join(this.#root, 'installer.cjs');
    copyFileSync('dist/installer.cjs', this.#bundle);
  }

  remove(): void {
    rmSync(this.#root, { recursive: true });
  }

  /** Every visible system call of every thread, as points; each thread counts for itself. */
  async plan(): Promise<InstallerKill[]> {
    const kills: InstallerKill[] = [];
    for (const during of ['install', 'upgrade'] as const) {
      await this.#prepare(during);
      const log = join(this.#root, 'log');
      await this.#run(['strace', '-f', '-qq', '-o', log, '-e', `trace=?${VISIBLE_CALLS.join(',?')}`]);
      const most = new Map<string, number>();
      const counts = new Map<string, number>();
      for (const line of readFileSync(log, 'utf8').split('\n')) {
        const [, thread, syscall] = /^(\d+) +([a-z0-9_]+)\(/.exec(line) ?? [];
        if (thread === undefined || syscall === undefined) continue;
        const count = (counts.get(`${thread} ${syscall}`) ?? 0) + 1;
        counts.set(`${thread} ${syscall}`, count);
        most.set(syscall, Math.max(most.get(syscall) ?? 0, count));
      }
      for (const [syscall, count] of most)
        for (let ordinal = 1; ordinal <= count; ordinal++) kills.push({ during, syscall, ordinal });
    }
    return kills;
  }

  /** Kills the installer at one point, looks at what kubelet would find, and lets another one finish the work. */
  async tryKill({ during, syscall, ordinal }: InstallerKill): Promise<InstallerOutcome> {
    await this.#prepare(during);
    const inject = `inject=${syscall}:signal=SIGKILL:when=${ordinal}`;
    const options = ['-f', '-qq', '-o', '/dev/null', '-e', `trace=${syscall}`, '-e', inject];
    const killed = await this.#run(['strace', ...options]);
    const faults = await this.#faultsOfNode(during);
    const state = this.#state();
    await this.#run([]);
    if (this.#state() !== '.config.json:new kv:new') faults.push(`the next installer left ${this.#state()}`);
    return { kill: `${during}, ${syscall} ${ordinal}`, reached: killed, state, faults };
  }

  get #directory(): string {
    return join(this.#root, 'plugins', 'azure~kv');
  }

  async #prepare(during: InstallerKill['during']): Promise<void> {
    rmSync(join(this.#root, 'plugins'), { recursive: true, force: true });
    mkdirSync(join(this.#root, 'plugins'));
    if (during === 'upgrade') {
      this.#offer(OLD);
      await this.#run([]);
    }
    this.#offer(NEW);
  }

  #offer({ driver, config }: Version): void {
    writeFileSync(join(this.#root, 'kv'), driver);
    chmodSync(join(this.#root, 'kv'), 0o755);
    writeFileSync(join(this.#root, 'config.json'), config);
  }

  /** Runs the installer until it says that it has installed, or is dead. @returns whether it was killed */
  async #run(tracer: readonly string[]): Promise<boolean> {
    const [file = '', ...args] = [...tracer, ...installerCommandOf(this.#bundle)];
    const child = execa(file, args, {
      reject: false,
      extendEnv: false,
      stdin: 'ignore',
      env: {
        ...installerEnvironment,
        PATH: '/usr/bin:/bin',
        DRIVER_FILE: join(this.#root, 'kv'),
        NODE_CONFIG_FILE: join(this.#root, 'config.json'),
        PLUGIN_DIRECTORY: join(this.#root, 'plugins'),
        HEALTH_PORT: '9809',
      },
    });
    let said = '';
    let over = false;
    for await (const line of child) {
      said += `${line}\n`;
      // A tracer does not pass signals on, so the installer itself is told.
      if (!over && /"event":"(installed|installation-failed)"/.test(line)) {
        over = true;
        for (const pid of processesOn(this.#bundle))
          if (commandOf(pid) === 'bun') process.kill(pid, 'SIGTERM');
      }
    }
    const { signal } = await child;
    if (signal !== 'SIGKILL' && !over) throw new Error(`the installer ended by itself: ${said}`);
    return signal === 'SIGKILL';
  }

  #state(): string {
    if (!existsSync(this.#directory)) return 'nothing';
    return readdirSync(this.#directory)
      .sort()
      .map((name) => (TEMPORARY.test(name) ? `${name.slice(0, -36)}*` : `${name}:${this.#ageOf(name)}`))
      .join(' ');
  }

  #ageOf(name: string): string {
    const bytes = readFileSync(join(this.#directory, name));
    const part = name === 'kv' ? 'driver' : 'config';
    return bytes.equals(Buffer.from(NEW[part]))
      ? 'new'
      : bytes.equals(Buffer.from(OLD[part]))
        ? 'old'
        : 'broken';
  }

  async #faultsOfNode(during: InstallerKill['during']): Promise<string[]> {
    const faults: string[] = [];
    const state = this.#state();
    const names = existsSync(this.#directory) ? readdirSync(this.#directory) : [];
    const strange = names.filter((name) => !TEMPORARY.test(name) && !['kv', '.config.json'].includes(name));
    if (strange.length > 0) faults.push(`strange files: ${strange.join(' ')}`);
    if (state.includes('broken')) faults.push(`a broken file: ${state}`);
    if (during === 'upgrade' && !(names.includes('kv') && names.includes('.config.json')))
      faults.push(`a file was missing during the upgrade: ${state}`);
    if (state.includes('kv:new') && !state.includes('.config.json:new'))
      faults.push(`the driver came before its configuration: ${state}`);
    for (const [name, mode] of [
      ['kv', 0o755],
      ['.config.json', 0o600],
    ] as const) {
      if (names.includes(name) && (statSync(join(this.#directory, name)).mode & 0o7777) !== mode)
        faults.push(`${name} has another mode`);
    }
    if (names.includes('kv')) {
      const { stdout, exitCode } = await execa(join(this.#directory, 'kv'), ['init'], { reject: false });
      if (exitCode !== 0 || !stdout?.includes('Success')) faults.push('the driver does not run');
    }
    return faults;
  }
}

function commandOf(pid: number): string {
  return readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
}
