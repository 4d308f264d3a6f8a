import { closeSync, fchmodSync, fchownSync, fstatSync, type Stats, writeSync } from 'node:fs';
import { clearInodeFlags } from './directory-calls.ts';

/** An open file of a volume. What bears its name by now does not matter any more. */
export class OpenFile {
  readonly descriptor: number;

  constructor(descriptor: number) {
    this.descriptor = descriptor;
  }

  stats(): Stats {
    return fstatSync(this.descriptor);
  }

  /** Writes to a file that was just created. */
  write(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) at += writeSync(this.descriptor, bytes, at);
  }

  setMode(mode: number): void {
    fchmodSync(this.descriptor, mode);
  }

  setOwner(uid: number, gid: number): void {
    fchownSync(this.descriptor, uid, gid);
  }

  /** Clears the flags that forbid changes (chattr(1)), where this runtime and this process can. */
  clearFlags(): void {
    clearInodeFlags(this.descriptor);
  }

  close(): void {
    closeSync(this.descriptor);
  }
}
