import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { projectDir } from '../project.ts';

const directory = join(projectDir, 'driver/front/quickjs');
const LIST = 'SHA256SUMS';

test('the sources of the engine are those that were published: nothing was changed, added or left out', () => {
  const files = readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter((name) => name !== LIST);
  const sums = files.toSorted().map((name) => {
    const hash = createHash('sha256').update(readFileSync(join(directory, name)));
    return `${hash.digest('hex')}  ${name}`;
  });
  const listed = readFileSync(join(directory, LIST), 'utf8').trim().split('\n');
  expect(sums).toEqual(listed.filter((line) => !line.startsWith('#')));
});
