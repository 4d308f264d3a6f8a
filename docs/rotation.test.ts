import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { reasons } from '../installer/rotation/plan.ts';
import { section } from './markdown.ts';

const rotation = readFileSync(new URL('rotation.md', import.meta.url), 'utf8');

test.each(Object.entries(reasons))('rotation.md says why a volume stays as it is: %s', (_, text) => {
  const written = section(rotation, 'Why does it not rotate?').replace(/\s+/g, ' ');
  expect(written).toContain(`- ${text}.`);
});
