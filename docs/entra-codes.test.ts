import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type EntraCode, entraCodes } from '../driver/credentials/entra-codes.ts';
import { section } from './markdown.ts';

const troubleshooting = readFileSync(new URL('troubleshooting.md', import.meta.url), 'utf8');

/** One row for each meaning, with all its codes. */
function tableOf(codes: Readonly<Record<string, EntraCode>>): string {
  const meanings = Map.groupBy(Object.entries(codes), ([, meaning]) => JSON.stringify(meaning));
  const rows = [...meanings.values()].map((same) => {
    const { whose = '', text = '', passing = false } = same[0]?.[1] ?? {};
    const names = same.map(([code]) => `\`${code}\``).join(', ');
    return `| ${names} | ${whose} | ${text}${passing ? ' (passing)' : ''} |`;
  });
  return ['| code | whose fault | cause and way out |', '| --- | --- | --- |', ...rows, ''].join('\n');
}

test('troubleshooting.md has the table of the codes of Entra that the driver knows', () => {
  const written = section(troubleshooting, 'CredentialRejected')
    .replace(/ +\|/g, ' |')
    .replace(/-{3,}/g, '---');
  expect(written).toContain(tableOf(entraCodes));
});

test.each(Object.entries(entraCodes))(
  '%s has a cause and, where somebody can do something, a way out',
  (_, code) => {
    expect(code.text.length).toBeLessThan(260);
    if (code.whose !== 'Entra') expect(code.text).toMatch(/; \S/);
  },
);
