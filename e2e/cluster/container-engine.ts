import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * podman must run containers with runc, as crun refuses hybrid cgroups, and with limits a nested root may raise to.
 * Answers the environment for podman and kind; the file lies in the given directory of this run.
 */
export function containerEnvironment(directory: string): Record<string, string> {
  const path = join(directory, 'containers.conf');
  mkdirSync(directory, { recursive: true });
  writeFileSync(
    path,
    '[containers]\ndefault_ulimits = ["nofile=20000:20000","nproc=4096:4096"]\n[engine]\nruntime = "runc"\n',
  );
  return { CONTAINERS_CONF: path, KIND_EXPERIMENTAL_PROVIDER: 'podman' };
}
