import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { parseVolumeOptions } from '../../driver/options/volume-options.ts';
import { codeBlocks } from '../markdown.ts';

const directory = import.meta.dirname;
const examples = readdirSync(directory).filter((name) => name.endsWith('.yaml'));
const cases = join(directory, '../../e2e/cases');

type FlexVolume = { driver: string; readOnly?: boolean; secretRef?: object; options: Record<string, string> };

test.each(examples)('the driver takes the options of %s', async (name) => {
  for (const { options, secretRef } of flexVolumesOf(parsed(name))) {
    const credentials = {
      'kubernetes.io/secret/clientid': btoa('22222222-2222-2222-2222-222222222222'),
      'kubernetes.io/secret/clientsecret': btoa('your-client-secret'),
    };
    const request = {
      'kubernetes.io/fsType': '',
      'kubernetes.io/pod.name': 'shop',
      'kubernetes.io/pod.namespace': 'default',
      'kubernetes.io/pod.uid': '9d0c0d6e-3a5f-4a63-9a41-0a6c9c3b9f10',
      'kubernetes.io/readwrite': 'ro',
      'kubernetes.io/serviceAccount.name': 'default',
      ...(secretRef ? credentials : {}),
      ...options,
    };
    await expect(parseVolumeOptions(JSON.stringify(request), {})).resolves.toBeDefined();
  }
});

test('the table of README.md has every example', () => {
  const text = readFileSync(join(directory, 'README.md'), 'utf8');
  const linked = [...text.matchAll(/\]\(([\w-]+\.yaml)\)/g)].map(([, name]) => name);
  expect(linked.toSorted()).toEqual(examples.toSorted());
});

test.each(examples.filter((name) => flexVolumesOf(parsed(name)).length > 0))(
  'an end-to-end case applies %s',
  (name) => {
    const texts = readdirSync(cases).map((file) => readFileSync(join(cases, file), 'utf8'));
    expect(texts.some((text) => text.includes(`'${name.replace('.yaml', '')}'`))).toBe(true);
  },
);

test.each(['istio-tls.md', 'traefik-tls.md'])('what %s shows is a part of an example', (document) => {
  const shown = codeBlocks(readFileSync(join(directory, '..', document), 'utf8'), 'yaml').map((text) =>
    parse(text),
  );
  const whole = examples.flatMap(parsed);
  expect(shown).not.toEqual([]);
  for (const part of shown) expect(whole.some((one) => isPartOf(part, one))).toBe(true);
});

function parsed(name: string): unknown[] {
  const text = readFileSync(join(directory, name), 'utf8');
  return parseAllDocuments(text).map((document) => document.toJS());
}

/** Every `flexVolume` anywhere in the value. */
function flexVolumesOf(value: unknown): FlexVolume[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    key === 'flexVolume' ? [inner as FlexVolume] : flexVolumesOf(inner),
  );
}

/** Is it the value itself, some of its fields, or that of something within it? */
function isPartOf(part: Record<string, unknown>, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const fields = value as Record<string, unknown>;
  if (Object.keys(part).every((key) => JSON.stringify(part[key]) === JSON.stringify(fields[key])))
    return true;
  return Object.values(fields).some((inner) => isPartOf(part, inner));
}
