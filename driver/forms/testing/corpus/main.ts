// Compares what the driver makes of containers, certificates, keys and chains with what openssl, Node and Python's
// cryptography make of them: `npm run test:corpus`. docs/forms.md has the figures.
import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import { execa } from 'execa';
import { certificateFile } from '../../certificates/certificate-file.ts';
import { blocksOf } from '../../certificates/testing/openssl.ts';
import { asPem, type ContainerInput, keptContainers, vectorsOf } from './inputs.ts';
import { type Outcome, Tally } from './tally.ts';

/** The newest when this was written; the vectors belong to this version. */
const VERSION = '48.0.0';
const SEED = Number(process.env['KV_TEST_SEED'] ?? 4711);
const BUNDLES = 400;
/** Refusals that name what the driver does not take. */
const BY_NAME =
  /is encrypted|is of the kind|algorithm that this driver does not know|PEM block [A-Z0-9 ]+, which is neither/;

interface Contents {
  readonly key: string | null;
  readonly leaf: string | null;
  readonly certificates: readonly string[];
}

interface Bundle {
  readonly key: string;
  readonly certificates: readonly string[];
  /** Places of those that issued the certificate at this place. */
  readonly issuers: readonly (readonly number[])[];
  readonly valid: readonly boolean[];
}

interface Outside {
  readonly containers: readonly (Contents | null)[];
  readonly certificates: readonly (readonly string[] | null)[];
  readonly keys: readonly (string | null)[];
  readonly bundles: readonly Bundle[];
}

const cache = join(
  process.env['KEYVAULT_FLEXVOL_CACHE'] ?? join(homedir(), '.cache/keyvault-flexvol'),
  'corpus',
);
const python = join(cache, `venv-${VERSION}/bin/python`);
await mkdir(cache, { recursive: true });
if (!existsSync(python)) {
  await execa('python3', ['-m', 'venv', join(cache, `venv-${VERSION}`)]);
  await execa(python, [
    '-m',
    'pip',
    'install',
    '-q',
    `cryptography==${VERSION}`,
    `cryptography_vectors==${VERSION}`,
  ]);
}
const { stdout: vectors } = await execa(python, [
  '-c',
  'import cryptography_vectors as v; print(v.__path__[0])',
]);

const containers: ContainerInput[] = [
  ...vectorsOf(join(vectors, 'pkcs12'), '.p12').map((path) => ({
    path,
    passwords: ['cryptography', 'password', '', null],
  })),
  ...(await keptContainers(join(cache, 'containers'))),
];
const certificates = [
  ...vectorsOf(join(vectors, 'x509'), '.pem', '.crt', '.der'),
  ...vectorsOf(join(vectors, 'pkcs12'), '.pem'),
]
  .map((path) => ({ path, text: asPem(path, 'CERTIFICATE') }))
  .filter(({ text }) => text.includes('-----BEGIN CERTIFICATE-----'));
const keys = vectorsOf(join(vectors, 'asymmetric'), '.pem', '.der', '.key')
  .map((path) => ({ path, text: asPem(path, 'PRIVATE KEY') }))
  .filter(({ text }) => /-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----/.test(text));

const { stdout } = await execa(python, [join(import.meta.dirname, 'outside.py')], {
  input: JSON.stringify({
    seed: SEED,
    containers,
    certificates: certificates.map(({ text }) => text),
    keys: keys.map(({ text }) => text),
    bundles: BUNDLES,
  }),
  maxBuffer: 1e9,
});
const outside: Outside = JSON.parse(stdout);
const tally = new Tally();

for (const [index, { path, passwords }] of containers.entries()) {
  const byPython = outside.containers[index] ?? null;
  const byOpenssl = await openedByOpenssl(path, passwords);
  const ours = await openedByUs(path, passwords);
  const answers = [byPython, byOpenssl].map((answer) => answer && shape(answer));
  const outcome = outcomeOf(ours, answers, (found) => shape(found));
  tally.add('PKCS#12 containers', outcome, `${basename(path)}: ${show(ours)}`);
}

for (const [index, { path, text }] of certificates.entries()) {
  const ours = await attempt(async () =>
    derOf(await pemOf(text, undefined, 'chain'))
      .map(hexOf)
      .sort(),
  );
  const byNode = await attempt(async () => derOf(text).map((der) => hexOf(new X509Certificate(der).raw)));
  const answers = [outside.certificates[index] ?? null, 'found' in byNode ? byNode.found : null];
  const outcome = outcomeOf(
    ours,
    answers.map((answer) => answer && JSON.stringify([...new Set(answer)].sort())),
    (found) => JSON.stringify(found),
  );
  tally.add('certificates', outcome, `${basename(path)}: ${show(ours)}`);
}

const decoy = outside.bundles[0]?.certificates[0] ?? '';
for (const [index, { path, text }] of keys.entries()) {
  const certified = outside.keys[index] ?? null;
  // Python takes an RSA-PSS key for the plain RSA key of its numbers; openssl, and so Node, does not.
  const isPair = await attempt(async () =>
    new X509Certificate(certified ?? '').checkPrivateKey(createPrivateKey(text)),
  );
  const own = 'found' in isPair && !isPair.found ? null : certified;
  const ours = await attempt(() => pemOf(text + decoy + (own ?? ''), undefined, 'all'));
  const fits = await attempt(async () => {
    const [key = '', leaf = ''] = blocksOf('found' in ours ? ours.found : '');
    return leaf === own && new X509Certificate(leaf).checkPrivateKey(createPrivateKey(key));
  });
  const isRight = 'found' in fits && fits.found;
  const byNode = await attempt(async () => createPublicKey(createPrivateKey(text)).type);
  const outcome: Outcome = isRight
    ? 'alike'
    : 'found' in ours
      ? 'different'
      : own === null || 'fault' in byNode
        ? 'alike'
        : BY_NAME.test(ours.fault)
          ? 'refused'
          : 'different';
  tally.add('private keys with a certificate', outcome, `${basename(path)}: ${show(ours)}`);
}

for (const [index, bundle] of outside.bundles.entries()) {
  const ours = await attempt(() => pemOf(bundle.key + bundle.certificates.join(''), undefined, 'all'));
  const fault = 'found' in ours ? faultOfOrder(bundle, blocksOf(ours.found).slice(1)) : ours.fault;
  tally.add('bundles in any order', fault === undefined ? 'alike' : 'different', `${index}: ${fault}`);
}

console.log(tally.table());
console.log(
  `seed ${SEED}, cryptography ${VERSION}, Node ${process.version}, ${(await execa('openssl', ['version'])).stdout}`,
);
for (const difference of tally.differences) console.log(difference);
process.exitCode = tally.differences.length === 0 ? 0 : 1;

type Attempt<Found> = { readonly found: Found } | { readonly fault: string };

async function attempt<Found>(action: () => Promise<Found>): Promise<Attempt<Found>> {
  try {
    return { found: await action() };
  } catch (error) {
    return { fault: (error as Error).message };
  }
}

async function pemOf(stored: string | Uint8Array, password: string | undefined, part: 'all' | 'chain') {
  return Buffer.from(await certificateFile(Buffer.from(stored), 'pem', part, password)).toString();
}

/** Alike when one of two outside readers has the same: they are not always of one mind. */
function outcomeOf<Found>(
  ours: Attempt<Found>,
  answers: readonly (string | null)[],
  shapeOf: (found: Found) => string,
): Outcome {
  if ('found' in ours) return answers.includes(shapeOf(ours.found)) ? 'alike' : 'different';
  if (answers.includes(null)) return 'alike';
  return BY_NAME.test(ours.fault) ? 'refused' : 'different';
}

async function openedByUs(path: string, passwords: readonly (string | null)[]): Promise<Attempt<Contents>> {
  const bytes = readFileSync(path);
  let last: Attempt<Contents> = { fault: 'no password' };
  for (const password of passwords) {
    last = await attempt(async () => contentsOf(await pemOf(bytes, password ?? undefined, 'all')));
    if ('found' in last || BY_NAME.test(last.fault)) return last;
  }
  return last;
}

async function openedByOpenssl(
  path: string,
  passwords: readonly (string | null)[],
): Promise<Contents | null> {
  for (const password of new Set(passwords.map((one) => one ?? ''))) {
    const args = ['pkcs12', '-in', path, '-nodes', '-legacy', '-passin', `pass:${password}`];
    const { stdout: text, exitCode } = await execa('openssl', args, { reject: false });
    if (exitCode === 0) return contentsOf(`${text}\n`);
  }
  return null;
}

/** The leaf is the one that fits the key: openssl writes certificates in stored order. */
function contentsOf(text: string): Contents {
  const blocks = blocksOf(text);
  const key = blocks.find((block) => block.includes('PRIVATE KEY'));
  const found = blocks
    .filter((block) => block.includes('CERTIFICATE'))
    .map((block) => new X509Certificate(block));
  const privateKey = key === undefined ? undefined : createPrivateKey(key);
  const leaf = privateKey && found.find((certificate) => certificate.checkPrivateKey(privateKey));
  const spki = privateKey && createPublicKey(privateKey).export({ format: 'der', type: 'spki' });
  return {
    key: spki ? hexOf(spki) : null,
    leaf: leaf ? hexOf(leaf.raw) : null,
    certificates: found.map(({ raw }) => hexOf(raw)),
  };
}

function shape({ key, leaf, certificates: all }: Contents): string {
  return JSON.stringify([key, key && leaf, [...new Set(all)].sort()]);
}

/** Checks an order by what Python says of who issued which. */
function faultOfOrder(
  { certificates: stored, issuers, valid }: Bundle,
  ordered: readonly string[],
): string | undefined {
  const places = ordered.map((block) => stored.indexOf(block));
  if (
    places.includes(-1) ||
    new Set(places).size !== new Set(stored).size ||
    places.length !== new Set(places).size
  )
    return 'something is lost, or twice there';
  for (const [at, place] of places.entries()) {
    const isRoot = issuers[place]?.some((issuer) => stored[issuer] === stored[place]);
    const rest = places.slice(at + 1);
    const possible = isRoot ? [] : rest.filter((other) => issuers[place]?.includes(other));
    const next = rest[0] ?? -1;
    if (possible.length > 0 && !possible.includes(next))
      return `${place} is not followed by its issuer: ${places}`;
    if (possible.some((other) => valid[other]) && !valid[next])
      return `${place} is followed by an expired issuer: ${places}`;
  }
  return undefined;
}

function derOf(text: string): Buffer[] {
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  return blocks.map((block) => Buffer.from(block.replace(/-----[^-]+-----/g, ''), 'base64'));
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

function show(ours: Attempt<unknown>): string {
  return 'found' in ours ? 'read' : ours.fault;
}
