import { existsSync } from 'node:fs';
import { command } from './command.ts';
import { step } from './steps.ts';
import { minimumGo } from './versions.ts';

/** Debian packages the host needs: containers, the node's root file system, the pause program, the test image. */
const hostPackages = [
  'podman',
  'runc',
  'netavark',
  'aardvark-dns',
  'iptables',
  'uidmap',
  'debootstrap',
  'busybox-static',
  'jq',
  'gcc',
  'libc6-dev',
];

/**
 * Checks what this machine must bring and installs the Debian packages it lacks.
 * Errors: not root, not Debian, or no Go that is new enough, each with the way out.
 */
export async function preparePrerequisites(): Promise<void> {
  if (process.getuid?.() !== 0)
    throw new Error('the end-to-end cluster needs root (podman with privileged containers): run it as root');
  if (!existsSync('/usr/bin/apt-get'))
    throw new Error(
      `this harness installs Debian packages and found no apt-get; it needs ${hostPackages.join(' ')}`,
    );
  await requireGo("kind, helm and the node's programs are");
  const missing = await missingPackages();
  if (missing.length === 0) return;
  await step(`install Debian packages: ${missing.join(' ')}`, async () => {
    const env = { DEBIAN_FRONTEND: 'noninteractive' };
    await command('apt-get', ['update', '-q'], { env });
    await command('apt-get', ['install', '-y', '-q', '--no-install-recommends', ...missing], { env });
  });
}

async function missingPackages(): Promise<string[]> {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg-query's own placeholders
  const listing = await command('dpkg-query', ['-W', '-f', '${Package} ${db:Status-Abbrev}\n']);
  const installed = new Set(
    listing
      .split('\n')
      .map((line) => line.trim().split(' '))
      .filter(([, status]) => status === 'ii')
      .map(([name]) => name),
  );
  return hostPackages.filter((name) => !installed.has(name));
}

/**
 * Errors: no Go, or one that is too old, with the way out; `what` says what needs it, as the beginning of the
 * sentence "… built with Go".
 */
export async function requireGo(what: string): Promise<void> {
  const wanted = `${minimumGo.major}.${minimumGo.minor}`;
  const wayOut = `install Go ${wanted} or newer and put it on the PATH (https://go.dev/dl/)`;
  const found = await command('go', ['env', 'GOVERSION']).catch(() => {
    throw new Error(`${what} built with Go, which was not found: ${wayOut}`);
  });
  const [, major = 0, minor = 0] = /^go(\d+)\.(\d+)/.exec(found)?.map(Number) ?? [];
  if (major < minimumGo.major || (major === minimumGo.major && minor < minimumGo.minor))
    throw new Error(`found ${found}, too old: ${wayOut}`);
}
