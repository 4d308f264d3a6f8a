import { createHash } from 'node:crypto';
import { shake256 } from './shake256.ts';
import { inverse, modulo, power } from './weierstrass.ts';

/** A curve ax² + y² = 1 + dx²y² modulo p with its base point (x, y) of order n (RFC 8032). */
interface EdwardsCurve {
  readonly p: bigint;
  readonly a: bigint;
  readonly d: bigint;
  readonly n: bigint;
  readonly x: bigint;
  readonly y: bigint;
  /** Bytes of a point, and of half a signature. */
  readonly size: number;
  /** The hash function of a signature. */
  readonly hash: (data: Uint8Array) => Uint8Array;
}

/** Projective coordinates: the point (x / z, y / z). */
interface Point {
  readonly x: bigint;
  readonly y: bigint;
  readonly z: bigint;
}

const P25519 = 2n ** 255n - 19n;
const P448 = 2n ** 448n - 2n ** 224n - 1n;

/** Curves by the object identifier of their keys and signatures (RFC 8410). */
const curves: Readonly<Record<string, EdwardsCurve>> = {
  // Ed25519
  '1.3.101.112': {
    p: P25519,
    a: -1n,
    d: modulo(-121665n * inverse(121666n, P25519), P25519),
    n: 2n ** 252n + 27742317777372353535851937790883648493n,
    x: 15112221349535400772501151409588531511454012693041857206046113283949847762202n,
    y: 46316835694926478169428394003475163141307993866256225615783033603165251855960n,
    size: 32,
    hash: (data) => createHash('sha512').update(data).digest(),
  },
  // Ed448
  '1.3.101.113': {
    p: P448,
    a: 1n,
    d: P448 - 39081n,
    n: 2n ** 446n - 13818066809895115352007386748515426880336692474882178609894547503885n,
    x: 224580040295924300187604334099896036246789641632564134246125461686950415467406032909029192869357953282578032075146446173674602635247710n,
    y: 298819210078481492676017930443930673437544040154080242095928241372331506189835876003536878655418784733982303233503462500531545062832660n,
    size: 57,
    hash: (data) => shake256(Buffer.concat([Buffer.from('SigEd448\0\0'), data]), 114),
  },
};

/** Whether an algorithm is Ed25519 or Ed448. */
export function isEdwards(id: string): boolean {
  return Object.hasOwn(curves, id);
}

/**
 * Whether a signature over `data` is that of a key (RFC 8032 sections 5.1.7 and 5.2.7).
 * @param id the algorithm's object identifier
 */
export function isEdwardsSignature(
  id: string,
  key: Uint8Array,
  data: Uint8Array,
  signature: Uint8Array,
): boolean {
  const curve = curves[id];
  if (curve === undefined || signature.length !== 2 * curve.size || key.length !== curve.size) return false;
  const [r, s] = [signature.subarray(0, curve.size), littleEndian(signature.subarray(curve.size))];
  const point = readPoint(curve, key);
  if (point === undefined || s >= curve.n) return false;
  const k = littleEndian(curve.hash(Buffer.concat([r, key, data]))) % curve.n;
  const base = multiply(curve, s, { x: curve.x, y: curve.y, z: 1n });
  const sum = add(curve, base, multiply(curve, k, { ...point, x: -point.x }));
  return Buffer.compare(written(curve, sum), r) === 0;
}

/** The last bit of a point says whether x is odd; the bits before it are y. */
function readPoint({ p, a, d, size }: EdwardsCurve, bytes: Uint8Array): Point | undefined {
  const bits = BigInt(8 * size - 1);
  const encoded = littleEndian(bytes);
  const y = encoded & (2n ** bits - 1n);
  const square = modulo((1n - y * y) * inverse(a - d * y * y, p), p);
  const root = p % 4n === 3n ? power(square, (p + 1n) / 4n, p) : power(square, (p + 3n) / 8n, p);
  const other = p % 4n === 3n ? root : modulo(root * power(2n, (p - 1n) / 4n, p), p);
  const x = [root, other].find((candidate) => modulo(candidate * candidate, p) === square);
  if (x === undefined || y >= p) return undefined;
  return { x: x % 2n === encoded >> bits ? x : p - x, y, z: 1n };
}

function written({ p, size }: EdwardsCurve, { x, y, z }: Point): Uint8Array {
  const unit = inverse(z, p);
  const encoded = modulo(y * unit, p) | ((modulo(x * unit, p) % 2n) << BigInt(8 * size - 1));
  return Buffer.from(encoded.toString(16).padStart(2 * size, '0'), 'hex').reverse();
}

function multiply(curve: EdwardsCurve, scalar: bigint, point: Point): Point {
  let result: Point = { x: 0n, y: 1n, z: 1n };
  for (const bit of scalar.toString(2)) {
    result = add(curve, result, result);
    if (bit === '1') result = add(curve, result, point);
  }
  return result;
}

/** Holds for equal points too, as d is no square. */
function add({ p, a, d }: EdwardsCurve, one: Point, other: Point): Point {
  const z = (one.z * other.z) % p;
  const zz = (z * z) % p;
  const x = (one.x * other.x) % p;
  const y = (one.y * other.y) % p;
  const e = (d * ((x * y) % p)) % p;
  const [f, g] = [zz - e, zz + e];
  const cross = (one.x + one.y) * (other.x + other.y) - x - y;
  return {
    x: modulo(((z * f) % p) * cross, p),
    y: modulo(((z * g) % p) * (y - a * x), p),
    z: modulo(f * g, p),
  };
}

function littleEndian(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).reverse().toString('hex') || '0'}`);
}
