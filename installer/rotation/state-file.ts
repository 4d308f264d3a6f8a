import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { STATE_SUFFIX } from '../../driver/record/record-file.ts';
import { parsed, recordedObject } from './record-schema.ts';

const failure = z.object({
  code: z.string(),
  message: z.string(),
  /** Of the first failure since the last success. */
  since: z.string(),
  sinceUptime: z.number(),
  /** So many in a row. */
  count: z.number(),
});

const state = z.object({
  /** What the record was that this belongs to: another mount of the same directory starts anew. */
  mountedAt: z.string(),
  checkedAt: z.string(),
  checkedUptime: z.number(),
  /** When the files were last replaced. */
  rotatedAt: z.string().optional(),
  /** As read last; undefined until the first rotation: then the record's hold. */
  objects: z.array(recordedObject).optional(),
  failure: failure.optional(),
});

/** How the rotations of a volume went, kept beside its record so that it outlives the agent. */
export type RotationState = z.infer<typeof state>;

export function readState(directory: string, name: string, mountedAt: string): RotationState | undefined {
  try {
    const text = readFileSync(join(directory, `${name}${STATE_SUFFIX}`), 'utf8');
    const result = state.safeParse(parsed(text));
    return result.success && result.data.mountedAt === mountedAt ? result.data : undefined;
  } catch {
    return undefined;
  }
}

/** Without its record a volume has no state any more. @throws a system error */
export function writeState(directory: string, name: string, written: RotationState): void {
  const path = join(directory, `${name}${STATE_SUFFIX}`);
  const temporary = join(directory, `.${name}${STATE_SUFFIX}`);
  if (!existsSync(join(directory, name))) return;
  writeFileSync(temporary, JSON.stringify(written), { mode: 0o600 });
  renameSync(temporary, path);
}

/** States whose volume went while it was being rotated, and what a killed agent left of writing one. */
export function removeOrphans(directory: string, entries: readonly string[]): void {
  const present = new Set(entries);
  for (const entry of entries) {
    if (!entry.endsWith(STATE_SUFFIX)) continue;
    const name = entry.slice(entry.startsWith('.') ? 1 : 0, -STATE_SUFFIX.length);
    if (entry.startsWith('.') || !present.has(name)) rmSync(join(directory, entry), { force: true });
  }
}
