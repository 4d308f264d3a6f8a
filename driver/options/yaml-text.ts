import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  type Scalar,
} from 'yaml';
import { pathOfKey, type Structure, StructureFault } from './structure.ts';

/** Deeper than anything an option means; an alias within itself ends here. */
const MAX_DEPTH = 16;
/** More values than any option holds, aliases unfolded: 512 objects of all keys, and as many tags. */
const MAX_VALUES = 20_000;
/** Resolving an alias looks through the whole document. */
const MAX_ALIASES = 100;

/**
 * Parses YAML 1.2 by its syntax tree, as the library's own conversion would lose what was written (`0400` would
 * be 400) and takes quadratic time for duplicate keys. Tags are refused; `<<` is a key like any other.
 * @throws StructureFault
 */
export function parseYaml(text: string): Structure {
  const lineCounter = new LineCounter();
  const document = parseDocument(text.replace(/^\uFEFF/, ''), {
    lineCounter,
    prettyErrors: false, // they would quote whole lines
    stringKeys: true,
    uniqueKeys: false,
    logLevel: 'error',
  });
  const [error] = document.errors;
  if (error !== undefined) {
    const { line, col } = lineCounter.linePos(error.pos[0]);
    const reason = error.code === 'MULTIPLE_DOCS' ? 'it holds several documents' : error.message;
    throw new StructureFault(
      '',
      `is neither JSON nor YAML (line ${line}, column ${col}: ${reason.slice(0, 200)})`,
    );
  }
  return new Conversion(document).convert(document.contents, '', 0);
}

class Conversion {
  readonly #document: Document;
  #values = 0;
  #aliases = 0;

  constructor(document: Document) {
    this.#document = document;
  }

  convert(node: unknown, path: string, depth: number): Structure {
    this.#values += 1;
    if (depth > MAX_DEPTH) throw new StructureFault(path, `is nested deeper than ${MAX_DEPTH} levels`);
    if (this.#values > MAX_VALUES) throw new StructureFault('', `holds more than ${MAX_VALUES} values`);
    if (isAlias(node)) return this.convert(this.#resolve(node, path), path, depth + 1);
    refuseTag(node, path);
    if (isScalar(node)) return scalarValue(node);
    if (isSeq(node))
      return node.items.map((item, index) => this.convert(item, `${path}[${index}]`, depth + 1));
    if (isMap(node)) return this.#convertMap(node.items, path, depth);
    return null;
  }

  #convertMap(pairs: readonly { key: unknown; value: unknown }[], path: string, depth: number): Structure {
    const map: Record<string, Structure> = Object.create(null);
    for (const { key, value } of pairs) {
      if (!isScalar(key)) throw new StructureFault(path, 'a key must be a text');
      refuseTag(key, path);
      const name = textOf(key);
      if (Object.hasOwn(map, name)) throw StructureFault.duplicateKey(path, name);
      map[name] = this.convert(value, pathOfKey(path, name), depth + 1);
    }
    return map;
  }

  #resolve(alias: Alias, path: string): unknown {
    this.#aliases += 1;
    if (this.#aliases > MAX_ALIASES) throw new StructureFault('', `holds more than ${MAX_ALIASES} aliases`);
    const node = alias.resolve(this.#document);
    if (node === undefined) {
      throw new StructureFault(path, `the alias *${alias.source.slice(0, 80)} has no anchor before it`);
    }
    return node;
  }
}

function refuseTag(node: unknown, path: string): void {
  const tag = (node as { tag?: string } | null)?.tag;
  if (tag !== undefined) {
    throw new StructureFault(
      path,
      `the YAML tag ${JSON.stringify(tag.slice(0, 80))} is not taken; quote a text instead`,
    );
  }
}

/** A number, boolean or null only where its usual spelling is what was written, so that nothing is lost. */
function scalarValue(scalar: Scalar): Structure {
  const { value, type } = scalar;
  const text = textOf(scalar);
  if (type !== 'PLAIN') return text;
  if (value === null) return null;
  if ((typeof value === 'number' || typeof value === 'boolean') && String(value) === text) return value;
  return text;
}

function textOf({ source, value }: Scalar): string {
  return typeof value === 'string' ? value : (source ?? '');
}
