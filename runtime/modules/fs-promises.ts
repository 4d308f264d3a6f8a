import {
  chmodSync,
  closeSync,
  fchmodSync,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  statfsSync,
  statSync,
  writeFileSync,
  writeSync,
} from './fs-files.ts';
import { accessSync, readSync, rmSync, syncFile } from './fs-resident.ts';
import type { Stats } from './stats.ts';

/** As much of Node's `fs/promises` as the installer uses. Everything is done at once: nothing here waits but for the disk. */

type Sync<Args extends unknown[], T> = (...args: Args) => T;

function promised<Args extends unknown[], T>(call: Sync<Args, T>): (...args: Args) => Promise<T> {
  return async (...args) => call(...args);
}

export const access = promised(accessSync);
export const chmod = promised(chmodSync);
export const lstat = promised((path: string): Stats => lstatSync(path, { throwIfNoEntry: true }));
export const mkdir = promised(mkdirSync);
export const readFile = promised((path: string, encoding: 'utf8'): string => readFileSync(path, encoding));
export const readdir = promised(readdirSync);
export const rename = promised(renameSync);
export const rm = promised(rmSync);
export const rmdir = promised(rmdirSync);
export const stat = promised(statSync);
export const statfs = promised(statfsSync);
export const writeFile = promised(writeFileSync);

export async function open(path: string, flags: string | number = 'r', mode = 0o666): Promise<FileHandle> {
  return new FileHandle(openSync(path, flags, mode));
}

export class FileHandle {
  readonly fd: number;

  constructor(descriptor: number) {
    this.fd = descriptor;
  }

  async read(
    buffer: Uint8Array,
    offset: number,
    length: number,
    position: number | null,
  ): Promise<{ bytesRead: number; buffer: Uint8Array }> {
    return { bytesRead: readSync(this.fd, buffer, offset, length, position), buffer };
  }

  async write(
    buffer: Uint8Array,
    offset: number,
    length: number,
    position: number | null,
  ): Promise<{ bytesWritten: number; buffer: Uint8Array }> {
    return { bytesWritten: writeSync(this.fd, buffer, offset, length, position ?? undefined), buffer };
  }

  /** From where the file is. */
  async readFile(encoding: 'utf8'): Promise<string> {
    return readFileSync(this.fd, encoding);
  }

  /** From where the file is. */
  async writeFile(data: string | Uint8Array): Promise<void> {
    const bytes = Buffer.from(data);
    for (let written = 0; written < bytes.length; ) written += writeSync(this.fd, bytes, written);
  }

  async stat(): Promise<Stats> {
    return fstatSync(this.fd);
  }

  async chmod(mode: number): Promise<void> {
    fchmodSync(this.fd, mode);
  }

  async sync(): Promise<void> {
    syncFile(this.fd);
  }

  async close(): Promise<void> {
    closeSync(this.fd);
  }
}
