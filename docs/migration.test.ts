import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { translate } from '../installer/translate/translate.ts';
import { codeBlocks } from './markdown.ts';

const read = (name: string) => readFileSync(new URL(name, import.meta.url), 'utf8');

test('migration.md shows what the command writes', async () => {
  const { manifests } = await translate(read('migration-class.yaml'));
  expect(codeBlocks(read('migration.md'), 'yaml')).toEqual([manifests]);
});
