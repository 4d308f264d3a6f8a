import { outcome, print, readInput } from './answers.ts';

/** URLs and their queries. */

interface Input {
  readonly urls: readonly (readonly [url: string, base?: string])[];
  readonly queries: readonly string[];
}

const PARTS = [
  'href',
  'origin',
  'protocol',
  'username',
  'password',
  'host',
  'hostname',
  'port',
  'pathname',
  'search',
  'hash',
] as const;
const SETTABLE = ['protocol', 'host', 'hostname', 'port', 'pathname', 'search', 'hash'] as const;

const { urls, queries } = readInput<Input>();
print({
  urls: urls.map(([url, base]) => [URL.canParse(url, base), outcome(() => partsOf(new URL(url, base)))]),
  set: urls.flatMap(([url, base]) =>
    SETTABLE.flatMap((part) =>
      queries.slice(0, 8).map((value) => outcome(() => changed(url, base, part, value))),
    ),
  ),
  queries: queries.map((query) => outcome(() => shown(new URLSearchParams(query)))),
  changed: queries.map((query) =>
    outcome(() => {
      const url = new URL(`https://vault.azure.net/secrets?a=1&${query}&a=2#end`);
      url.searchParams.append('b', query);
      url.searchParams.set('a', query);
      url.searchParams.delete('c');
      return [url.href, shown(url.searchParams)];
    }),
  ),
  made: [shown(new URLSearchParams({ a: 'b c', d: 'ü' })), shown(new URLSearchParams([['x', 'y']]))],
});

function partsOf(url: URL): unknown {
  return [PARTS.map((part) => url[part]), shown(url.searchParams), String(url), JSON.stringify(url)];
}

function changed(
  url: string,
  base: string | undefined,
  part: (typeof SETTABLE)[number],
  value: string,
): string {
  const made = new URL(url, base);
  made[part] = value;
  return made.href;
}

function shown(parameters: URLSearchParams): unknown {
  const names = [...parameters.keys()];
  return [
    String(parameters),
    [...parameters],
    [...parameters.values()],
    parameters.size,
    names.map((name) => [parameters.get(name), parameters.getAll(name), parameters.has(name)]),
  ];
}
