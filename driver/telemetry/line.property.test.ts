import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fitLine, MAX_LINE_BYTES, plain } from './line.ts';

const text = fc.string({ unit: 'binary', maxLength: 400 });

test('whatever the texts hold, there is one bounded line of printable ASCII that says the same', () => {
  fc.assert(
    fc.property(text, fc.array(fc.record({ name: text, vault: text }), { maxLength: 60 }), (pod, objects) => {
      const head = { pod: plain(pod, 253) };
      const line = fitLine(head, 'objects', objects);
      expect(line).toMatch(/^[ -~]+\n$/);
      expect(line.length).toBeLessThanOrEqual(MAX_LINE_BYTES);
      const read = JSON.parse(line) as { objects: unknown[] };
      expect(read).toEqual({ ...head, objects: objects.slice(0, read.objects.length) });
    }),
  );
});

test('a text is cut by what it takes in the line', () => {
  fc.assert(
    fc.property(text, fc.integer({ min: 0, max: 300 }), (written, maxBytes) => {
      const cut = plain(written, maxBytes);
      expect(written.startsWith(cut)).toBe(true);
      expect(fitLine({ cut }, 'o', []).length).toBeLessThanOrEqual(maxBytes + '{"cut":"","o":[]}\n'.length);
      if (/^[ !#-[\]-~]*$/.test(written)) expect(cut).toBe(written.slice(0, maxBytes));
    }),
  );
});

test('as many entries are there as fit', () => {
  const entries = Array.from({ length: 512 }, (_, index) => ({ name: `${index}`.padStart(127, 'x') }));
  const line = fitLine({ objectCount: entries.length }, 'objects', entries);
  const { objects } = JSON.parse(line) as { objects: unknown[] };
  expect(objects).toEqual(entries.slice(0, objects.length));
  expect(MAX_LINE_BYTES - line.length).toBeLessThan(140);
});
