import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { parseNodeConfig } from '../driver/nodeconfig/schema.ts';
import { explain } from '../installer/policy/explain.ts';
import { parseQuestion } from '../installer/policy/question.ts';
import { codeBlocks } from './markdown.ts';

const document = readFileSync(new URL('policy.md', import.meta.url), 'utf8');

test('the explanation in policy.md is what its command gives for its rules', () => {
  const [values = ''] = codeBlocks(document, 'yaml');
  const [command = ''] = codeBlocks(document, 'sh');
  const [explanation = ''] = codeBlocks(document, '');
  const { policy } = parseNodeConfig(JSON.stringify({ schemaVersion: 1, ...parse(values).nodeConfig }));
  const [, args = ''] = command.replaceAll('\\\n', ' ').split(' policy test ');
  const words = args
    .trim()
    .split(/\s+/)
    .map((word) => word.replaceAll("'", ''));
  const { asker, asked } = parseQuestion(words);
  expect(explain(policy, asker, asked, '/volume-plugins/azure~kv/.config.json').text).toBe(
    explanation.trim(),
  );
});
