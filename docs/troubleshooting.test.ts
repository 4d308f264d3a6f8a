import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { errorCodes } from '../driver/errors.ts';
import { headings, section } from './markdown.ts';

const troubleshooting = readFileSync(new URL('troubleshooting.md', import.meta.url), 'utf8');

test('troubleshooting.md has a section for every error code, in the order of driver/errors.ts', () => {
  const [first, ...codes] = headings(troubleshooting, 2);
  expect(first).toBe('Where the messages are');
  expect(codes).toEqual([...errorCodes]);
});

test.each(errorCodes)('the section of %s shows a message as the driver gives it', (code) => {
  expect(section(troubleshooting, code)).toMatch(new RegExp(`^> ${code}: \\S`, 'm'));
});
