import type { Faults } from './faults.ts';
import { faultOfFilePath } from './file-path.ts';
import type { CombinedFile } from './items.ts';
import { readMap } from './map-fields.ts';
import { checkedText, oneOf } from './scalars.ts';
import type { Structure } from './structure.ts';

/** Every key of the option `combine`. `docs/options.md` is checked against these. */
export const combineFields = {
  file: checkedText(faultOfFilePath),
  format: oneOf(['dotenv', 'json', 'properties']),
} as const;

/** Reads the option `combine`; undefined when it has faults. */
export function readCombined(map: Structure, faults: Faults): CombinedFile | undefined {
  const values = readMap(map, combineFields, 'combine', '{file: app.env, format: dotenv}', faults);
  if (values === undefined) return undefined;
  for (const [key, what] of [
    ['file', 'name the file that everything goes into'],
    ['format', 'choose dotenv, json or properties'],
  ] as const) {
    if (values[key] === undefined && !faults.has(`combine.${key}`))
      faults.add(`combine.${key}`, `is missing; ${what}`);
  }
  if (values.file === undefined || values.format === undefined) return undefined;
  return { file: values.file, format: values.format };
}
