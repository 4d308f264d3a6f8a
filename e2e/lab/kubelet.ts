import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { driverFile } from './programs.ts';

const PIECE_BYTES = 32_768;

/** What one call-out gave, as kubelet sees it. */
export interface CallOutResult {
  /** stdout and stderr together, as kubelet reads them (driver-call.go, CombinedOutput). */
  readonly output: string;
  readonly exitCode: number | undefined;
  readonly milliseconds: number;
  readonly status: { status: string; message?: string; capabilities?: Record<string, boolean> };
}

export interface PodVolume {
  readonly namespace?: string;
  readonly pod: string;
  readonly uid?: string;
  readonly volume?: string;
  readonly serviceAccount?: string;
  readonly fsGroup?: number;
  readonly readOnly?: boolean;
  /** Keys of the Secret that secretRef names: plain text, or bytes. */
  readonly secret?: Readonly<Record<string, string | Uint8Array>>;
  readonly options: Readonly<Record<string, string>>;
}

/** Calls the built driver as kubelet does: same directories, same argv, same reading of the answer. */
export class Kubelet {
  readonly #root: string;
  readonly driver: string;

  private constructor(root: string, plugins = 'plugins') {
    this.#root = root;
    this.driver = join(root, plugins, 'azure~kv', 'kv');
  }

  /** Installs the built driver under `root`, with the node configuration given. */
  static async create(root: string, nodeConfig?: Readonly<Record<string, unknown>>): Promise<Kubelet> {
    const kubelet = new Kubelet(root);
    mkdirSync(join(kubelet.driver, '..'), { recursive: true });
    installFile(driverFile, kubelet.driver);
    if (nodeConfig) await kubelet.configure(nodeConfig);
    return kubelet;
  }

  async configure(nodeConfig: Readonly<Record<string, unknown>> | string): Promise<void> {
    const text =
      typeof nodeConfig === 'string' ? nodeConfig : JSON.stringify({ schemaVersion: 1, ...nodeConfig });
    await writeFile(join(this.driver, '..', '.config.json'), text, { mode: 0o600 });
  }

  directoryOf({ pod, uid, volume = 'kv' }: PodVolume): string {
    return join(this.#root, 'pods', uid ?? `uid-of-${pod}`, 'volumes', 'azure~kv', volume);
  }

  init(): Promise<CallOutResult> {
    return this.callOut(['init']);
  }

  /** As flexvolume's mounter.go: make the directory, then call `mount`. */
  mount(volume: PodVolume, environment?: Record<string, string>): Promise<CallOutResult> {
    mkdirSync(this.directoryOf(volume), { recursive: true, mode: 0o750 });
    return this.callOut(this.argumentsOf('mount', volume), environment);
  }

  unmount(volume: PodVolume): Promise<CallOutResult> {
    return this.callOut(this.argumentsOf('unmount', volume));
  }

  /** What the driver gets as its arguments. */
  argumentsOf(callOut: 'mount' | 'unmount', volume: PodVolume): string[] {
    const directory = this.directoryOf(volume);
    return callOut === 'mount' ? ['mount', directory, optionsDocument(volume)] : ['unmount', directory];
  }

  /** @throws when the output is not exactly one JSON document, which is when kubelet fails too */
  async callOut(args: readonly string[], environment: Record<string, string> = {}): Promise<CallOutResult> {
    const begun = performance.now();
    const { all, exitCode } = await execa(this.driver, args, {
      all: true,
      reject: false,
      stripFinalNewline: false,
      extendEnv: false,
      env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', ...environment },
    });
    const milliseconds = performance.now() - begun;
    return { output: all, exitCode, milliseconds, status: JSON.parse(all) };
  }

  remove(): void {
    if (existsSync(this.#root)) rmSync(this.#root, { recursive: true });
  }
}

/** In pieces as the installer writes them (installer/installation/driver-file.ts): the memory that a process has depends on it. */
function installFile(source: string, target: string): void {
  const bytes = readFileSync(source);
  const file = openSync(target, 'wx', 0o755);
  for (let at = 0; at < bytes.length; at += PIECE_BYTES)
    writeSync(file, bytes.subarray(at, at + PIECE_BYTES));
  closeSync(file);
}

/** Mount points of this namespace that contain `text`. */
export function mountsWith(text: string): string[] {
  return readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .filter((line) => line.includes(text));
}

/** The options as kubelet 1.34 and 1.37 pass them. */
function optionsDocument({ namespace = 'default', pod, uid, volume = 'kv', ...rest }: PodVolume): string {
  const secret = Object.entries(rest.secret ?? {}).map(([key, value]) => [
    `kubernetes.io/secret/${key}`,
    Buffer.from(value as string).toString('base64'),
  ]);
  return JSON.stringify({
    'kubernetes.io/fsType': '',
    ...(rest.fsGroup === undefined ? {} : { 'kubernetes.io/mounterArgs.FsGroup': String(rest.fsGroup) }),
    'kubernetes.io/pod.name': pod,
    'kubernetes.io/pod.namespace': namespace,
    'kubernetes.io/pod.uid': uid ?? `uid-of-${pod}`,
    'kubernetes.io/pvOrVolumeName': volume,
    'kubernetes.io/readwrite': rest.readOnly ? 'ro' : 'rw',
    'kubernetes.io/serviceAccount.name': rest.serviceAccount ?? 'default',
    ...Object.fromEntries(secret),
    ...rest.options,
  });
}
