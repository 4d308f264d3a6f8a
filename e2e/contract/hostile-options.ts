/** Options documents made to cost a mount as much as the author of a pod can make them cost. */

/** A program's longest argument on Linux (MAX_ARG_STRLEN), without the NUL at its end: kubelet can pass no longer document. */
export const LONGEST_ARGUMENT = 131_071;

/** One attack, as the option document that kubelet would pass. */
export interface HostileOptions {
  readonly name: string;
  readonly document: string;
  /** The policy that is in force on the node; undefined means none. */
  readonly policy?: object;
}

const pod = {
  'kubernetes.io/fsType': '',
  'kubernetes.io/pod.name': 'web-0',
  'kubernetes.io/pod.namespace': 'shop',
  'kubernetes.io/pod.uid': 'uid-of-web-0',
  'kubernetes.io/pvOrVolumeName': 'kv',
  'kubernetes.io/readwrite': 'ro',
  'kubernetes.io/serviceAccount.name': 'web',
};
const secret = {
  'kubernetes.io/secret/clientid': base64('11111111-2222-3333-4444-555555555555'),
  'kubernetes.io/secret/clientsecret': base64('secret'),
};
const vault = { keyvaultname: 'testkv' };

/** Nothing is asked of Azure: the policy denies what the options do not already refuse. */
const manyRules = {
  enabled: true,
  rules: Array.from({ length: 20 }, (_, rule) => ({
    namespaces: ['shop'],
    serviceAccounts: ['web'],
    vaults: ['*'],
    objects: Array.from({ length: 47 }, (_, index) => `secret/*a*b*c*${rule}-${index}`),
    identities: ['*'],
  })),
};

type Options = Readonly<Record<string, string>>;

/** Options with as many pieces as one argument has room for. */
function filled(
  name: string,
  options: (pieces: number) => Options,
  more: Partial<HostileOptions> = {},
): HostileOptions {
  const document = (pieces: number) => JSON.stringify({ ...pod, ...secret, ...vault, ...options(pieces) });
  let [fits, tooMany] = [0, 1];
  while (tooMany < LONGEST_ARGUMENT && Buffer.byteLength(document(tooMany)) <= LONGEST_ARGUMENT) tooMany *= 2;
  while (tooMany - fits > 1) {
    const middle = Math.floor((fits + tooMany) / 2);
    if (Buffer.byteLength(document(middle)) <= LONGEST_ARGUMENT) fits = middle;
    else tooMany = middle;
  }
  return { name, document: document(fits), ...more };
}

/** The option `objects`, made of as many pieces as there is room for. */
function objects(
  name: string,
  text: (pieces: number) => string,
  more: Partial<HostileOptions> = {},
): HostileOptions {
  return filled(name, (pieces) => ({ objects: text(pieces) }), more);
}

/** The option `objects` in YAML, near the bounds of it; the rest of the room is another option's. */
function nearly(
  name: string,
  count: number,
  piece: (index: number) => string,
  end = '',
  start = '',
): HostileOptions {
  const text = `${start}${lines(count, piece)}${end}`;
  return filled(name, (pieces) => ({ objects: text, resourcegroup: 'x'.repeat(pieces) }));
}

/** A list of items in JSON, as many as one volume may have, each filled with what makes it large. */
function items(
  name: string,
  item: (index: number, pieces: number) => object,
  more: Partial<HostileOptions> = {},
): HostileOptions {
  return objects(name, (pieces) => JSON.stringify(each(512, (index) => item(index, pieces))), more);
}

const each = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));
const lines = (count: number, line: (index: number) => string) => each(count, line).join('');
const letters = (index: number) => index.toString(36).padStart(4, '0');
/** Six of them are 64 alternatives. */
const choices = (index: number) => [...letters(index)].map((letter) => `{${letter},z}`).join('');

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

export const hostileOptions: readonly HostileOptions[] = [
  // Unknown keys, each looked for among those that there are.
  filled('unknown options', (n) =>
    Object.fromEntries(each(n, (i) => [`vmmanagedidentity${letters(i)}`, ''])),
  ),
  filled('short unknown options', (n) => Object.fromEntries(each(n, (i) => [letters(i), '']))),
  filled('an unknown option with a long name', (n) => ({ ['filemode'.repeat(n)]: '' })),
  filled('unknown options with long names', (n) =>
    Object.fromEntries(each(n, (i) => [`${letters(i)}${'vmmanagedidentityresourceid'.repeat(3)}`, ''])),
  ),
  objects('unknown keys of an object', (n) =>
    JSON.stringify([Object.fromEntries(each(n, (i) => [letters(i), 1]))]),
  ),
  items('unknown keys of every object', (i, n) => ({
    name: letters(i),
    ...Object.fromEntries(each(n, (k) => [`propertie${k}`, 1])),
  })),
  items('faults in every key of every object', (i, n) => ({
    name: `_${letters(i)}`,
    type: 'x',
    version: 'x',
    vault: '-',
    fallbackvault: '-',
    alias: '/',
    format: 'x',
    part: 'x',
    encoding: 'x',
    property: [],
    mode: 1,
    optional: 1,
    metadata: 'x'.repeat(n),
    select: 1,
    directory: '/',
  })),

  // Patterns of selections.
  items('braces', (i, n) => ({
    select: { name: `${choices(i)}{a,b}${'{c,d}'.repeat(n === 0 ? 0 : 1)}${'*a'.repeat(n)}` },
  })),
  items(
    'braces under a policy',
    (i, n) => ({ select: { name: `${choices(i)}{a,b}{c,d}${'*a'.repeat(n)}` } }),
    { policy: manyRules },
  ),
  items(
    'many alternatives under a policy',
    (i, n) => ({
      select: {
        name: `{${each(64, (a) => letters(i * 64 + a))
          .slice(0, n)
          .join(',')}}`,
      },
    }),
    { policy: manyRules },
  ),
  items('sets under a policy', (i, n) => ({ select: { name: `${letters(i)}${'[!a]'.repeat(n)}*` } }), {
    policy: manyRules,
  }),
  items('stars under a policy', (i, n) => ({ select: { name: `${letters(i)}${'*a*b'.repeat(n)}` } }), {
    policy: manyRules,
  }),
  items(
    'names under a policy',
    (i, n) => ({ name: `${letters(i)}${'a'.repeat(Math.min(n, 120))}`, alias: `${letters(i)}` }),
    { policy: manyRules },
  ),
  objects('a pattern of nothing but braces', (n) =>
    JSON.stringify([{ select: { name: '{a,b}'.repeat(n) } }]),
  ),
  objects('a pattern of nothing but commas', (n) =>
    JSON.stringify([{ select: { name: `{${','.repeat(n)}}` } }]),
  ),

  // Depth.
  objects('lists in lists, JSON', (n) => '['.repeat(n) + ']'.repeat(n)),
  objects('maps in maps, JSON', (n) => `${'{"a":'.repeat(n)}1${'}'.repeat(n)}`),
  objects('open brackets', (n) => '['.repeat(n)),
  objects('open braces', (n) => '{a: '.repeat(n)),
  objects('lists in lists, block style', (n) => `${'- '.repeat(n)}a`),
  objects('maps in maps by indentation', (n) => lines(n, (i) => `${' '.repeat(i)}a:\n`)),
  objects('keys of keys', (n) => `${'? '.repeat(n)}a`),
  objects('values of values', (n) => `a${': '.repeat(n)}`),

  // Many small things in YAML.
  objects('keys', (n) => lines(n, (i) => `${letters(i)}: 1\n`)),
  objects('items', (n) => '- a\n'.repeat(n)),
  objects('items that are maps', (n) => '- a: b\n'.repeat(n)),
  objects('empty items', (n) => '-\n'.repeat(n)),
  objects('items on one line', (n) => `[x${',a'.repeat(n)}]`),
  objects('commas', (n) => `[x${','.repeat(n)}]`),
  objects('colons', (n) => `{x${': '.repeat(n)}}`),
  objects('empty maps', (n) => `[x${',{}'.repeat(n)}]`),
  objects('pairs in a list', (n) => `[x${',a: b'.repeat(n)}]`),
  objects('quoted texts', (n) => `[x${",''".repeat(n)}]`),
  objects('many texts of more than Latin letters', (n) => `[x${',я'.repeat(n)}]`),
  objects('documents', (n) => '---\n'.repeat(n)),
  objects('ends of documents', (n) => `a\n${'...\n'.repeat(n)}`),
  objects('directives', (n) => '%A\n'.repeat(n)),
  objects('tag directives', (n) => `${lines(n, (i) => `%TAG !${letters(i)}! x:\n`)}---\na`),
  objects('comments', (n) => '#\n'.repeat(n)),
  objects('comments behind a key', (n) => `a:\n${' #\n'.repeat(n)}`),
  objects('empty lines', (n) => `a:${'\n'.repeat(n)}`),
  objects('empty lines in a list', (n) => `[${'\n'.repeat(n)}`),
  objects('tabs', (n) => `a: ${'\t'.repeat(n)}b`),
  objects('lines of blanks', (n) => `a: b\n${' \n'.repeat(n)}`),
  objects('anchors', (n) => '&a '.repeat(n)),
  objects('anchors of items', (n) => '- &a b\n'.repeat(n)),
  objects('aliases', (n) => `- &a b\n${'- *a\n'.repeat(n)}`),
  objects('aliases at the end of many items', (n) => `- &a b\n${'- c\n'.repeat(n)}${'- *a\n'.repeat(100)}`),
  objects(
    'aliases of aliases',
    (n) =>
      `${lines(9, (i) => `- &l${i} [${each(10, () => (i === 0 ? 'x' : `*l${i - 1}`)).join(', ')}]\n`)}#${'x'.repeat(n)}`,
  ),
  objects('aliases of a large list', (n) => `- &a [${'x,'.repeat(n)}]\n${'- *a\n'.repeat(90)}`),
  objects('tags', (n) => '!a '.repeat(n)),
  objects('tags of items', (n) => '- !a b\n'.repeat(n)),
  objects('merge keys', (n) => `- &x {name: a}\n${'- {<<: *x}\n'.repeat(n)}`),

  // The text has as much YAML as is accepted.
  nearly(
    'objects in block style',
    330,
    (i) => `- name: ${letters(i % 512)}\n  alias: ${letters(i)}\n  metadata: true\n`,
  ),
  nearly(
    'objects in flow style',
    310,
    (i) => `- {name: ${letters(i % 512)}, alias: ${letters(i)}, metadata: true}\n`,
  ),
  nearly('objects in quotes', 370, (i) => `- {"name": "${letters(i % 512)}", 'alias': '${letters(i)}'}\n`),
  nearly('keys of one object', 1080, (i) => `${i === 0 ? '- ' : '  '}${letters(i)}: 1\n`),
  nearly('pairs', 1250, (i) => `${i === 0 ? '- [' : ','}a: b`, ']'),
  nearly('empty maps of one list', 2900, (i) => `${i === 0 ? '- [' : ','}{}`, ']'),
  nearly('anchors and tags', 960, (i) => `- &${letters(i)} !a b\n`),
  nearly('commas of one list', 8500, (i) => (i === 0 ? '[' : ','), ']'),
  nearly('line ends of one list', 8500, (i) => (i === 0 ? '[' : '\n'), ']'),
  nearly('comments of one value', 2900, () => ' #\n', 'a', 'a:\n'),
  nearly('explicit keys', 880, (i) => `? ${letters(i)}\n: b\n`),
  nearly('aliases as many as there may be', 98, () => '- *a\n', '', `- &a [${'x,'.repeat(190)}]\n`),
  nearly('aliases after many items', 1750, (i) => (i < 1651 ? '- b\n' : '- *a\n'), '', '- &a b\n'),
  nearly('texts of more lines', 11, () => `- a${'\n  b'.repeat(1900)}\n`),
  nearly('quoted texts of more lines', 11, () => `- 'a${'\n  b'.repeat(1900)}'\n`),
  nearly('texts of doubled quotes', 11, () => `- '${"''".repeat(4000)}'\n`),
  nearly('texts of escapes', 11, () => `- "${'\\a'.repeat(2000)}"\n`),
  nearly('blocks of lines', 11, () => `- |\n${' a\n'.repeat(2600)}`),
  nearly('blocks of empty lines', 11, () => `- |+\n b\n${'\n'.repeat(4000)}`),
  nearly('folded blocks', 10, () => `- >\n${' a\n  b\n\n'.repeat(1000)}`),

  // Long things in YAML.
  objects('a text of one line', (n) => `- name: ${'a'.repeat(n)}`),
  objects('a text of many lines', (n) => `a:${'\n a'.repeat(n)}`),
  objects('a quoted text of many lines', (n) => `'${'\n a'.repeat(n)}'`),
  objects('a quoted text of blanks', (n) => `'a\n${' '.repeat(n)}b\n b'`),
  objects('a quoted text without an end', (n) => `"${'\\"'.repeat(n)}`),
  objects('escapes', (n) => `"${'\\q'.repeat(n)}"`),
  objects('characters by number', (n) => `"${'\\U0001f600'.repeat(n)}"`),
  objects('characters by numbers that are none', (n) => `"${'\\uzzzz'.repeat(n)}"`),
  objects('quotes', (n) => "''".repeat(n)),
  objects('a block of lines', (n) => `a: |\n${' a\n'.repeat(n)}`),
  objects('a block of empty lines', (n) => `a: |+\n${'\n'.repeat(n)}b`),
  objects('a folded block', (n) => `a: >\n${' a\n  b\n\n'.repeat(n)}`),
  objects('blocks', (n) => '- |\n a\n'.repeat(n)),

  // JSON.
  objects('equal keys, JSON', (n) => `[{${lines(n, (i) => `"${letters(i)}":1,`)}"0000":1}]`),
  objects('empty maps, JSON', (n) => `[1${',{}'.repeat(n)}]`),
  objects('numbers, JSON', (n) => `[0${',0'.repeat(n)}]`),
  objects('escapes, JSON', (n) => `["${'\\u0041'.repeat(n)}"]`),
  objects('a number with many digits, JSON', (n) => `[{"name": ${'9'.repeat(n)}}]`),
  objects('JSON that breaks at its end', (n) => `[1${',{"a":"b"}'.repeat(n)}`),

  // Files.
  items('directories in directories', (i, n) => ({
    name: letters(i),
    alias: `${letters(i)}/${'d/'.repeat(Math.min(n, 500))}f`,
  })),
  objects('directories as deep as they may be', (n) =>
    JSON.stringify(
      each(n, (i) => ({ name: letters(i), alias: `${letters(i)}/${'d/'.repeat(505)}f`, metadata: true })),
    ),
  ),
  objects('letters that fold to many', (n) =>
    JSON.stringify(
      each(n, (i) => ({
        name: letters(i),
        alias: `${letters(i)}${'\ufdfa'.repeat(80)}/${'\ufdfa'.repeat(80)}`,
      })),
    ),
  ),
  objects('one file for all', (n) =>
    JSON.stringify(each(Math.min(n, 512), () => ({ name: 'a', alias: 'x'.repeat(100) }))),
  ),
  objects('paths of properties', (n) =>
    JSON.stringify(each(n, (i) => ({ name: letters(i), alias: letters(i), property: 'a.'.repeat(510) }))),
  ),
  objects('tags of selections', (n) =>
    JSON.stringify(
      each(n, (i) => ({ select: { tags: Object.fromEntries(each(15, (t) => [`${letters(i)}${t}`, 'x'])) } })),
    ),
  ),
  objects('more tags than an object has', (n) =>
    JSON.stringify([{ select: { tags: Object.fromEntries(each(n, (i) => [letters(i), 'x'])) } }]),
  ),
  filled('a combined file with unknown keys', (n) => ({
    combine: JSON.stringify(Object.fromEntries(each(n, (i) => [letters(i), 1]))),
    objects: '[{"name":"a"}]',
  })),

  // Lists of the predecessor's.
  filled('lists of nothing', (n) => ({
    keyvaultobjectnames: ';'.repeat(n),
    keyvaultobjecttypes: ';'.repeat(n),
  })),
  filled('lists of different lengths', (n) => ({
    keyvaultobjectnames: 'a;b',
    keyvaultobjecttypes: ';'.repeat(n),
    keyvaultobjectversions: ';'.repeat(n),
    keyvaultobjectaliases: ';'.repeat(n),
  })),
  filled('lists of faults', (n) => ({
    keyvaultobjectnames: each(512, () => '_').join(';'),
    keyvaultobjecttypes: each(512, () => 'x'.repeat(n)).join(';'),
    keyvaultobjectaliases: each(512, () => '/').join(';'),
    keyvaultobjectversions: each(512, () => 'x').join(';'),
  })),

  // Other options and the Secret.
  filled('a tenant of dots', (n) => ({ tenantid: `a${'.a'.repeat(n)}`, objects: '[{"name":"a"}]' })),
  filled('a resource id', (n) => ({
    usevmmanagedidentity: 'true',
    vmmanagedidentityresourceid: `/subscriptions/${'a'.repeat(36)}/resourceGroups/${'a('.repeat(n)}`,
    objects: '[{"name":"a"}]',
  })),
  filled('a vault of dashes', (n) => ({ keyvaultname: 'a-'.repeat(n), objects: '[{"name":"a"}]' })),
  filled('a region of blanks', (n) => ({ region: `a${' '.repeat(n)}b`, objects: '[{"name":"a"}]' })),
  filled('a client secret of line ends', (n) => ({
    'kubernetes.io/secret/clientsecret': base64(`x${'\n'.repeat(n)}x`),
    objects: '[{"name":"a"}]',
  })),
  filled('a client certificate', (n) => ({
    'kubernetes.io/secret/clientsecret': '',
    'kubernetes.io/secret/clientcertificate': base64('\n'.repeat(n)),
    objects: '[{"name":"a"}]',
  })),
  filled('a password that is no text', (n) => ({
    'kubernetes.io/secret/pfxpassword': `${'A\n'.repeat(n)}*`,
    objects: '[{"name":"a"}]',
  })),
  filled('options of blanks', (n) => ({
    keyvaultname: `${' '.repeat(n)}x${' '.repeat(n)}`,
    objects: '[{"name":"a"}]',
  })),
  filled('keys that only differ in their escapes', (n) =>
    Object.fromEntries(each(n, (i) => [`\u0000${letters(i)}`, ''])),
  ),
];

/** Objects in YAML, as many as a volume holds: to compare with. */
export const largestHonest: string = filled('', (pieces) => ({
  objects: lines(Math.min(pieces, 512), (i) => `- name: ${letters(i)}\n  alias: dir/${letters(i)}\n`),
})).document;
