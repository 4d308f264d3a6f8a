// Rust and the C compiler: what compiles the native programs, pinned in runtime/.
import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readFile, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import type { Arch } from '../arch.ts';

/** Rust's names of what is compiled for: programs that are static, with musl, and so need nothing of a node. */
export const TARGETS: Readonly<Record<Arch, string>> = {
  amd64: 'x86_64-unknown-linux-musl',
  arm64: 'aarch64-unknown-linux-musl',
};

/** Says in one line which program is missing and how to install it. */
export class MissingTool extends Error {}

/** What compiles for an architecture. */
export interface Toolchain {
  readonly target: string;
  /** Of Rust. */
  readonly version: string;
  /** Rust's directory, which has musl and the standard library as they are linked. */
  readonly sysroot: string;
  /** musl's licence, which Rust does not have. */
  readonly muslLicence: string;
  /** Variables for cargo, for what is released: the same bytes in whatever directory. */
  readonly environment: Readonly<Record<string, string>>;
  /** Variables for cargo, for what only this machine runs: checkouts share what is compiled of others' crates. */
  readonly developmentEnvironment: Readonly<Record<string, string>>;
}

/**
 * Finds Rust, and the C compiler in the cache, into which pip fetches it.
 * @throws MissingTool
 */
export async function locateToolchain(projectDir: string, cacheDir: string, arch: Arch): Promise<Toolchain> {
  const target = TARGETS[arch];
  const directory = join(projectDir, 'runtime/toolchain');
  const { version, sysroot, host, commit } = await locateRust(projectDir, target);
  const zig = await locateZig(directory, cacheDir);
  const wrappers = await keepWrappers(directory, cacheDir);
  const cargoHome = process.env['CARGO_HOME'] ?? join(homedir(), '.cargo');
  const zigCache = join(cacheDir, 'zig-cache');
  // The same bytes in whatever directory: rustc names the standard library's sources where they are installed, too.
  const prefixes = [
    [cargoHome, '/cargo'],
    [projectDir, '/project'],
    [join(sysroot, 'lib/rustlib/src/rust'), `/rustc/${commit}`],
  ];
  const remaps = prefixes.map(([from, to]) => `--remap-path-prefix=${from}=${to}`);
  // Of lld-static-pie, whose name says nothing to rustc.
  const linking = arch === 'arm64' ? ['-Clinker-flavor=ld.lld', '-Crelocation-model=pic'] : [];
  const environment = (flags: string[]) => ({
    ZIG: zig,
    ZIG_GLOBAL_CACHE_DIR: zigCache,
    ZIG_LOCAL_CACHE_DIR: zigCache,
    CARGO_DIRECTORY: cargoHome,
    PROJECT_DIRECTORY: projectDir,
    CARGO_ENCODED_RUSTFLAGS: flags.join('\x1f'),
    // Build scripts of crates run on this machine.
    [`CARGO_TARGET_${variable(host)}_LINKER`]: join(wrappers, 'zig-cc'),
    [`CARGO_TARGET_${variable(target)}_LINKER`]:
      arch === 'arm64' ? join(wrappers, 'lld-static-pie') : 'rust-lld',
    RUST_LLD: join(sysroot, 'lib/rustlib', host, 'bin/rust-lld'),
    [`CC_${target.replaceAll('-', '_')}`]: join(wrappers, 'zig-cc'),
    [`AR_${target.replaceAll('-', '_')}`]: join(wrappers, 'zig-ar'),
  });
  return {
    target,
    version,
    sysroot,
    muslLicence: join(dirname(zig), 'lib/libc/musl/COPYRIGHT'),
    environment: environment([...remaps, ...linking]),
    developmentEnvironment: {
      ...environment(linking),
      CARGO_TARGET_DIR: join(cacheDir, 'runtime/development'),
    },
  };
}

function variable(target: string): string {
  return target.replaceAll('-', '_').toUpperCase();
}

/** Copies what cargo calls into the cache: cargo compiles C anew when its compiler is another path. Returns the directory. */
async function keepWrappers(directory: string, cacheDir: string): Promise<string> {
  const names = ['lld-static-pie', 'zig-ar', 'zig-cc'];
  const texts = await Promise.all(names.map((name) => readFile(join(directory, name))));
  const digest = createHash('sha256').update(Buffer.concat(texts)).digest('hex').slice(0, 16);
  const kept = join(cacheDir, 'zig', `wrappers-${digest}`);
  if (existsSync(kept)) return kept;
  const work = `${kept}.${randomUUID()}`;
  await mkdir(work, { recursive: true });
  for (const name of names) await copyFile(join(directory, name), join(work, name));
  await rename(work, kept).catch(() => rm(work, { recursive: true }));
  return kept;
}

interface Rust {
  readonly version: string;
  readonly sysroot: string;
  /** The target that this machine is. */
  readonly host: string;
  /** Of Rust's own sources. */
  readonly commit: string;
}

async function locateRust(projectDir: string, target: string): Promise<Rust> {
  const cwd = join(projectDir, 'runtime');
  const pinned =
    /^channel = "(.+)"$/m.exec(await readFile(join(cwd, 'rust-toolchain.toml'), 'utf8'))?.[1] ?? '';
  const rustc = async (...args: string[]) =>
    (await execa('rustc', args, { cwd, reject: false })).stdout ?? '';
  const about = await rustc('--version', '--verbose');
  const field = (name: string) => new RegExp(`^${name}: (.+)$`, 'm').exec(about)?.[1] ?? '';
  const install = `rustup toolchain install ${pinned} --profile minimal --component clippy,rustfmt --target ${Object.values(TARGETS).join(',')}`;
  if (field('release') !== pinned)
    throw new MissingTool(
      `Rust ${pinned} is missing: install rustup (https://rustup.rs), then run "${install}"`,
    );
  const sysroot = await rustc('--print', 'sysroot');
  if (!existsSync(join(sysroot, 'lib/rustlib', target, 'lib')))
    throw new MissingTool(
      `Rust's target ${target} is missing: run "rustup target add --toolchain ${pinned} ${target}"`,
    );
  return { version: pinned, sysroot, host: field('host'), commit: field('commit-hash') };
}

/** @returns the executable of zig */
async function locateZig(directory: string, cacheDir: string): Promise<string> {
  const requirements = join(directory, 'ziglang.txt');
  const version = /^ziglang==(\S+)/m.exec(await readFile(requirements, 'utf8'))?.[1];
  const installed = join(cacheDir, 'zig', `ziglang-${version}`);
  const zig = join(installed, 'ziglang/zig');
  if (existsSync(zig)) return zig;
  console.log(`fetching ziglang ${version}, 100 MB …`);
  const work = `${installed}.${randomUUID()}`;
  await mkdir(work, { recursive: true });
  try {
    const only = [
      '--no-deps',
      '--only-binary=:all:',
      '--no-compile',
      '--disable-pip-version-check',
      '--quiet',
    ];
    const args = ['install', ...only, '--require-hashes', '--requirement', requirements, '--target', work];
    const { failed, stderr, code } = await execa('python3', ['-m', 'pip', ...args], { reject: false });
    if (code === 'ENOENT' || /No module named '?pip/.test(stderr ?? ''))
      throw new MissingTool(
        'pip is missing, which fetches the C compiler: run "apt-get install python3-pip", or what your system has instead',
      );
    if (failed) throw new Error(`pip cannot fetch ziglang ${version}: ${stderr}`);
    // Two builds at once may both fetch; the first rename wins and the other's copy is the same bytes.
    await rename(work, installed).catch((cause: unknown) => {
      if (!existsSync(zig)) throw cause;
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return zig;
}
