import { lstatSync, readdirSync, readFileSync, readlinkSync, type Stats } from 'node:fs';
import { join } from 'node:path';

const CONTENT_WIDTH = 64;

/** Prints a directory like `ls -lR`, with the beginning of each file's content: these are the demo's own secrets. */
export function printTree(directory: string, indent = '  '): void {
  for (const name of readdirSync(directory).sort()) {
    const path = join(directory, name);
    const stats = lstatSync(path);
    const shown = `${indent}${name}`.padEnd(46);
    const facts = `${modeOf(stats)} ${stats.uid}:${stats.gid}`;
    if (stats.isSymbolicLink()) console.log(`${shown} ${facts}  → ${readlinkSync(path)}`);
    else if (stats.isDirectory()) console.log(`${shown} ${facts}`);
    else console.log(`${shown} ${facts}  ${String(stats.size).padStart(5)} B  ${contentOf(path)}`);
    if (stats.isDirectory()) printTree(path, `${indent}  `);
  }
}

function modeOf(stats: Stats): string {
  const kind = stats.isDirectory() ? 'd' : stats.isSymbolicLink() ? 'l' : '-';
  const bits = [...'rwxrwxrwx'].map((letter, index) => ((stats.mode >> (8 - index)) & 1 ? letter : '-'));
  return kind + bits.join('');
}

function contentOf(path: string): string {
  const bytes = readFileSync(path);
  const text = new TextDecoder().decode(bytes);
  if (text.includes('\ufffd')) return `(binary) ${bytes.subarray(0, 12).toString('hex')}…`;
  const line = text.replaceAll('\n', '⏎');
  return line.length > CONTENT_WIDTH ? `${line.slice(0, CONTENT_WIDTH)}…` : line;
}
