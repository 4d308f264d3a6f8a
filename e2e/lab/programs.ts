// The programs that "npm run build" made for this machine.
import { join } from 'node:path';

const directory = join(process.cwd(), 'dist', `linux-${process.arch === 'arm64' ? 'arm64' : 'amd64'}`);

/** The driver's executable, as it is in the image. */
export const driverFile = join(directory, 'kv');

/** The installer's runtime. */
const installerRuntime = join(directory, 'bun');

/** `KV_TEST_INSTALLER=executable` has tests run the installer that is in the driver's executable. */
const isInExecutable = process.env['KV_TEST_INSTALLER'] === 'executable';

/** Command that runs a bundle of the installer as the image's entry point does (image/Dockerfile). */
export function installerCommandOf(bundle?: string): string[] {
  if (bundle === undefined && isInExecutable) return [join(directory, 'installer')];
  return commandOnBun(bundle ?? join(process.cwd(), 'dist/installer.cjs'));
}

function commandOnBun(bundle: string): string[] {
  return [installerRuntime, '--smol', '--no-install', '--no-env-file', 'run', bundle];
}

/** What the image adds to the installer's environment (image/Dockerfile). */
export const installerEnvironment = { BUN_JSC_useJIT: '0' } as const;
