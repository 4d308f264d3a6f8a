// What `helm test` runs in a pod with a volume at /vault: says names and sizes, and fails unless every file has content.
const { readdirSync, readFileSync } = require('node:fs');

const names = readdirSync('/vault', { recursive: true, withFileTypes: true })
  .filter((entry) => !entry.isDirectory() && !`${entry.parentPath}/`.includes('/..'))
  .map((entry) => `${entry.parentPath}/${entry.name}`)
  .filter((path) => !path.includes('/..'));

let failed = names.length === 0;
if (failed) console.log('/vault has no files');
for (const path of names) {
  const size = contentSize(path);
  if (size === undefined) continue;
  console.log(`${path}: ${size} bytes`);
  if (size === 0) failed = true;
}
process.exit(failed ? 1 : 0);

/** Undefined for what is no file, such as the symbolic link to a directory. */
function contentSize(path) {
  try {
    return readFileSync(path).length;
  } catch (error) {
    if (error.code === 'EISDIR') return undefined;
    throw error;
  }
}
