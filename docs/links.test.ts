import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';

const project = join(import.meta.dirname, '..');
const documents = [
  'README.md',
  'CHANGELOG.md',
  'RELEASING.md',
  'charts/keyvault-flexvol/README.md',
  ...readdirSync(join(project, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

test.each(documents)('every file that %s links to or names is there', (document) => {
  const text = readFileSync(join(project, document), 'utf8');
  const linked = [...text.matchAll(/\]\((?!https?:|#)([^)#\s]+)(?:#[^)]*)?\)|(?:src|srcset)="([^"]+)"/g)].map(
    ([, link, source]) => join(dirname(document), link ?? source ?? ''),
  );
  const named = [...text.matchAll(/`((?:driver|installer|image|charts|e2e|docs|bench)\/[\w./-]+)`/g)].map(
    ([, path = '']) => path,
  );
  expect([...linked, ...named].filter((path) => !existsSync(join(project, path)))).toEqual([]);
});
