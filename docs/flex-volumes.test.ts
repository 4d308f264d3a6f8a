import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { combineFields } from '../driver/options/combine.ts';
import { itemFields } from '../driver/options/objects.ts';
import { selectFields } from '../driver/options/selection.ts';
import { type MountRequest, parseVolumeOptions } from '../driver/options/volume-options.ts';
import { codeBlocks, section } from './markdown.ts';

const read = (name: string) => readFileSync(new URL(name, import.meta.url), 'utf8');
const options = read('options.md');
const examples = readdirSync(new URL('examples', import.meta.url)).filter((name) => name.endsWith('.yaml'));

/** What the examples ask for, parsed as kubelet would hand it over. */
describe('every flexVolume is one that the driver takes', () => {
  const blocks = codeBlocks(options, 'yaml').filter((block) => block.includes('flexVolume:'));
  test.each(blocks.map((block, index) => [index + 1, block] as const))(
    'of options.md, block %i',
    async (_, block) => {
      for (const flexVolume of flexVolumesIn(block))
        expect((await requestOf(flexVolume)).items).not.toEqual([]);
    },
  );

  test('of options.md, where each kind of example is there', () => {
    const text = blocks.join('\n');
    for (const option of ['objects', 'combine', 'filemode', 'PersistentVolume'])
      expect(text).toContain(option);
  });

  test.each(examples)('of examples/%s', async (name) => {
    for (const flexVolume of flexVolumesIn(read(`examples/${name}`))) {
      expect((await requestOf(flexVolume)).items).not.toEqual([]);
    }
  });

  test('and of all examples there are enough', () => {
    const count = examples.flatMap((name) => flexVolumesIn(read(`examples/${name}`))).length;
    expect(count).toBeGreaterThan(10);
  });
});

describe('options.md explains', () => {
  test('every key of an item of objects, in order', () => {
    const rows = section(options, '`objects`').matchAll(/^\| `(\w+)` +\|/gm);
    expect([...rows].map((row) => row[1])).toEqual(Object.keys(itemFields));
  });

  test('every key of select', () => {
    const row = /^\| `select` .*$/m.exec(section(options, '`objects`'))?.[0] ?? '';
    for (const key of Object.keys(selectFields))
      expect(section(options, '`objects`')).toContain(`\`${key}\``);
    expect(row).toContain('`tags`');
  });

  test('every key of combine', () => {
    for (const key of Object.keys(combineFields))
      expect(section(options, '`combine`')).toContain(`\`${key}\``);
  });
});

interface FlexVolume {
  readonly secretRef?: object;
  readonly readOnly?: boolean;
  readonly options: Readonly<Record<string, string>>;
}

function flexVolumesIn(yaml: string): FlexVolume[] {
  return parseAllDocuments(yaml).flatMap((document) => search(document.toJS()));
}

function search(value: unknown): FlexVolume[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, child]) =>
    key === 'flexVolume' ? [child as FlexVolume] : search(child),
  );
}

function requestOf(flexVolume: FlexVolume): Promise<MountRequest> {
  const secret = {
    'kubernetes.io/secret/clientid': btoa('22222222-2222-2222-2222-222222222222'),
    'kubernetes.io/secret/clientsecret': btoa('a-secret'),
  };
  return parseVolumeOptions(
    JSON.stringify({
      'kubernetes.io/pod.name': 'web-0',
      'kubernetes.io/pod.namespace': 'shop',
      'kubernetes.io/readwrite': flexVolume.readOnly ? 'ro' : 'rw',
      ...(flexVolume.secretRef ? secret : {}),
      ...flexVolume.options,
    }),
    {},
  );
}
