import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { InstallFault, systemErrorCode } from '../fault.ts';
import { openInstalled, type PreparedFile, prepareFile, type Target } from './atomic-file.ts';

/** The driver's executable has this name in its directory: kubelet looks for the part after the tilde. */
export const DRIVER_NAME = 'kv';

/**
 * The chunk a file is copied and hashed by. Where a file was written in larger chunks, the kernel maps more of it at each
 * fault, and each process that runs it takes more memory.
 */
const CHUNK_BYTES = 32 * 1024;

/** The driver's executable, ready to be put in place. */
export interface PreparedDriver {
  /** Undefined where the one there is the same. */
  readonly file: PreparedFile | undefined;
  /** SHA-256 of the executable, hexadecimal. */
  readonly sha256: string;
}

/**
 * Prepares the driver's executable beside its place. An identical one is left alone, so that a restart of the installer
 * costs kubelet no new `init` and the node no write.
 * @throws InstallFault `WriteFailed` or `FileRefused`
 */
export async function prepareDriverFile(
  sourceFile: string,
  driverDirectory: string,
): Promise<PreparedDriver> {
  const target: Target = { directory: driverDirectory, name: DRIVER_NAME, mode: 0o755 };
  const source = await openSource(sourceFile);
  try {
    const sha256 = await digest(source);
    if (await isInstalled(target, (await source.stat()).size, sha256)) return { file: undefined, sha256 };
    const prepared = await prepareFile(target, async (file) => {
      if ((await digest(source, file)) !== sha256) {
        throw new InstallFault('WriteFailed', `${sourceFile} changed while it was copied`);
      }
    });
    return { file: prepared, sha256 };
  } finally {
    await source.close();
  }
}

/** SHA-256 of a file, hexadecimal. @throws a system error */
export async function digestOf(path: string): Promise<string> {
  const file = await open(path, 'r');
  try {
    return await digest(file);
  } finally {
    await file.close();
  }
}

async function openSource(file: string): Promise<FileHandle> {
  try {
    return await open(file, 'r');
  } catch (cause) {
    throw new InstallFault(
      'WriteFailed',
      `cannot read the driver ${file} of the image (${systemErrorCode(cause)})`,
      { cause },
    );
  }
}

async function isInstalled(target: Target, size: number, sha256: string): Promise<boolean> {
  const file = await openInstalled(target);
  if (file === undefined) return false;
  try {
    const stats = await file.stat();
    // The size first: another version rarely has the same, and then its bytes need not be read.
    return stats.size === size && (stats.mode & 0o7777) === target.mode && (await digest(file)) === sha256;
  } finally {
    await file.close();
  }
}

/** SHA-256 of the whole file, which on the way is copied to `copy`, if given. */
async function digest(file: FileHandle, copy?: FileHandle): Promise<string> {
  const hash = createHash('sha256');
  const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
  for (let position = 0; ; ) {
    const { bytesRead } = await file.read(buffer, 0, buffer.length, position);
    if (bytesRead === 0) return hash.digest('hex');
    const chunk = buffer.subarray(0, bytesRead);
    hash.update(chunk);
    if (copy !== undefined) await writeAll(copy, chunk, position);
    position += bytesRead;
  }
}

async function writeAll(file: FileHandle, chunk: Buffer, position: number): Promise<void> {
  for (let written = 0; written < chunk.length; ) {
    const { bytesWritten } = await file.write(chunk, written, chunk.length - written, position + written);
    written += bytesWritten;
  }
}
