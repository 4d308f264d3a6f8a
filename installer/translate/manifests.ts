import { Document, isMap, isSeq, LineCounter, parseAllDocuments, visit, type YAMLMap } from 'yaml';
import type { Structure } from '../../driver/options/structure.ts';
import { Remarks, TranslateFault } from './remarks.ts';

/** One manifest, to be changed in place so that its comments and order stay. */
export interface Manifest {
  readonly document: Document;
  readonly remarks: Remarks;
  /** What it is, where the manifest itself does not say. */
  readonly title?: string;
}

/** Deeper is no manifest, and an alias within itself ends here. */
const MAX_ALIASES = 100;

/**
 * Reads all documents of a YAML or JSON text; a `List`, as `kubectl get` writes it, counts as its items.
 * @throws TranslateFault that names the line when it is neither
 */
export function readManifests(text: string): Manifest[] {
  const lineCounter = new LineCounter();
  // A class's or volume's values are texts in the end, so nothing may be lost of how numbers were written.
  const documents = [...parseAllDocuments(text, { lineCounter, prettyErrors: false, logLevel: 'error' })];
  return documents.flatMap((document) => {
    const [error] = document.errors;
    if (error !== undefined) {
      const { line, col } = lineCounter.linePos(error.pos[0]);
      throw new TranslateFault(
        `the input is neither YAML nor JSON (line ${line}, column ${col}: ${error.message}); a Helm template has to be rendered first`,
      );
    }
    if (document.contents === null) return [];
    return itemsOf(document).map((one) => ({ document: one, remarks: new Remarks() }));
  });
}

function itemsOf(document: Document): Document[] {
  const items = isMap(document.contents) ? document.contents.get('items', true) : undefined;
  if (document.get('kind') !== 'List' || !isSeq(items)) return [document];
  return (plain(document) as { items: Structure[] }).items.map((item) => new Document(item));
}

/**
 * The manifest as plain values.
 * @throws TranslateFault when its aliases multiply, or have no anchor
 */
export function plain(document: Document): Structure {
  try {
    return document.toJS({ maxAliasCount: MAX_ALIASES }) as Structure;
  } catch (cause) {
    throw new TranslateFault(`the input's aliases cannot be resolved: ${(cause as Error).message}`);
  }
}

/** Every map of the manifest that has a map under `key` whose `driver` is the given one: a volume, or a PersistentVolume's spec. */
export function volumesIn(document: Document, key: 'csi' | 'flexVolume', driver: string): YAMLMap[] {
  const found: YAMLMap[] = [];
  visit(document, {
    Map(_, map) {
      const volume = map.get(key, true);
      if (isMap(volume) && volume.get('driver') === driver) found.push(map);
    },
  });
  return found;
}

/** The manifests as one text, each with its remarks as comments above it. */
export function writeManifests(manifests: readonly Manifest[]): string {
  return manifests
    .map(({ document, remarks, title }) => {
      const lines = title === undefined ? remarks.lines : [title, ...remarks.lines];
      const comments = lines.map((line) => `# ${line}\n`).join('');
      const text = document.toString({ lineWidth: 0, flowCollectionPadding: false });
      return `${comments}${text.replace(/^---\n/, '')}`;
    })
    .join('---\n');
}

/** Replaces one kind of source of a volume by another, in its place. */
export function replaceSource(
  map: YAMLMap,
  old: string,
  key: string,
  value: object,
  document: Document,
): void {
  const pair = map.items.find((one) => String(one.key) === old);
  if (pair === undefined) return;
  pair.key = document.createNode(key);
  pair.value = document.createNode(value);
}
