import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect, test } from 'vitest';
import { documents } from './command-blocks.ts';
import { headings } from './markdown.ts';

const project = join(import.meta.dirname, '..');
const all = ['CHANGELOG.md', ...documents];
const read = (document: string) => readFileSync(join(project, document), 'utf8');

test.each(all)('every file that %s links to or names is there', (document) => {
  const text = read(document);
  const linked = [...text.matchAll(/\]\((?!https?:|#)([^)#\s]+)(?:#[^)]*)?\)|(?:src|srcset)="([^"]+)"/g)].map(
    ([, link, source]) => join(dirname(document), link ?? source ?? ''),
  );
  const named = [...text.matchAll(/`((?:driver|installer|image|charts|e2e|docs|bench)\/[\w./-]+)`/g)].map(
    ([, path = '']) => path,
  );
  expect([...linked, ...named].filter((path) => !existsSync(join(project, path)))).toEqual([]);
});

test.each(all)('every link of %s to a heading leads to one', (document) => {
  const links = [...read(document).matchAll(/\]\(((?!https?:)[^)#\s]*)#([^)]+)\)/g)];
  const dangling = links.filter(([, path = '', anchor = '']) => {
    const target = path === '' ? document : join(dirname(document), path);
    return target.endsWith('.md') && !anchorsOf(target).includes(anchor);
  });
  expect(dangling.map(([link]) => link)).toEqual([]);
});

test.each(documents.filter((document) => document.startsWith('docs/') && !/README|\/adr\//.test(document)))(
  'docs/README.md leads to %s',
  (document) => {
    expect(read('docs/README.md')).toContain(`(${relative('docs', document)})`);
  },
);

/** As GitHub makes them of headings; a heading that comes again gets a number, which no link here uses. */
function anchorsOf(document: string): string[] {
  const text = read(document).replaceAll(/^```.*?^```$/gms, '');
  return [1, 2, 3, 4].flatMap((level) =>
    headings(text, level).map((heading) =>
      heading
        .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}\- _]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}
