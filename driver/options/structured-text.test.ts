import { describe, expect, test } from 'vitest';
import { StructureFault } from './structure.ts';
import { parseStructuredText } from './structured-text.ts';

/** The fault of a text, after its place: `[1].a: …`. */
async function faultOf(text: string): Promise<string> {
  try {
    await parseStructuredText(text);
  } catch (error) {
    if (error instanceof StructureFault) return `${error.path}: ${error.message}`;
    throw error;
  }
  throw new Error('the text was accepted');
}

describe('a text is read', () => {
  test.each<[string, string, unknown]>([
    ['as JSON', '[{"a": "b", "c": [1, true, null]}]', [{ a: 'b', c: [1, true, null] }]],
    ['as YAML in block style', '- a: b\n  c:\n    - d\n', [{ a: 'b', c: ['d'] }]],
    ['as YAML in flow style', '{a: b, c: [d, "e"]}', { a: 'b', c: ['d', 'e'] }],
    ['as YAML with line ends of another system', '- a\r\n- b: c\r\n  d: e\r\n', ['a', { b: 'c', d: 'e' }]],
    ['as YAML that is indented as a whole', '  - a\n  - b\n', ['a', 'b']],
    ['after a byte order mark', '\ufeff- a', ['a']],
    ['with comments', '# one\n- a # two\n', ['a']],
    ['with an anchor and its alias', '- &x {a: b}\n- *x\n', [{ a: 'b' }, { a: 'b' }]],
    ['with a block of lines', 'a: |\n  one\n  two\n', { a: 'one\ntwo\n' }],
    ['as nothing when it holds comments only', '# nothing', null],
    ['as nothing where a value is missing', 'a:\nb: ~\nc: null', { a: null, b: null, c: null }],
  ])('%s', async (_, text, value) => {
    expect(await parseStructuredText(text)).toEqual(value);
  });

  test.each<[string, unknown]>([
    ['400', 400],
    ['true', true],
    ['-7', -7],
    ['0400', '0400'],
    ['0o400', '0o400'],
    ['"400"', '400'],
    ["'true'", 'true'],
    ['True', 'True'],
    ['yes', 'yes'],
    ['1e3', '1e3'],
    ['1.0', '1.0'],
    ['.inf', '.inf'],
    ['0x1F', '0x1F'],
    ['2026-11-23', '2026-11-23'],
    ['12345678901234567890123456789012', '12345678901234567890123456789012'],
    ['00000000000000000000000000000012', '00000000000000000000000000000012'],
    ['1_000', '1_000'],
    ['12:30', '12:30'],
  ])('so that nothing of a YAML scalar is lost: %s', async (written, value) => {
    expect(await parseStructuredText(`- ${written}\n`)).toEqual([value]);
    expect(await parseStructuredText(`%YAML 1.1\n---\n- ${written}\n`)).toEqual([value]);
  });

  test.each(['__proto__', 'constructor', 'toString'])('with %s as a key like any other', async (key) => {
    for (const text of [`{"${key}": {"polluted": "yes"}}`, `${key}: {polluted: "yes"}`]) {
      const value = await parseStructuredText(text);
      expect(Object.entries(value as object)).toEqual([[key, { polluted: 'yes' }]]);
    }
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  test('with a NUL as a character like any other', async () => {
    expect(await parseStructuredText('- "a\\0b"\n- c\0d\n')).toEqual(['a\0b', 'c\0d']);
  });
});

describe('a text is refused', () => {
  test.each([
    [
      'that is neither',
      '- a: b: c',
      ': is neither JSON nor YAML (line 1, column 6: Nested mappings are not allowed in compact mappings)',
    ],
    [
      'that ends too early',
      '[{"name": "a"',
      ': is neither JSON nor YAML (line 1, column 14: Flow map in block collection must be sufficiently indented and end with a })',
    ],
    [
      'of several documents',
      '- a\n---\n- b\n',
      ': is neither JSON nor YAML (line 2, column 1: it holds several documents)',
    ],
    [
      'with tabs as indentation',
      '- a:\n\t- b',
      ': is neither JSON nor YAML (line 2, column 1: Tabs are not allowed as indentation)',
    ],
    ['with a key twice, in YAML', '- {a: 1}\n- {b: {a: 1, "a": 2}}', '[1].b: the key "a" is written twice'],
    [
      'with a key twice, in JSON',
      '[{"a": 1}, {"c": [0, "a:"], "b": {"a": 1, "\\u0061": 2}}]',
      '[1].b: the key "a" is written twice',
    ],
    ['with __proto__ twice', '{"__proto__": 1, "__proto__": 2}', ': the key "__proto__" is written twice'],
    ['with a tag of its own', '- !exec rm', '[0]: the YAML tag "!exec" is not taken; quote a text instead'],
    [
      "with a tag of YAML's",
      'a: !!binary aGk=',
      '.a: the YAML tag "tag:yaml.org,2002:binary" is not taken; quote a text instead',
    ],
    [
      'with a tagged key',
      '!!str a: b',
      ': the YAML tag "tag:yaml.org,2002:str" is not taken; quote a text instead',
    ],
    [
      'with a list as a key',
      '? [a]\n: b',
      ': is neither JSON nor YAML (line 1, column 3: With stringKeys, all keys must be strings)',
    ],
    ['with an alias of nothing', '- *nowhere', '[0]: the alias *nowhere has no anchor before it'],
    [
      'with an alias within itself',
      '- &a [*a]',
      '[0][0][0][0][0][0][0][0][0]: is nested deeper than 16 levels',
    ],
    ['with many aliases', `- &a b\n${'- *a\n'.repeat(101)}`, ': holds more than 100 aliases'],
    ['that is larger than 256 KiB', ' '.repeat(262_145), ': must not be larger than 256 KiB'],
    ['that is larger than 256 KiB in bytes', 'é'.repeat(131_073), ': must not be larger than 256 KiB'],
  ])('%s', async (_, text, fault) => {
    expect(await faultOf(text)).toBe(fault);
  });

  test('that unfolds to very much', async () => {
    const lines = ['- &l0 [x, x, x, x, x, x, x, x, x, x]'];
    for (let level = 1; level <= 9; level++) {
      lines.push(
        `- &l${level} [${Array(10)
          .fill(`*l${level - 1}`)
          .join(', ')}]`,
      );
    }
    expect(await faultOf(lines.join('\n'))).toBe(': holds more than 100 aliases');
    expect(await faultOf(`- &a [${'x,'.repeat(1000)}]\n${'- *a\n'.repeat(50)}`)).toBe(
      ': holds more than 20000 values',
    );
  });

  // Bounded in time too: a test that takes long fails by vitest's own limit.
  test.each([
    ['brackets', '['.repeat(260_000)],
    ['lists in lists', '- '.repeat(130_000)],
    ['maps in maps', '{a: '.repeat(65_000)],
    ['keys of keys', '? '.repeat(130_000)],
    ['anchors', '&a '.repeat(80_000)],
    ['quotes', '"'.repeat(260_001)],
    ['documents', '---\n'.repeat(60_000)],
    ['keys', Array.from({ length: 25_000 }, (_, index) => `k${index}: 1`).join('\n')],
  ])('that is a heap of %s, soon', async (_, text) => {
    expect(await faultOf(text)).toMatch(
      /^: (is neither JSON nor YAML|holds more than|is nested deeper than 16 levels|(is not JSON, and )?has more than (8800|6000) tokens)/,
    );
  });
});

test('brackets and commas within texts of JSON are no structure', async () => {
  const text = '{"a": "}], \\"a\\": {", "b": "\\\\", "c": "a"}';
  expect(await parseStructuredText(text)).toEqual({ a: '}], "a": {', b: '\\', c: 'a' });
});
