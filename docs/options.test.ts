import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { NodeConfig } from '../driver/nodeconfig/node-config.ts';
import { parseNodeConfig } from '../driver/nodeconfig/schema.ts';
import { optionFields } from '../driver/options/fields.ts';
import { codeBlocks, headings, section } from './markdown.ts';

const options = readFileSync(new URL('options.md', import.meta.url), 'utf8');
const nodeConfiguration = section(options, 'Node configuration');

test('options.md explains every option of a volume, in the order of driver/options/fields.ts', () => {
  expect(headings(section(options, 'Options of a volume'), 3)).toEqual(Object.keys(optionFields));
});

test('options.md explains every key of the node configuration', () => {
  // The compiler asks for a key that the schema has and this list lacks.
  const keys = {
    schemaVersion: true,
    clouds: true,
    caBundle: true,
    httpsProxy: true,
    noProxy: true,
    nmiPorts: true,
    deadlineSeconds: true,
    policy: true,
    rotation: true,
  } satisfies Record<keyof NodeConfig, true>;
  expect(headings(nodeConfiguration, 3)).toEqual(Object.keys(keys));
});

test('the example of a node configuration is valid', () => {
  const examples = codeBlocks(nodeConfiguration, 'json').map((text) => text.replace('MIIB…', 'MIIB'));
  expect(examples).not.toEqual([]);
  for (const example of examples) expect(() => parseNodeConfig(example)).not.toThrow();
});
