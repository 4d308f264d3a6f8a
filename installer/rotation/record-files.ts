import { existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { MAX_RECORD_BYTES, type PlacedRecord, RECORDS_DIRECTORY } from '../../driver/record/record.ts';
import { parseRecord } from './record-schema.ts';

/** As the driver names a volume. */
const NAME = /^[0-9a-f]{32}$/;

/** The records of the volumes that are mounted on the node, which the driver writes and takes away. */
export class RecordFiles {
  readonly directory: string;

  constructor(runDirectory: string) {
    this.directory = join(runDirectory, RECORDS_DIRECTORY);
  }

  /** Names of everything in the directory; none when there is no directory yet. */
  entries(): string[] {
    try {
      return readdirSync(this.directory);
    } catch {
      return [];
    }
  }

  names(): string[] {
    return this.entries()
      .filter((name) => NAME.test(name))
      .sort();
  }

  /** Another one for each record that is written. */
  fingerprint(name: string): string | undefined {
    const stats = lstatSync(join(this.directory, name), { throwIfNoEntry: false });
    return stats?.isFile() ? `${stats.ino} ${stats.mtimeMs} ${stats.size}` : undefined;
  }

  /** Undefined when it went meanwhile, or is of a driver of another version. */
  read(name: string): PlacedRecord | undefined {
    const path = join(this.directory, name);
    try {
      const stats = lstatSync(path);
      if (!stats.isFile() || stats.size > MAX_RECORD_BYTES) return undefined;
      return parseRecord(readFileSync(path, 'utf8'));
    } catch {
      return undefined;
    }
  }
}

/** Is kubelet's directory with the volumes of this one's pod there? Where it is not mounted, it is not. */
export function seesPod({ target }: PlacedRecord): boolean {
  return existsSync(dirname(dirname(target)));
}
