const MASK = (1n << 64n) - 1n;
/** Bytes of the state that take data at once. */
const RATE = 136;

/** SHAKE256 (FIPS 202), of which Ed448 is made and which the runtime does not have. Slow: for a few kilobytes. */
export function shake256(data: Uint8Array, size: number): Uint8Array {
  const padded = new Uint8Array(RATE * (Math.floor(data.length / RATE) + 1));
  padded.set(data);
  padded[data.length] = 0x1f;
  padded[padded.length - 1] = (padded.at(-1) ?? 0) | 0x80;
  const view = new DataView(padded.buffer);
  let state: bigint[] = Array(25).fill(0n);
  for (let block = 0; block < padded.length; block += RATE) {
    state = permuted(
      state.map((lane, index) =>
        8 * index < RATE ? lane ^ view.getBigUint64(block + 8 * index, true) : lane,
      ),
    );
  }
  const output = new Uint8Array(size);
  for (let index = 0; index < size; index++) {
    const at = index % RATE;
    if (index > 0 && at === 0) state = permuted(state);
    output[index] = Number(((state[at >> 3] ?? 0n) >> BigInt(8 * (at & 7))) & 0xffn);
  }
  return output;
}

/** Keccak-f[1600] (FIPS 202 section 3.3); lane (x, y) is at x + 5y. */
function permuted(start: readonly bigint[]): bigint[] {
  let lanes = [...start];
  const at = (x: number, y: number) => lanes[(x % 5) + 5 * (y % 5)] ?? 0n;
  for (const constant of ROUND_CONSTANTS) {
    const parity = [0, 1, 2, 3, 4].map((x) => at(x, 0) ^ at(x, 1) ^ at(x, 2) ^ at(x, 3) ^ at(x, 4));
    const column = (x: number) => parity[x % 5] ?? 0n;
    lanes = lanes.map((lane, index) => lane ^ column(index + 4) ^ rotated(column(index + 1), 1));
    const moved: bigint[] = Array(25).fill(0n);
    for (let x = 0; x < 5; x++)
      for (let y = 0; y < 5; y++)
        moved[y + 5 * ((2 * x + 3 * y) % 5)] = rotated(at(x, y), ROTATIONS[x + 5 * y] ?? 0);
    lanes = moved;
    const mixed = lanes.map((lane, index) => {
      const [x, y] = [index % 5, Math.floor(index / 5)];
      return lane ^ (~at(x + 1, y) & MASK & at(x + 2, y));
    });
    lanes = mixed;
    lanes[0] = (lanes[0] ?? 0n) ^ constant;
  }
  return lanes;
}

function rotated(lane: bigint, by: number): bigint {
  return ((lane << BigInt(by)) | (lane >> BigInt(64 - by))) & MASK;
}

/** FIPS 202 table 2, modulo 64. */
const ROTATIONS = [
  0, 1, 62, 28, 27, 36, 44, 6, 55, 20, 3, 10, 43, 25, 39, 41, 45, 15, 21, 8, 18, 2, 61, 56, 14,
];

/** One bit at each 2^j - 1, by a shift register (FIPS 202 section 3.2.5). */
const ROUND_CONSTANTS: readonly bigint[] = roundConstants();

function roundConstants(): bigint[] {
  let register = 1;
  return Array.from({ length: 24 }, () => {
    let constant = 0n;
    for (let j = 0; j <= 6; j++) {
      if (register & 1) constant |= 1n << BigInt(2 ** j - 1);
      register = (register << 1) ^ (register & 0x80 ? 0x171 : 0);
    }
    return constant;
  });
}
