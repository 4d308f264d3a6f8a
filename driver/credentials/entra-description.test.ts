import { expect, test } from 'vitest';
import { codeIn, codeWithin, firstSentence } from './entra-description.ts';

test.each([
  ['AADSTS7000215: Invalid client secret provided.', 'AADSTS7000215'],
  ['MSIS9622: Client authentication failed.', 'MSIS9622'],
  ['canary AADSTS7000215', undefined],
  [undefined, undefined],
])('the code of %j is %s', (description, code) => {
  expect(codeIn(description)).toBe(code);
});

test('a code is found within what NMI quotes', () => {
  expect(
    codeWithin("adal: Refresh request failed. Status Code = '400'. Response body: AADSTS500011: x"),
  ).toBe('AADSTS500011');
});

test.each<[string, string | undefined]>([
  ['AADSTS999999: Something new happened. And more of it.', 'Something new happened'],
  ['AADSTS999999: Something new happened.\r\nTrace ID: 1', 'Something new happened'],
  [
    'AADSTS999999: Something new happened Trace ID: fd81c1e2-a8e4-42ab-bc14-62b8441de1b7',
    'Something new happened',
  ],
  [
    "AADSTS999999: App 'canary' (fd81c1e2-a8e4-42ab-bc14-62b8441de1b7) failed at 10:15. x",
    'App … … failed at …',
  ],
  [`AADSTS999999: The value ${'q'.repeat(40)} is odd`, 'The value … is odd'],
  ['AADSTS999999: \u001b[2Jno \u0000terminal', '… terminal'],
  ['AADSTS999999', undefined],
  ['canary without a code', undefined],
])('the first sentence of %j is %j', (description, sentence) => {
  expect(firstSentence(description)).toBe(sentence);
});

test('the first sentence is the same at each try', () => {
  const at = (id: number) => firstSentence(`AADSTS999999: Request ${id} of 2026-01-0${id} was odd. More`);
  expect(at(1)).toBe(at(2));
});
