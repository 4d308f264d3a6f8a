import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { merged, readFigures, tableOf, withTable } from '../e2e/security/figures.ts';
import { section } from './markdown.ts';

const document = readFileSync(new URL('security.md', import.meta.url), 'utf8');
const scripts = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
  .scripts as object;

test('the table of figures is what the recorded runs say, to the letter', () => {
  expect(withTable(document, tableOf(readFigures()))).toBe(document);
});

test.each(readFigures())(
  'figure "$what" has a date, what was found, and a command that is there',
  (figure) => {
    expect(figure.date).toMatch(/^20\d\d-\d\d-\d\d$/);
    expect(figure.tried).toMatch(/^[1-9]/);
    expect(figure.found).not.toBe('');
    const [, script] = /^npm run (\S+)/.exec(figure.command) ?? [];
    const [, file = 'none'] = /(?:^| )(\S+\.ts)(?: \d+)*$|lab\/enter\.ts vitest/.exec(figure.command) ?? [];
    if (script) expect(scripts).toHaveProperty(script);
    else if (file !== 'none') expect(existsSync(new URL(`../${file}`, import.meta.url))).toBe(true);
    else
      expect(figure.command).toMatch(
        /^(KILLS=all |KV_TEST_LONG=1 |ATTACKS=510 )?node e2e\/lab\/enter\.ts vitest run --project contract \S+$/,
      );
  },
);

test('each promise names tests that are there', () => {
  const named = [
    ...section(document, 'Promises, and the tests that hold them').matchAll(/`([^`*]+\/[^`*]*)`/g),
  ];
  expect(named.length).toBeGreaterThan(20);
  for (const [, path = ''] of named)
    expect(existsSync(new URL(`../${path}`, import.meta.url)), path).toBe(true);
});

test('a run that was made again replaces its figure, and no other', () => {
  const figure = { what: 'a', date: '2026-01-01', tried: '1', found: '0', command: 'x' };
  const again = { ...figure, date: '2026-02-02', tried: '2' };
  const other = { ...figure, what: 'b' };
  expect(merged([figure, other], [again, { ...figure, what: 'c' }])).toEqual([
    again,
    other,
    { ...figure, what: 'c' },
  ]);
});
