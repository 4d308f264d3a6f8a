import { open } from 'node:fs/promises';

/** System V ABI, figures 4-3 and 5-1: kinds of files, machines, types of segments and their flags. */
export const SHARED_OBJECT = 3;
export const ARM64 = 183;
export const LOADABLE = 1;
export const INTERPRETER = 3;
export const STACK = 0x6474e551;
export const RELOCATED_THEN_READ_ONLY = 0x6474e552;
export const WRITABLE_AND_EXECUTABLE = 3;

/** What the header of a 64-bit ELF file says: its kind, its machine and its segments. */
export async function elfHeader(file: string) {
  const handle = await open(file);
  try {
    const { buffer: head } = await handle.read(Buffer.alloc(4096), 0, 4096, 0);
    const segments = Array.from({ length: head.readUInt16LE(56) }, (_, index) => {
      const at = Number(head.readBigUInt64LE(32)) + index * head.readUInt16LE(54);
      return {
        type: head.readUInt32LE(at),
        flags: head.readUInt32LE(at + 4),
        alignment: Number(head.readBigUInt64LE(at + 48)),
      };
    });
    return { kind: head.readUInt16LE(16), machine: head.readUInt16LE(18), segments };
  } finally {
    await handle.close();
  }
}
