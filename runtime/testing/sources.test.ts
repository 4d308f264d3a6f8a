import fc from 'fast-check';
import { expect, inject, test } from 'vitest';
import { json, nearlyText, text } from '../../driver/testing/fuzz/hostile.ts';
import { whole } from '../../driver/testing/fuzz/node-config.ts';
import { objectsDocument, optionsDocument } from '../../driver/testing/fuzz/options.ts';
import { differences } from './differences.ts';
import { onBoth } from './host.ts';

const document = '{"a":{"b":[1.10,{"c":"d\\u0000\\ud800"}],"e.f":"g"},"__proto__":1,"\\u0061":1e400}';
const path = fc.oneof(
  fc.constantFrom('a', 'a.b', 'a.b.0', 'a.b.1.c', 'a.e\\.f', '__proto__', 'constructor.name', 'a.😀'),
  text,
);
const glob = fc.oneof(
  fc
    .array(fc.constantFrom('*', '?', '[a-z]', '[!a]', '{a,b}', '{', '}', ',', '[', ']', '-', 'a', '.'), {
      maxLength: 12,
    })
    .map((pieces) => pieces.join('')),
  text,
);
const mountInfo = nearlyText(
  '36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw\n37 36 0:30 / /a\\040b rw - tmpfs keyvault-flexvol rw\n',
);
const target = nearlyText('/nowhere/pods/0123-abcd/volumes/azure~kv/kv');
const claims = nearlyText(
  '{"aud":["a"],"exp":1e9,"iss":"i","sub":"s","kubernetes.io":{"namespace":"n","serviceaccount":{"name":"x"}}}',
);

/** Costly documents are costly here as well, and are held to their bounds by e2e/contract/hostile-options.test.ts. */
const LONGEST = 8192;

/**
 * Of these the fault is told in other words: each engine has its own depth, and without Node's Buffer the library says of
 * a tag's base64 that it is none before the driver refuses the tag.
 */
const isToldOtherwise = (options: string) =>
  options.length > LONGEST || options.includes('!!binary') || /[[{]{100}|(?:- ){100}/.test(options);

const many = { numRuns: inject('isLong') ? 1000 : 250, seed: inject('seed') };
const inputs = {
  options: [...fc.sample(optionsDocument, many), ...fc.sample(objectsDocument, many)].filter(
    (options) => !isToldOtherwise(options),
  ),
  nodeConfigs: fc.sample(fc.oneof(nearlyText(JSON.stringify(whole)), text), many),
  properties: fc.sample(
    fc.tuple(
      fc.oneof(
        nearlyText(document),
        json.map((value) => JSON.stringify(value)),
        text,
      ),
      path,
    ),
    many,
  ),
  encoded: fc.sample(
    fc.tuple(
      fc.oneof(text, fc.base64String({ maxLength: 60 }), nearlyText('c2VjcmV0\r\n', '00ffAb', 'YQ==')),
      fc.constantFrom('utf-8' as const, 'base64' as const, 'hex' as const),
    ),
    many,
  ),
  globs: fc.sample(fc.tuple(glob, glob), many),
  texts: fc.sample(fc.oneof(text, mountInfo, target, claims), many),
  numbers: [
    8.64e15,
    8.64e15 + 1,
    -1,
    0.1,
    1e21,
    1e-7,
    2 ** 53,
    ...fc.sample(fc.double({ noNaN: true, noDefaultInfinity: true }), many),
    ...fc.sample(fc.integer(), many),
  ],
};

const timeout = 900_000;

test('whatever others wrote, the driver makes the same of it as on Node', { timeout }, async () => {
  const answers = await onBoth('sources-script.ts', inputs);
  expect(differences(inputs, answers)).toEqual([]);
  expect(answers.runtime).toMatchObject({ payloadName: true });
});
