import { lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { collisionsOf, faultOfFilePath } from '../options/file-path.ts';
import { text } from '../testing/fuzz/hostile.ts';
import { writePayload } from './atomic-writer.ts';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'payload-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

test('whatever paths the options let through, every file is where it belongs, and nothing is elsewhere', () => {
  const uid = process.getuid?.() ?? 0;
  const gid = process.getgid?.() ?? 0;
  let volumes = 0;
  let written = 0;
  fc.assert(
    fc.property(fc.array(text, { minLength: 1, maxLength: 8 }), (texts) => {
      const paths = texts.filter((path) => faultOfFilePath(path) === undefined);
      fc.pre(paths.length > 0 && collisionsOf(paths).length === 0);
      const around = join(directory, String(volumes++));
      const root = join(around, 'volume');
      mkdirSync(root, { recursive: true });
      const files = paths.map((path, index) => ({ path, bytes: Buffer.from(`file ${index}`) }));
      writePayload(root, files, { readOnly: true, fileMode: 0o400, uid, gid, rootMode: 0o755 });
      for (const [index, path] of paths.entries()) {
        const file = realpathSync(join(root, path));
        expect(file.startsWith(`${realpathSync(root)}/..`)).toBe(true);
        expect(readFileSync(file, 'utf8')).toBe(`file ${index}`);
        expect(lstatSync(file).isFile()).toBe(true);
      }
      expect(readdirSync(around)).toEqual(['volume']);
      expect(readdirSync(root).filter((name) => name.startsWith('..'))).toHaveLength(2);
      const everything = readdirSync(realpathSync(join(root, '..data')), {
        recursive: true,
        withFileTypes: true,
      });
      expect(everything.filter((entry) => entry.isFile())).toHaveLength(paths.length);
      written += paths.length;
      rmSync(around, { recursive: true });
    }),
    { numRuns: 300, seed: 4711 },
  );
  expect(written).toBeGreaterThan(300);
});
