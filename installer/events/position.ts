import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';

/** How far the spool was read: everything of earlier files, and so many bytes of this one. */
export interface Position {
  readonly file: number;
  readonly offset: number;
}

const FILE = '.position.json';
const schema = z.object({ file: z.int().min(0), offset: z.int().min(0) });

/** Where to go on after a restart; the beginning where nobody has read yet, or it cannot be told. */
export async function loadPosition(spool: string): Promise<Position> {
  try {
    return schema.parse(JSON.parse(await readFile(join(spool, FILE), 'utf8')));
  } catch {
    return { file: 0, offset: 0 };
  }
}

/** Kept beside the events, so that a reboot forgets both. */
export async function savePosition(spool: string, position: Position): Promise<void> {
  const temporary = join(spool, `${FILE}.new`);
  await writeFile(temporary, JSON.stringify(position), { mode: 0o600 });
  await rename(temporary, join(spool, FILE));
}
