// What the driver that "npm run build" made initialises only when a call-out needs it.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';
import { expect, test } from 'vitest';
import { distDir } from './project.ts';

const { inputs } = JSON.parse(await readFile(join(distDir, 'meta', 'kv.json'), 'utf8')) as Metafile;

/** Everything that is initialised with a module, as it is imported other than by `import()`. */
function initialisedWith(entry: string, found = new Set<string>()): Set<string> {
  if (found.has(entry)) return found;
  found.add(entry);
  for (const { path, kind, external } of inputs[entry]?.imports ?? []) {
    if (kind !== 'dynamic-import' && !external) initialisedWith(path, found);
  }
  return found;
}

const sdkOf = (entry: string) =>
  [...initialisedWith(entry)].filter((path) => path.startsWith('node_modules/@azure/'));

const credentials = Object.keys(inputs).filter((path) => path.startsWith('driver/credentials/'));

test('a call-out begins without anything of the SDK', () => {
  expect([...initialisedWith('driver/main.ts')]).toEqual(
    expect.arrayContaining(['driver/call-out-ports.ts', 'driver/call-out-process.ts']),
  );
  expect(sdkOf('driver/main.ts')).toEqual([]);
});

test('init loads nothing of what leaves events', () => {
  const paths = [...initialisedWith('driver/kv.ts')];
  expect(paths.filter((path) => path.startsWith('driver/telemetry/'))).toEqual([]);
});

test("only a managed identity of Azure Arc initialises the SDK's credentials and MSAL", () => {
  const heavy = (entry: string) => sdkOf(entry).some((path) => /@azure\/(identity|msal-)/.test(path));
  expect(credentials.filter(heavy)).toEqual(['driver/credentials/arc-identity.ts']);
});

test('a mount that waits for its token initialises none of the clients of vaults', () => {
  const clients = sdkOf('driver/waiting.ts').filter((path) => /@azure\/(keyvault|identity|msal)/.test(path));
  expect(clients).toEqual([]);
});

test('the SDK is not initialised to choose among the identities', () => {
  expect(sdkOf('driver/credentials/select.ts')).toEqual([]);
});
