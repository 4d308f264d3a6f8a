import { mkdirSync, writeFileSync } from 'node:fs';

/** Writes down what was tried, by group, for the table of docs/security.md. `begun` as of performance.now(). */
export function writeRecord(
  name: string,
  {
    tried,
    failed,
    begun,
  }: { tried: Readonly<Record<string, number>>; failed: readonly string[]; begun: number },
): void {
  const report = {
    command: 'npm test',
    tried: Object.values(tried).reduce((sum, count) => sum + count, 0),
    byGroup: tried,
    failed: failed.length,
    seconds: Math.round((performance.now() - begun) / 1000),
    failures: failed,
  };
  mkdirSync('dist/security', { recursive: true });
  writeFileSync(`dist/security/${name}.json`, `${JSON.stringify(report, undefined, 2)}\n`);
}
