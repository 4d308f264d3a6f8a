import type { Faults } from './faults.ts';
import { collisionsOf, faultOfFilePath } from './file-path.ts';
import type { CombinedFile, VolumeItem } from './items.ts';
import { quote } from './quote.ts';

/**
 * Checks what the items mean for the volume's files together. Where the files of selections go shows only once
 * the vault has been asked.
 * @param aliasOption where the predecessor's lists give the files, when the items are from them
 */
export function checkFiles(
  items: readonly VolumeItem[],
  combined: CombinedFile | undefined,
  aliasOption: string | undefined,
  faults: Faults,
): void {
  if (combined !== undefined) for (const item of items) refuseWhatCannotBeCombined(item, faults);
  const claims = combined
    ? [{ origin: 'combine', path: combined.file, isMetadata: false }, ...items.flatMap(metadataOf)]
    : items.flatMap((item) => [...ownFileOf(item), ...metadataOf(item)]);
  for (const { origin, path, isMetadata } of claims) {
    const fault = isMetadata && faultOfFilePath(path);
    if (fault) faults.add(`${origin}.metadata`, `its file ${quote(path)} ${fault}; give a shorter alias`);
  }
  for (const [first, second] of collisionsOf(claims.map(({ path }) => path))) {
    const one = claims[first];
    const other = claims[second];
    if (one === undefined || other === undefined) continue;
    const owner = aliasOption ? '' : ` of ${one.origin}`;
    faults.add(
      aliasOption ?? other.origin,
      `${quote(one.path)}${owner} and ${quote(other.path)} would be the same file; give one of them another alias`,
    );
  }
}

interface Claim {
  readonly origin: string;
  readonly path: string;
  readonly isMetadata: boolean;
}

function ownFileOf({ origin, source }: VolumeItem): Claim[] {
  return source.kind === 'selection' || source.file === ''
    ? []
    : [{ origin, path: source.file, isMetadata: false }];
}

function metadataOf(item: VolumeItem): Claim[] {
  if (!item.metadata) return [];
  return ownFileOf(item).map(({ origin, path }) => ({
    origin,
    path: `${path}.metadata.json`,
    isMetadata: true,
  }));
}

function refuseWhatCannotBeCombined({ origin, form, mode }: VolumeItem, faults: Faults): void {
  if (mode !== undefined) faults.add(`${origin}.mode`, 'has no file of its own with combine; use filemode');
  const { format } = form;
  if (format === 'der' || format === 'pfx') {
    faults.add(
      origin,
      `its form ${format} is binary, which a combined file cannot hold; list it in objects with format: pem, or drop combine`,
    );
  }
}
