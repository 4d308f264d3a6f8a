import {
  existsSync,
  lutimesSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { execa } from 'execa';
import { type Agent, startAgent } from '../../lab/agent.ts';
import { installerCommand } from '../../lab/installer-command.ts';
import type { Kubelet, PodVolume } from '../../lab/kubelet.ts';
import type { KillPoint } from './points.ts';

/** By these the agent changes a volume, or looks at what is there. */
const VISIBLE_CALLS = [
  ...['mkdir', 'rmdir', 'unlink', 'rename', 'symlink', 'openat', 'getdents64', 'readlink', 'close'],
  ...['lchown', 'fchown', 'fchmod', 'write', 'pwrite64', 'lstat', 'statx'],
];

/** Kills the agent in the middle of rotations of one volume whose files all hold the same text. */
export class RotationLab {
  readonly #kubelet: Kubelet;
  readonly #volume: PodVolume;
  readonly #change: (text: string) => void;
  #agent: Agent | undefined;
  #text = 0;

  /** @param change gives all objects of the volume this value */
  constructor(kubelet: Kubelet, volume: PodVolume, change: (text: string) => void) {
    this.#kubelet = kubelet;
    this.#volume = volume;
    this.#change = change;
  }

  /** Every visible system call of one rotation, from the first that changes the volume to the last. */
  async plan(): Promise<KillPoint[]> {
    const directory = mkdtempSync(join(tmpdir(), 'trace-'));
    const log = join(directory, 'log');
    this.#next();
    await this.#traced(['-o', log, '-e', `trace=${VISIBLE_CALLS.join(',')}`]);
    const lines = readFileSync(log, 'utf8').split('\n');
    rmSync(directory, { recursive: true });
    const isChange = (line: string) => /\/proc\/self\/fd\/\d+|"\.\.20|\.state"/.test(line);
    const first = lines.findIndex(isChange);
    const last = lines.findLastIndex(isChange);
    const counts = new Map<string, number>();
    const points: KillPoint[] = [];
    for (const [index, line] of lines.entries()) {
      const syscall = /^([a-z0-9_]+)\(/.exec(line)?.[1];
      if (syscall === undefined) continue;
      const ordinal = (counts.get(syscall) ?? 0) + 1;
      counts.set(syscall, ordinal);
      if (index >= first && index <= last) points.push({ syscall, ordinal });
    }
    return points;
  }

  /** Rotates until the point, and what is next: a new agent, and its rotation. Answers what was wrong. */
  async tryKill({ syscall, ordinal }: KillPoint): Promise<{ killed: boolean; faults: string[] }> {
    const old = String(this.#text);
    const text = this.#next();
    const inject = `inject=${syscall}:signal=SIGKILL:when=${ordinal}`;
    const exitCode = await this.#traced(['-o', '/dev/null', '-e', `trace=${syscall}`, '-e', inject]);
    // It may have answered first, and be killed by what it does next.
    const killed = exitCode !== 0 || !existsSync(`/proc/${this.#agent?.pid}`);
    const faults: string[] = [];
    const after = this.#texts();
    if (after.size !== 1 || !(after.has(old) || after.has(text)))
      faults.push(`the pod reads ${JSON.stringify([...after])} after ${old}, before ${text}`);
    if (killed) await this.#restart();
    this.#age();
    const { output } = await this.#refresh();
    if (!/: (replaced|unchanged)/.test(output)) faults.push(`the next rotation: ${output}`);
    const found = this.#texts();
    if (found.size !== 1 || !found.has(text))
      faults.push(`the pod reads ${JSON.stringify([...found])} at last`);
    const hidden = readdirSync(this.#directory).filter((name) => name.startsWith('..'));
    if (hidden.length !== 2) faults.push(`left: ${hidden.join(', ')}`);
    if (readdirSync(this.#directory).length !== hidden.length + this.#files.length)
      faults.push(`names: ${readdirSync(this.#directory).join(', ')}`);
    return { killed, faults };
  }

  async start(): Promise<void> {
    this.#next();
    await this.#kubelet.mount(this.#volume);
    await this.#restart();
  }

  async end(): Promise<void> {
    await this.#agent?.stop();
    await this.#kubelet.unmount(this.#volume);
  }

  get #directory(): string {
    return this.#kubelet.directoryOf(this.#volume);
  }

  get #files(): string[] {
    return (this.#volume.options['keyvaultobjectnames'] ?? '').split(';');
  }

  #next(): string {
    this.#text += 1;
    this.#change(String(this.#text));
    return String(this.#text);
  }

  /** What the files hold, in the pod's eyes. */
  #texts(): Set<string> {
    return new Set(this.#files.map((name) => readFileSync(join(this.#directory, name), 'utf8')));
  }

  async #restart(): Promise<void> {
    await this.#agent?.stop();
    const environment = { AGENT_ROTATION: 'on', AGENT_MEMORY: 'off' };
    this.#agent = await startAgent(this.#kubelet, { aloneCanRead: true, environment });
  }

  #refresh() {
    return installerCommand(this.#kubelet, ['refresh', `default/${this.#volume.pod}`]);
  }

  async #traced(options: readonly string[]): Promise<number | undefined> {
    const tracer = execa('strace', [...options, '-p', String(this.#agent?.pid)], { reject: false });
    // strace says so when it is attached.
    await new Promise((resolve) => tracer.stderr.once('data', resolve));
    const { exitCode } = await this.#refresh();
    await delay(50);
    tracer.kill('SIGTERM');
    await tracer;
    return exitCode;
  }

  /** What is left counts as left when it is no longer new. */
  #age(): void {
    const current = readlinkSync(join(this.#directory, '..data'));
    for (const name of readdirSync(this.#directory)) {
      if (name.startsWith('..') && name !== '..data' && name !== current)
        lutimesSync(join(this.#directory, name), 1, 1);
    }
  }
}
