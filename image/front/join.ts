// The front and the large runtime as one executable file.
import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/** The largest page of a kernel in use: the second program is mapped from the file (driver/front/native/hand-over.c). */
const ALIGNMENT = 65_536;

/** As container runtimes unpack a layer: how the pages of a file lie in the page cache decides how many a process maps at once. */
const PIECE = 32_768;

/** Where in an ELF file (System V ABI) the header says that its section headers are, and how many of what size. */
const HEADERS_AT = 40;
const HEADER_SIZE_AT = 58;
const HEADER_COUNT_AT = 60;

/** Writes `front`, and behind it at the next 64 KiB `large`, to `outfile`, whole or not at all. */
export async function joinPrograms(front: string, large: string, outfile: string): Promise<void> {
  const first = await readFile(front);
  const end =
    Number(first.readBigUInt64LE(HEADERS_AT)) +
    first.readUInt16LE(HEADER_SIZE_AT) * first.readUInt16LE(HEADER_COUNT_AT);
  // It looks for the other behind its section headers.
  if (end !== first.length)
    throw new Error(`${front} does not end with its section headers: ${end}, ${first.length}`);
  const gap = Buffer.alloc((ALIGNMENT - (first.length % ALIGNMENT)) % ALIGNMENT);
  await mkdir(dirname(outfile), { recursive: true });
  const work = `${outfile}.${randomUUID()}`;
  try {
    await writeInPieces(work, Buffer.concat([first, gap, await readFile(large)]));
    await rename(work, outfile);
  } finally {
    await rm(work, { force: true });
  }
}

async function writeInPieces(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'wx');
  try {
    // Whatever the umask is.
    await file.chmod(0o755);
    for (let at = 0; at < bytes.length; at += PIECE) await file.writeFile(bytes.subarray(at, at + PIECE));
  } finally {
    await file.close();
  }
}
