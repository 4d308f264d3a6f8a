import { readCombined } from './combine.ts';
import type { Faults } from './faults.ts';
import type { OptionValues } from './fields.ts';
import type { CombinedFile, VolumeItem } from './items.ts';
import { fileListOf, readObjectLists, writtenLists } from './object-lists.ts';
import { readObjects } from './objects.ts';
import { type Structure, StructureFault } from './structure.ts';
import { parseStructuredText } from './structured-text.ts';
import { isSameVault } from './vault-names.ts';
import { checkFiles } from './volume-files.ts';

/** What goes into a volume. */
export interface VolumeContent {
  readonly items: readonly VolumeItem[];
  /** All objects in one file instead of a file each. */
  readonly combined: CombinedFile | undefined;
}

/** Reads which objects a volume holds, from `objects` or the predecessor's lists, and what files they become. */
export async function readVolumeContent(values: OptionValues, faults: Faults): Promise<VolumeContent> {
  const combine = await readStructure('combine', values, faults);
  const combined = combine === undefined ? undefined : readCombined(combine, faults);
  const items = await readItems(values, faults);
  checkVaults(values, items, faults);
  checkFiles(items, combined, values.objects === undefined ? fileListOf(values) : undefined, faults);
  return { items, combined };
}

async function readItems(values: OptionValues, faults: Faults): Promise<VolumeItem[]> {
  if (values.objects === undefined) return readObjectLists(values, faults);
  const lists = writtenLists(values);
  if (lists.length > 0) {
    faults.add('objects', `does not go with ${lists.join(', ')}; move everything into objects`);
  }
  const list = await readStructure('objects', values, faults);
  return list === undefined ? [] : readObjects(list, values, faults);
}

async function readStructure(
  option: 'objects' | 'combine',
  values: OptionValues,
  faults: Faults,
): Promise<Structure | undefined> {
  const text = values[option];
  if (text === undefined) return undefined;
  try {
    return await parseStructuredText(text);
  } catch (error) {
    if (!(error instanceof StructureFault)) throw error;
    faults.add(`${option}${error.path}`, error.message);
    return undefined;
  }
}

function checkVaults(
  { keyvaultname, fallbackvault, objects }: OptionValues,
  items: readonly VolumeItem[],
  faults: Faults,
): void {
  const homeless = items.find(({ vault }) => vault === '');
  // Objects that have faults may well name their vaults.
  if (keyvaultname === undefined && !faults.has('keyvaultname') && (homeless || objects === undefined)) {
    const perObject = homeless?.origin.startsWith('objects[') ? `, or give ${homeless.origin} a vault` : '';
    faults.add('keyvaultname', `is missing; name the vault to read from${perObject}`);
  }
  if (fallbackvault === undefined) return;
  if (keyvaultname !== undefined && isSameVault(fallbackvault, keyvaultname)) {
    faults.add('fallbackvault', 'is the vault itself; name another one');
  } else if (keyvaultname === undefined && !faults.has('keyvaultname')) {
    faults.add(
      'fallbackvault',
      'stands in for keyvaultname, which is missing; give the objects a fallbackvault each',
    );
  }
}
