import {
  type Alias,
  Composer,
  type CST,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  Parser,
  type Scalar,
} from 'yaml';
import { MAX_DEPTH, MAX_VALUES, pathOfKey, type Structure, StructureFault } from './structure.ts';

/** Highest stack of the parser: the document, nested lists and maps, and the text that it reads. */
const MAX_OPEN = MAX_DEPTH + 4;

/**
 * Most tokens of a text, of which a key with its value has eight in block style. The library takes 13 µs and 0.4 KB for
 * each on the driver's runtime.
 */
const MAX_TOKENS = 8800;
/** Most tokens of a text in brackets, which is mostly JSON with a fault in it. */
const MAX_TOKENS_IN_BRACKETS = 6000;
/** Most characters of one token, a text, comment or run of blanks: no key of an option takes a text of that size. */
const MAX_TOKEN_CHARACTERS = 8192;
/** `%YAML` and one more: tags are not taken, so that nobody needs `%TAG`, and the library keeps each of those. */
const MAX_DIRECTIVES = 2;
/** An alias is what it stands for once more. */
const MAX_ALIASES = 100;

/**
 * Parses YAML 1.2 by its syntax tree, as the library's own conversion would lose what was written (`0400` would
 * be 400) and takes quadratic time for duplicate keys. Tags are refused; `<<` is a key like any other.
 *
 * Tokens are counted and levels are followed while they are read, so that a text that would take long is refused before
 * anything is made of it. The first fault ends it: the library would collect as many as there are.
 * @throws StructureFault
 */
export function parseYaml(text: string): Structure {
  const source = text.replace(/^\uFEFF/, '');
  const composer = new Composer({
    prettyErrors: false, // they would quote whole lines
    stringKeys: true,
    uniqueKeys: false,
    logLevel: 'error',
  });
  let fault: StructureFault | undefined;
  const fail = (offset: number, reason: string): never => {
    // The library catches what is thrown within a collection, and tells it as a fault of its own: the first one counts.
    fault ??= syntaxFault(source, offset, reason);
    throw fault;
  };
  // In the place of the library's own, which collects faults; its type has it as private.
  Object.assign(composer, {
    onError: (at: FaultPlace, _code: string, reason: string, isWarning?: boolean) =>
      isWarning || fail(offsetOf(at), reason),
  });
  const documents: Document[] = [];
  let begun = false;
  let directives = 0;
  for (const token of boundedTokens(source)) {
    if (token.type === 'error')
      fail(token.offset, `${token.message}${token.source ? `: ${JSON.stringify(token.source)}` : ''}`);
    if (token.type === 'directive' && ++directives > MAX_DIRECTIVES)
      fail(token.offset, `it has more than ${MAX_DIRECTIVES} directives`);
    if (token.type === 'document' && begun) fail(token.offset, 'it holds several documents');
    begun ||= token.type === 'document';
    documents.push(...composer.next(token));
  }
  documents.push(...composer.end(true, source.length));
  const [document] = documents;
  const [error] = document?.errors ?? [];
  if (error !== undefined) fail(error.pos[0], error.message);
  if (document === undefined) return null;
  return new Conversion().convert(document.contents, '', 0);
}

/** Where the library says that a fault is: an offset, a range, or a token. */
type FaultPlace = number | readonly number[] | { readonly offset: number };

function offsetOf(place: FaultPlace): number {
  if (typeof place === 'number') return place;
  return 'offset' in place ? place.offset : (place[0] ?? 0);
}

/** @throws StructureFault for more tokens or levels than a text may have */
function* boundedTokens(source: string): Generator<CST.Token> {
  const parser = new Parser();
  const isInBrackets = /^\s*[[{]/.test(source);
  const most = isInBrackets ? MAX_TOKENS_IN_BRACKETS : MAX_TOKENS;
  let tokens = 0;
  for (const lexeme of new Lexer().lex(source)) {
    tokens += 1;
    if (tokens > most) throw tooManyTokens(isInBrackets);
    if (lexeme.length > MAX_TOKEN_CHARACTERS) {
      throw new StructureFault(
        '',
        `has a text or comment of ${lexeme.length} characters in line ${lineOf(source, parser.offset)}; one has at most ${MAX_TOKEN_CHARACTERS}`,
      );
    }
    yield* parser.next(lexeme);
    if (parser.stack.length > MAX_OPEN) throw StructureFault.tooDeep('');
  }
  yield* parser.end();
}

function tooManyTokens(isInBrackets: boolean): StructureFault {
  const text = isInBrackets
    ? `is not JSON, and has more than ${MAX_TOKENS_IN_BRACKETS} tokens of YAML; look for a missing comma, quote or bracket`
    : `has more than ${MAX_TOKENS} tokens of YAML; write it as JSON, or spread the objects over several volumes`;
  return new StructureFault('', text);
}

function syntaxFault(source: string, offset: number, reason: string): StructureFault {
  const column = offset - source.slice(0, offset).lastIndexOf('\n');
  return new StructureFault(
    '',
    `is neither JSON nor YAML (line ${lineOf(source, offset)}, column ${column}: ${reason.slice(0, 200)})`,
  );
}

/** From 1. */
function lineOf(source: string, offset: number): number {
  let line = 1;
  for (let at = source.indexOf('\n'); at >= 0 && at < offset; at = source.indexOf('\n', at + 1)) line += 1;
  return line;
}

class Conversion {
  /** By name, as far as the document has been read. */
  readonly #anchors = new Map<string, unknown>();
  /** The node that each alias meant where it was written, as the content of an anchor is read again later. */
  readonly #meanings = new Map<Alias, unknown>();
  #values = 0;
  #aliases = 0;
  /** How many aliases are being read through: what is in them has been read before. */
  #within = 0;

  convert(node: unknown, path: string, depth: number): Structure {
    this.#values += 1;
    if (depth > MAX_DEPTH) throw StructureFault.tooDeep(path);
    if (this.#values > MAX_VALUES) throw StructureFault.tooMany();
    if (isAlias(node)) return this.#convertAlias(node, path, depth);
    refuseTag(node, path);
    this.#remember(node);
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
      this.#remember(key);
      const name = textOf(key);
      if (Object.hasOwn(map, name)) throw StructureFault.duplicateKey(path, name);
      map[name] = this.convert(value, pathOfKey(path, name), depth + 1);
    }
    return map;
  }

  #convertAlias(alias: Alias, path: string, depth: number): Structure {
    this.#aliases += 1;
    if (this.#aliases > MAX_ALIASES) throw new StructureFault('', `holds more than ${MAX_ALIASES} aliases`);
    const meaning = this.#meanings.get(alias) ?? this.#anchors.get(alias.source);
    if (meaning === undefined) {
      throw new StructureFault(path, `the alias *${alias.source.slice(0, 80)} has no anchor before it`);
    }
    this.#meanings.set(alias, meaning);
    this.#within += 1;
    const value = this.convert(meaning, path, depth + 1);
    this.#within -= 1;
    return value;
  }

  #remember(node: unknown): void {
    const anchor = (node as { anchor?: string } | null)?.anchor;
    if (anchor !== undefined && this.#within === 0) this.#anchors.set(anchor, node);
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
