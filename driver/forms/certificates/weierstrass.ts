import type { Curve } from './curves.ts';

/**
 * Arithmetic on elliptic curves, for public keys of curves that the runtime does not know and for signatures of
 * certificates. It is not for making signatures: how long it takes depends on the numbers.
 */

export interface Point {
  readonly x: bigint;
  readonly y: bigint;
}

/** Jacobian coordinates: the point (x / z², y / z³); z is 0 for the point at infinity. */
interface Jacobian {
  readonly x: bigint;
  readonly y: bigint;
  readonly z: bigint;
}

const INFINITY: Jacobian = { x: 1n, y: 1n, z: 0n };

/** `scalar` times the generator, a secret's public point; undefined for the point at infinity. */
export function publicPoint(curve: Curve, scalar: bigint): Point | undefined {
  return affine(curve, multiply(curve, scalar, generator(curve)));
}

/**
 * Whether (r, s) is an ECDSA signature of a digest (SEC 1 section 4.1.4).
 * @param digest as long as the hash function's output; of a longer one than the curve's order the first bits count
 */
export function isSignature(curve: Curve, key: Point, digest: Uint8Array, r: bigint, s: bigint): boolean {
  const { n } = curve;
  if (r < 1n || r >= n || s < 1n || s >= n) return false;
  const excess = Math.max(0, digest.length * 8 - n.toString(2).length);
  const e = numberOf(digest) >> BigInt(excess);
  const w = inverse(s, n);
  const sum = add(
    curve,
    multiply(curve, modulo(e * w, n), generator(curve)),
    multiply(curve, modulo(r * w, n), { ...key, z: 1n }),
  );
  const point = affine(curve, sum);
  return point !== undefined && modulo(point.x, n) === r;
}

/**
 * Reads a point (SEC 1 section 2.3.4), compressed or not.
 * @returns undefined when it is not on the curve, or compressed on a curve whose p is 1 modulo 4
 */
export function readPoint(curve: Curve, bytes: Uint8Array): Point | undefined {
  const size = (bytes.length - 1) >> (bytes[0] === 2 || bytes[0] === 3 ? 0 : 1);
  const x = numberOf(bytes.subarray(1, 1 + size));
  const square = modulo(x * x * x + curve.a * x + curve.b, curve.p);
  switch (bytes[0]) {
    case 2:
    case 3: {
      if (curve.p % 4n !== 3n) return undefined;
      const root = power(square, (curve.p + 1n) / 4n, curve.p);
      if (modulo(root * root, curve.p) !== square) return undefined;
      return { x, y: root % 2n === BigInt(bytes[0] - 2) ? root : curve.p - root };
    }
    case 4:
    case 6:
    case 7: {
      const y = numberOf(bytes.subarray(1 + size));
      return modulo(y * y, curve.p) === square ? { x, y } : undefined;
    }
    default:
      return undefined;
  }
}

/** An unsigned big-endian number; 0 for no bytes. */
export function numberOf(bytes: Uint8Array): bigint {
  return bytes.length === 0 ? 0n : BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
}

/** `base` to the power of `exponent`, modulo `modulus`. */
export function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  const square = modulo(base, modulus);
  for (const bit of exponent.toString(2)) {
    result = (result * result) % modulus;
    if (bit === '1') result = (result * square) % modulus;
  }
  return result;
}

function generator({ x, y }: Curve): Jacobian {
  return { x, y, z: 1n };
}

function multiply(curve: Curve, scalar: bigint, point: Jacobian): Jacobian {
  let result = INFINITY;
  for (const bit of scalar.toString(2)) {
    result = double(curve, result);
    if (bit === '1') result = add(curve, result, point);
  }
  return result;
}

function double({ p, a }: Curve, { x, y, z }: Jacobian): Jacobian {
  if (z === 0n || y === 0n) return INFINITY;
  const yy = (y * y) % p;
  const s = (4n * x * yy) % p;
  const zz = (z * z) % p;
  const m = (3n * x * x + a * zz * zz) % p;
  const nextX = modulo(m * m - 2n * s, p);
  return { x: nextX, y: modulo(m * (s - nextX) - 8n * yy * yy, p), z: (2n * y * z) % p };
}

function add(curve: Curve, one: Jacobian, other: Jacobian): Jacobian {
  if (one.z === 0n) return other;
  if (other.z === 0n) return one;
  const { p } = curve;
  const zz1 = (one.z * one.z) % p;
  const zz2 = (other.z * other.z) % p;
  const u1 = (one.x * zz2) % p;
  const h = modulo(other.x * zz1 - u1, p);
  const s1 = (one.y * zz2 * other.z) % p;
  const r = modulo(other.y * zz1 * one.z - s1, p);
  if (h === 0n) return r === 0n ? double(curve, one) : INFINITY;
  const hh = (h * h) % p;
  const hhh = (h * hh) % p;
  const v = (u1 * hh) % p;
  const x = modulo(r * r - hhh - 2n * v, p);
  return { x, y: modulo(r * (v - x) - s1 * hhh, p), z: (one.z * other.z * h) % p };
}

function affine({ p }: Curve, { x, y, z }: Jacobian): Point | undefined {
  if (z === 0n) return undefined;
  const unit = inverse(z, p);
  const square = (unit * unit) % p;
  return { x: (x * square) % p, y: (y * square * unit) % p };
}

/** The inverse modulo a number that shares no factor with it. */
export function inverse(value: bigint, modulus: bigint): bigint {
  let [low, high] = [modulo(value, modulus), modulus];
  let [x, last] = [1n, 0n];
  while (low > 1n) {
    const quotient = high / low;
    [low, high] = [high % low, low];
    [x, last] = [last - quotient * x, x];
  }
  return modulo(x, modulus);
}

/** The remainder that is not negative. */
export function modulo(value: bigint, modulus: bigint): bigint {
  const remainder = value % modulus;
  return remainder < 0n ? remainder + modulus : remainder;
}
