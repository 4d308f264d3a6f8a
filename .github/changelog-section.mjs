// node .github/changelog-section.mjs <version>: prints that version's section of CHANGELOG.md, or fails without one.
import { readFileSync } from 'node:fs';

const [, , version] = process.argv;
const lines = readFileSync(new URL('../CHANGELOG.md', import.meta.url), 'utf8').split('\n');
const start = lines.findIndex((line) => line === `## ${version}` || line.startsWith(`## ${version} `));
if (start < 0) {
  process.stderr.write(`CHANGELOG.md has no section "## ${version}"\n`);
  process.exit(1);
}
const length = lines.slice(start + 1).findIndex((line) => line.startsWith('## '));
const section = lines.slice(start + 1, length < 0 ? undefined : start + 1 + length);
process.stdout.write(`${section.join('\n').trim()}\n`);
