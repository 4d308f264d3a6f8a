import { parseFileMode } from '../../driver/options/file-mode.ts';
import { isMap, type Structure, StructureFault } from '../../driver/options/structure.ts';
import { parseStructuredText } from '../../driver/options/structured-text.ts';
import { plainText } from './provider-class.ts';
import { type Remarks, TranslateFault } from './remarks.ts';

/** An item of the option `objects`, in the order in which its keys are written. */
export type WrittenItem = Readonly<Record<string, string>>;

const KNOWN = [
  'objectName',
  'objectAlias',
  'objectType',
  'objectVersion',
  'objectVersionHistory',
  'objectFormat',
  'objectEncoding',
  'filePermission',
];

/**
 * Reads the parameter `objects`: YAML in a string, whose `array` is a list of strings that are YAML again
 * (the provider's pkg/provider/types).
 * @throws TranslateFault when it is no such thing
 */
export async function readClassObjects(text: string, remarks: Remarks): Promise<WrittenItem[]> {
  if (text === '') throw new TranslateFault('objects: is missing or empty');
  const outer = await parse(text, 'objects');
  const array = isMap(outer) ? outer['array'] : undefined;
  if (!Array.isArray(array)) {
    throw new TranslateFault('objects: must be YAML with a list under the key "array"');
  }
  const items: WrittenItem[] = [];
  for (const [index, element] of (array as Structure[]).entries()) {
    const at = `objects.array[${index}]`;
    const object = typeof element === 'string' ? await parse(element, at) : element;
    if (!isMap(object)) throw new TranslateFault(`${at}: must be a text of "objectName: …" and the like`);
    items.push(itemOf(object, at, remarks));
  }
  return items;
}

function itemOf(object: { readonly [key: string]: Structure }, at: string, remarks: Remarks): WrittenItem {
  const read = (key: string) => plainText(object[key]).trim();
  for (const key of Object.keys(object)) {
    if (!KNOWN.includes(key)) remarks.add(`${at}.${key}`, 'has no counterpart; left out');
  }
  const name = read('objectName');
  const type = read('objectType');
  const version = read('objectVersion');
  const item: Record<string, string> = { name };
  if (type !== '' && type !== 'secret') item['type'] = type;
  if (version !== '' && version !== 'latest') item['version'] = version;
  const alias = aliasOf(name, read('objectAlias'), Number(read('objectVersionHistory')), at, remarks);
  if (alias !== name && alias !== '') item['alias'] = alias;
  Object.assign(item, formOf(read('objectFormat').toLowerCase(), read('objectEncoding').toLowerCase()));
  const mode = modeOf(read('filePermission'), at, remarks);
  if (mode !== undefined) item['mode'] = mode;
  return item;
}

/** With a history the provider makes a directory of the name, in which the newest version is the file `0`. */
function aliasOf(name: string, alias: string, history: number, at: string, remarks: Remarks): string {
  if (!(history > 1)) return alias;
  remarks.add(
    `${at}.objectVersionHistory`,
    `there is no history of ${history} versions: the newest is the file "${alias || name}/0" as before, the others are left out; name each by its version`,
  );
  return `${alias || name}/0`;
}

/**
 * The provider's `pem` is what `auto` is here: PEM of a secret behind a certificate, any other as it is. Its `pfx`
 * only keeps a secret as it is stored, so that PKCS#12 stays base64; with the encoding base64 it becomes binary.
 */
function formOf(format: string, encoding: string): Record<string, string> {
  if (format === 'pfx' && encoding === 'base64') return { format: 'pfx' };
  return {
    ...(format === 'pfx' ? { format: 'raw' } : format === 'pem' || format === '' ? {} : { format }),
    ...(encoding === '' || encoding === 'utf-8' ? {} : { encoding }),
  };
}

/** The provider takes any octal number; here it has to be permission bits that let somebody read. */
function modeOf(written: string, at: string, remarks: Remarks): string | undefined {
  if (written === '') return undefined;
  const mode = parseFileMode(written);
  if (typeof mode === 'number') return `0${mode.toString(8).padStart(3, '0')}`;
  remarks.add(`${at}.filePermission`, `${written} ${mode}; left out, so the file has the volume's mode`);
  return undefined;
}

async function parse(text: string, at: string): Promise<Structure> {
  try {
    return await parseStructuredText(text);
  } catch (error) {
    if (!(error instanceof StructureFault)) throw error;
    throw new TranslateFault(`${at}${error.path}: ${error.message}`);
  }
}
