// All parts of the front as one file of bytecode, which its executable holds (driver/front/native/parts.c reads it).
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { FIRST_PART } from './bundle.ts';

const WORD = 4;
/** Name, offset, length. */
const ENTRY = 3 * WORD;

/**
 * Compiles the parts of a directory, and writes them to `<directory>/pack-<checksum>`: the C compiler keeps what it made of a
 * file by that file's name, as far as a .incbin is concerned.
 * @param bytecodeCompiler the program that buildBytecodeCompiler made
 */
export async function packParts(bytecodeCompiler: string, directory: string): Promise<string> {
  const names = (await readdir(directory)).filter((name) => name.endsWith('.mjs'));
  names.sort((a, b) => Number(b === FIRST_PART) - Number(a === FIRST_PART) || (a < b ? -1 : 1));
  const target = join(directory, 'bytecode');
  await mkdir(target, { recursive: true });
  await execa(
    bytecodeCompiler,
    names.map((name) => `${name}=${join(directory, name)}=${join(target, name)}`),
  );
  const parts = await Promise.all(
    names.map(async (name) => ({ name, bytes: await readFile(join(target, name)) })),
  );
  const pack = packOf(parts);
  const file = join(directory, `pack-${createHash('sha256').update(pack).digest('hex').slice(0, 16)}`);
  await writeFile(file, pack);
  return file;
}

/** A count, an entry for each part, then names with NUL at their ends, then bytecode; 32-bit numbers, little-endian. */
export function packOf(parts: readonly { readonly name: string; readonly bytes: Uint8Array }[]): Buffer {
  const head = Buffer.alloc(WORD + parts.length * ENTRY);
  const names = parts.map(({ name }) => Buffer.from(`${name}\0`));
  head.writeUInt32LE(parts.length, 0);
  let nameAt = head.length;
  let bytesAt = head.length + names.reduce((sum, { length }) => sum + length, 0);
  for (const [index, { bytes }] of parts.entries()) {
    const entry = WORD + index * ENTRY;
    head.writeUInt32LE(nameAt, entry);
    head.writeUInt32LE(bytesAt, entry + WORD);
    head.writeUInt32LE(bytes.length, entry + 2 * WORD);
    nameAt += names[index]?.length ?? 0;
    bytesAt += bytes.length;
  }
  return Buffer.concat([head, ...names, ...parts.map(({ bytes }) => bytes)]);
}
