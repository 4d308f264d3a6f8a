import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';
import { distDir } from '../project.ts';

/** A program in parts as "npm run build" made it, by the metafile of this name; a part is named by a source of it. */
export async function bundledParts(name: string) {
  const metafile = await readFile(join(distDir, 'meta', `${name}.json`), 'utf8');
  const { outputs } = JSON.parse(metafile) as Metafile;

  /** The part that begins with this source, or has it. */
  function partWith(source: string): string {
    const parts = Object.entries(outputs);
    const found =
      parts.find(([, { entryPoint }]) => entryPoint === source) ??
      parts.find(([, { inputs }]) => source in inputs);
    if (found === undefined) throw new Error(`no part has ${source}`);
    return found[0];
  }

  /** Everything that is loaded with a part. */
  function loadedWith(part: string, found = new Set<string>()): Set<string> {
    if (found.has(part)) return found;
    found.add(part);
    for (const { path, kind, external } of outputs[part]?.imports ?? [])
      if (kind !== 'dynamic-import' && !external) loadedWith(path, found);
    return found;
  }

  function loadedFor(sources: readonly string[]): Metafile['outputs'][string][] {
    const parts = new Set(sources.flatMap((source) => [...loadedWith(partWith(source))]));
    return Object.entries(outputs).flatMap(([part, output]) => (parts.has(part) ? [output] : []));
  }

  const sum = (parts: readonly { readonly bytes: number }[]) =>
    parts.reduce((all, { bytes }) => all + bytes, 0) / 1000;

  return {
    /** Of all parts together. */
    kilobytes: sum(Object.values(outputs)),
    /** What each part begins with, where it is imported as a whole. */
    entryPoints: Object.values(outputs).flatMap(({ entryPoint }) => entryPoint ?? []),
    /** Modules of the runtime that any part asks for, at once or later. */
    builtins: new Set(
      Object.values(outputs).flatMap(({ imports }) =>
        imports.flatMap((one) => (one.external ? one.path : [])),
      ),
    ),
    /** What parts with these sources load, each part once. */
    kilobytesOf: (sources: readonly string[]) => sum(loadedFor(sources)),
    /** Sources with at least one byte in what is loaded. */
    sourcesOf: (sources: readonly string[]) =>
      loadedFor(sources).flatMap(({ inputs }) =>
        Object.entries(inputs).flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : [])),
      ),
    /** Modules of the runtime that are loaded with a part. */
    builtinsOf(source: string): string[] {
      const imports = loadedFor([source]).flatMap((part) => part.imports);
      const external = imports.filter((one) => one.external && one.kind !== 'dynamic-import');
      return [...new Set(external.map(({ path }) => path.replace('node:', '')))].sort();
    },
  };
}
