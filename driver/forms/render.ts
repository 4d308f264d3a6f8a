import { DriverError } from '../errors.ts';
import type { CombinedFile, VolumeItem } from '../options/items.ts';
import type { Breathe, FoundObject, VolumeFile } from '../ports.ts';
import { breatheNowAndThen } from './breathe.ts';
import type { Opened } from './certificates/certificate-file.ts';
import { collisionFaults, type OwnedFile } from './collisions.ts';
import { createCombiner } from './combine/combiner.ts';
import { pickerOf } from './json-property.ts';
import { metadataJson } from './metadata.ts';
import { objectBytes } from './object-bytes.ts';

/** The part of a mount request that says how objects become files. */
export interface Rendering {
  readonly items: readonly VolumeItem[];
  readonly combined: CombinedFile | undefined;
  readonly pfxPassword: string | undefined;
}

/**
 * The files of a volume: one for each object, or with `combined` one for all; and one of metadata for each object
 * whose item says so.
 * @param found one list per item, as the reader answers
 * @throws DriverError `ObjectContentInvalid`, `ObjectUnsupported` or `FilesCollide`, naming every object at fault
 */
export async function renderFiles(
  { items, combined, pfxPassword }: Rendering,
  found: readonly FoundObject[][],
  signal: AbortSignal,
  breathe: Breathe = breatheNowAndThen(),
): Promise<VolumeFile[]> {
  const files: OwnedFile[] = [];
  const faults: DriverError[] = [];
  const combiner = combined && createCombiner(combined);
  const all = pairs(items, found);
  const pick = pickerOf(all.flatMap(propertyOf));
  const opened: Opened = new Map();
  for (const [item, object] of all) {
    const path = pathOf(item, object);
    const owner = describe(item, object);
    // Some forms take long to compute: then the deadline gets its turn between two objects.
    await breathe();
    signal.throwIfAborted();
    try {
      const bytes = await objectBytes(object.content, item.form, pfxPassword, pick, breathe, opened);
      if (combiner) combiner.add({ path, isAlias: isAlias(item), bytes, owner });
      else files.push({ path, bytes, mode: item.mode, owner });
    } catch (error) {
      faults.push(faultOf(owner, error));
    }
    if (item.metadata) {
      const bytes = new TextEncoder().encode(metadataJson(object, item.vault));
      files.push({
        path: `${path}.metadata.json`,
        bytes,
        mode: item.mode,
        owner: `the metadata of ${owner}`,
      });
    }
  }
  if (combiner) {
    files.push(combiner.file());
    faults.push(...combiner.collisions());
  }
  reportFaults([...faults, ...collisionFaults(files)]);
  return files.map(({ path, bytes, mode }) => ({ path, bytes, mode }));
}

function pairs(items: readonly VolumeItem[], found: readonly FoundObject[][]): [VolumeItem, FoundObject][] {
  return items.flatMap((item, index) =>
    (found[index] ?? []).map((object): [VolumeItem, FoundObject] => [item, object]),
  );
}

function propertyOf([{ form }, { content }]: [VolumeItem, FoundObject]): [string, string][] {
  const property = form.type === 'secret' ? form.property : undefined;
  return property === undefined || content.type !== 'secret' ? [] : [[content.value, property]];
}

function pathOf({ source }: VolumeItem, { name }: FoundObject): string {
  if (source.kind === 'named') return source.file;
  return source.directory === undefined ? name : `${source.directory}/${name}`;
}

function isAlias({ source }: VolumeItem): boolean {
  return source.kind === 'named' && source.file !== source.name;
}

function describe({ origin, form }: VolumeItem, { vault, name }: FoundObject): string {
  return `${form.type} "${name}" (${origin}) of vault ${vault}`;
}

function faultOf(owner: string, error: unknown): DriverError {
  if (!(error instanceof DriverError)) throw error;
  return new DriverError(error.code, `${owner}: ${error.message}`, { cause: error });
}

/** Reports all faults at once, under the code of the first. */
function reportFaults(faults: readonly DriverError[]): void {
  const [first] = faults;
  if (first === undefined) return;
  throw new DriverError(first.code, faults.map(({ message }) => message).join(' | '), { cause: first });
}
