import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

const day = 24 * 3600 * 1000;
const unfinished = '.building-';

/** Outside the checkout, so that it outlives one. */
function cacheRoot(): string {
  return process.env['KEYVAULT_FLEXVOL_CACHE'] ?? join(homedir(), '.cache', 'keyvault-flexvol');
}

/**
 * The directory `<cache>/<name>-<hash of the inputs>`, built by `build` when it isn't there.
 * It is built under another name and renamed when complete, so an entry is whole or absent; of two runs
 * that build the same entry at once, the first to finish wins.
 */
export async function cached(
  name: string,
  inputs: unknown,
  build: (directory: string) => Promise<void>,
): Promise<string> {
  const key = createHash('sha256').update(JSON.stringify(inputs)).digest('hex').slice(0, 12);
  const root = cacheRoot();
  const entry = join(root, `${name}-${key}`);
  if (existsSync(entry)) {
    await utimes(entry, new Date(), new Date());
    return entry;
  }
  await mkdir(root, { recursive: true });
  const draft = await mkdtemp(join(root, `${unfinished}${name}-`));
  try {
    await build(draft);
    await rename(draft, entry).catch((error: unknown) => {
      if (!existsSync(entry)) throw error;
    });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  return entry;
}

/** Removes what killed runs left behind (after a day), and entries of this kind that no run has used for a month. */
export async function pruneCache(): Promise<void> {
  const root = cacheRoot();
  if (!existsSync(root)) return;
  for (const name of await readdir(root)) {
    if (!name.startsWith(unfinished) && !/-[0-9a-f]{12}$/.test(name)) continue;
    const path = join(root, name);
    const age = Date.now() - (await stat(path)).mtimeMs;
    if (age > (name.startsWith(unfinished) ? day : 30 * day))
      await rm(path, { recursive: true, force: true });
  }
}
