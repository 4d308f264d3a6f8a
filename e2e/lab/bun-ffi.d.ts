/** The part of Bun's foreign function interface that this project uses, in files that run under Bun. */
declare module 'bun:ffi' {
  type CType = 'int' | 'u64' | 'ptr';
  export function dlopen<const Name extends string>(
    library: string,
    symbols: Record<Name, { args: CType[]; returns: CType }>,
  ): { symbols: Record<Name, (...args: (number | Uint8Array)[]) => number> };
  export const read: { i32(pointer: number, offset: number): number };
}
