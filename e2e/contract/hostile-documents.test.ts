import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { setScene, volumeOf } from './scene.ts';

/** Secrets that are documents of JSON, made to cost whoever picks their properties as much as a vault can hold. */

const scene = setScene();

/** As large as a secret of Key Vault can be. */
const SECRET_BYTES = 25_000;

/** A document of maps in maps, each with something before the next, as large as a secret can be. */
function nested(levels: number): string {
  const document = (filler: string) => `${`{"x":"${filler}","a":`.repeat(levels)}"end"${'}'.repeat(levels)}`;
  return document('x'.repeat(Math.floor((SECRET_BYTES - document('').length) / levels)));
}

async function mount(value: string, properties: readonly string[]) {
  scene.azure.directory.vault('testkv')?.addSecret('document', { value, contentType: undefined, tags: {} });
  const objects = properties.map((property, index) => ({
    name: 'document',
    property,
    alias: `file-${index}`,
  }));
  const volume = volumeOf(scene, 'web-0');
  const { keyvaultname = '', tenantid = '' } = volume.options;
  const asked = { ...volume, options: { keyvaultname, tenantid, objects: JSON.stringify(objects) } };
  const { status } = await scene.kubelet.mount(asked);
  return {
    status,
    read: (file: string) => readFileSync(join(scene.kubelet.directoryOf(asked), file), 'utf8'),
  };
}

const path = (levels: number) => Array(levels).fill('a').join('.');

test('a document of 500 levels is refused, and no property of it is looked for', async () => {
  const { status } = await mount(nested(500), [path(500), path(499)]);
  expect(status).toMatchObject({
    status: 'Failure',
    message: expect.stringMatching(
      /^ObjectContentInvalid: secret "document" \(objects\[0\]\) of vault testkv: its JSON document is nested deeper than 64 levels, so it has no property "a\.a\./,
    ),
  });
});

test('64 levels are taken, and one pass finds 64 properties of them', async () => {
  const paths = Array.from({ length: 64 }, (_, index) => path(index + 1));
  const { status, read } = await mount(nested(64), paths);
  expect(status).toEqual({ status: 'Success' });
  expect(read('file-63')).toBe('end');
  expect(JSON.parse(read('file-62'))).toMatchObject({ a: 'end' });
});
