import fc from 'fast-check';
import { expect, test } from 'vitest';
import { text } from '../../driver/testing/fuzz/hostile.ts';
import { onBoth } from './host.ts';

const URLS = [
  ['https://testkv.vault.azure.net/secrets/name/0123?api-version=7.6#f'],
  ['https://user:p%40ss@proxy.example:8080/?#'],
  ['http://127.0.0.1:2579/host/token/?resource=https%3A%2F%2Fvault.azure.net'],
  ['http://[fe80::1]:80/a/../b/./c'],
  ['../up?x=y', 'https://host.example/one/two'],
  ['//other.example/p', 'https://host.example'],
  ['HTTPS://HOST.Example:443/%7Euser/ü?q=ü&q=%zz+1'],
  ['mailto:a@b'],
  ['https://xn--nxasmq6b.example/ / '],
  ['https://münchen.example/'],
  ['https:///x'],
  ['https://a b/'],
  ['no url'],
  [''],
] as const;
const QUERIES = [
  '',
  '?',
  'a=b&c=d+e%20f',
  '&&=&a',
  '%zz=%e4',
  "!'()*~-._",
  'a=ü&a=%C3%BC',
  '8080',
  'other.example',
  '/p?q',
];

test('URLs and queries are read, changed and written as on Node', async () => {
  const hostile = fc.sample(text, { seed: 7, numRuns: 150 }).map((one) => one.toWellFormed());
  const { node, runtime } = await onBoth('url-script.ts', {
    urls: [...URLS, ...hostile.map((one) => [`https://vault.azure.net/${one}`])],
    queries: [...QUERIES, ...hostile],
  });
  expect(runtime).toEqual(node);
});
