import type { CombinedFile, VolumeItem } from '../options/items.ts';
import type { FoundObject, VolumeFile } from '../ports.ts';
import { fileBytes } from './file-bytes.ts';

/** The part of a mount request that says how objects become files. */
export interface Rendering {
  readonly items: readonly VolumeItem[];
  readonly combined: CombinedFile | undefined;
  readonly pfxPassword: string | undefined;
}

/**
 * The files of a volume.
 * @param found one list per item, as the reader answers
 */
export async function renderFiles(
  { items }: Rendering,
  found: readonly FoundObject[][],
): Promise<VolumeFile[]> {
  return items.flatMap((item, index) =>
    (found[index] ?? []).map((object) => ({
      path: pathOf(item, object),
      bytes: fileBytes(object.content),
      mode: item.mode,
    })),
  );
}

function pathOf({ source }: VolumeItem, { name }: FoundObject): string {
  if (source.kind === 'named') return source.file;
  return source.directory === undefined ? name : `${source.directory}/${name}`;
}
