// The host and the parts of the program as one executable file.
import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/** The largest page of a kernel in use: the host maps the parts from its file (runtime/host/src/parts.rs). */
const ALIGNMENT = 65_536;
/** What the file ends with: where the parts begin, how many bytes they have, and this. */
const MARK = 'kv-parts';

/** Writes `host`, and behind it at the next 64 KiB `pack`, to `outfile`, whole or not at all. */
export async function joinParts(host: string, pack: string, outfile: string): Promise<string> {
  const [first, parts] = await Promise.all([readFile(host), readFile(pack)]);
  const gap = Buffer.alloc((ALIGNMENT - (first.length % ALIGNMENT)) % ALIGNMENT);
  const end = Buffer.alloc(24);
  end.writeBigUInt64LE(BigInt(first.length + gap.length), 0);
  end.writeBigUInt64LE(BigInt(parts.length), 8);
  end.write(MARK, 16, 'latin1');
  await mkdir(dirname(outfile), { recursive: true });
  const work = `${outfile}.${randomUUID()}`;
  try {
    const file = await open(work, 'wx');
    try {
      // Whatever the umask is.
      await file.chmod(0o755);
      await file.writeFile(Buffer.concat([first, gap, parts, end]));
    } finally {
      await file.close();
    }
    await rename(work, outfile);
  } finally {
    await rm(work, { force: true });
  }
  return outfile;
}
