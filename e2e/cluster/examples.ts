import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import { loadSeed, principalOf } from '../mock/seed.ts';
import { busyboxImage } from './images.ts';
import { apply, kubectl } from './kubectl.ts';
import { mockAccount } from './mock-account.ts';
import { waitUntilRunning } from './pods.ts';
import type { EndToEndState } from './state.ts';
import type { VaultsUnderTest } from './vaults-under-test.ts';

const examples = join(import.meta.dirname, '..', '..', 'docs', 'examples');

type Manifest = {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
};
/** What stands in the place of an example's identifiers, beside those of the account; see docs/examples/README.md. */
export type Identifiers = { readonly application?: string; readonly managedIdentity?: string };

/** Applies an example of docs/examples, with the Secret that most of them need, and waits until its pod runs. */
export async function startExample(
  state: EndToEndState,
  vaults: VaultsUnderTest,
  name: string,
  identifiers: Identifiers = {},
): Promise<void> {
  const credentials = (await manifests('stand-alone', vaults)).filter(({ kind }) => kind === 'Secret');
  await apply(state, ...credentials);
  const objects = await manifests(name, vaults, identifiers);
  await apply(state, ...objects);
  for (const { kind, metadata } of objects)
    if (kind === 'Pod') await waitUntilRunning(state, podOf(metadata));
}

/** Deletes what the example made, but the Secret, and waits until it is gone. */
export async function removeExample(
  state: EndToEndState,
  vaults: VaultsUnderTest,
  name: string,
): Promise<void> {
  const objects = (await manifests(name, vaults)).filter(({ kind }) => kind !== 'Secret');
  const input = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects.toReversed() });
  const how = ['--ignore-not-found', '--wait', '--timeout=120s', '--grace-period=1'];
  await kubectl(state, ['delete', '-f', '-', ...how], { input });
}

/** The volume named `volume` in a file of Helm values, without its name, at the end of a path of keys. */
export async function volumeOfValues(
  file: string,
  keys: readonly string[],
  vaults: VaultsUnderTest,
): Promise<object> {
  let value: unknown = parse(await filledText(file, vaults));
  for (const key of keys) value = (value as Record<string, unknown>)[key];
  const [volume] = value as { name: string; flexVolume: object }[];
  if (volume === undefined) throw new Error(`${file} has no volume at ${keys.join('.')}`);
  return { flexVolume: volume.flexVolume };
}

/** Writes the examples that a cluster with the mock can run as they are, filled in for it. */
export async function writeExamples(directory: string): Promise<void> {
  const identities = { managedIdentity: principalOf(await loadSeed(), 'user-identity').clientId };
  await mkdir(directory);
  for (const file of await readdir(examples)) {
    // of other products, and of an application that has to trust this cluster first
    if (!file.endsWith('.yaml') || /^(istio|traefik|workload)/.test(file)) continue;
    const text = await filledText(basename(file, '.yaml'), { account: mockAccount }, identities);
    await writeFile(join(directory, file), text);
  }
}

/** `<namespace>/<name>`, or the name alone in the namespace `default`. */
function podOf({ namespace, name }: Manifest['metadata']): string {
  return namespace === undefined ? name : `${namespace}/${name}`;
}

async function manifests(
  name: string,
  vaults: VaultsUnderTest,
  identifiers?: Identifiers,
): Promise<Manifest[]> {
  const text = await filledText(name, vaults, identifiers);
  return parseAllDocuments(text).map((document) => document.toJS() as Manifest);
}

async function filledText(
  name: string,
  { account }: Pick<VaultsUnderTest, 'account'>,
  { application, managedIdentity }: Identifiers = {},
): Promise<string> {
  const { tenant, clientId, clientSecret, vaults: names } = await account();
  const values: Record<string, string> = {
    'busybox:1.37': busyboxImage,
    '11111111-1111-1111-1111-111111111111': tenant,
    '22222222-2222-2222-2222-222222222222': application ?? clientId,
    ...(managedIdentity ? { '33333333-3333-3333-3333-333333333333': managedIdentity } : {}),
    'your-client-secret': JSON.stringify(clientSecret),
    ...names,
  };
  const pattern = new RegExp(`(?<![\\w-])(${Object.keys(values).map(escaped).join('|')})(?![\\w-])`, 'g');
  const text = await readFile(join(examples, `${name}.yaml`), 'utf8');
  return text.replaceAll(pattern, (placeholder) => values[placeholder] ?? placeholder);
}

function escaped(text: string): string {
  return text.replace(/[.]/g, '\\.');
}
