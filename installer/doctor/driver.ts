import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { InstallFault } from '../fault.ts';
import { checkDriver } from '../installation/driver-check.ts';
import { DRIVER_NAME, digestOf } from '../installation/driver-file.ts';
import { driverDirectoryOf } from '../installation/plugin-directory.ts';
import type { Finding } from './finding.ts';
import type { Scope } from './scope.ts';

const check = 'driver';
const seeLog = "the installer puts its own there within a minute; if not, see the installer's log";

/** Is the driver on the node the image's, and does it run? */
export async function checkInstalledDriver({ settings, version }: Scope): Promise<Finding[]> {
  const driver = join(driverDirectoryOf(settings.pluginDirectory), DRIVER_NAME);
  const mode = await modeOf(driver);
  if (mode === undefined) return [{ check, status: 'fault', found: 'it is not installed', todo: seeLog }];
  if (mode !== '0755') {
    return [
      {
        check,
        status: 'fault',
        found: `it is no regular file of root's with mode 0755 (${mode})`,
        todo: seeLog,
      },
    ];
  }
  const [installed, ours] = await Promise.all([digestOf(driver), digestOf(settings.driverFile)]);
  const findings: Finding[] = [];
  if (installed !== ours) {
    const found = `it is not the one of this image (SHA-256 ${short(installed)}, not ${short(ours)})`;
    findings.push({ check, status: 'fault', found, todo: seeLog });
  }
  const begun = performance.now();
  try {
    await checkDriver(driver);
    const took = Math.round(performance.now() - begun);
    const which = installed === ours ? `version ${version} of this image, ` : '';
    findings.push({
      check,
      status: 'ok',
      found: `${which}SHA-256 ${short(installed)}; answers init in ${took} ms`,
    });
  } catch (error) {
    if (!(error instanceof InstallFault)) throw error;
    findings.push({
      check,
      status: 'fault',
      found: error.message,
      todo: 'see docs/troubleshooting.md, and the log of kubelet',
    });
  }
  return findings;
}

/** Undefined when it is not there; else its mode, or what it is instead of a file of root's. */
async function modeOf(path: string): Promise<string | undefined> {
  const stats = await lstat(path).catch(() => undefined);
  if (stats === undefined) return undefined;
  if (!stats.isFile()) return 'no regular file';
  return stats.uid === 0 ? (stats.mode & 0o7777).toString(8).padStart(4, '0') : `owner ${stats.uid}`;
}

function short(sha256: string): string {
  return `${sha256.slice(0, 12)}…`;
}
