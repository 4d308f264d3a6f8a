import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { compile } from '../image/compile.ts';
import { cacheDir, projectDir } from '../image/project.ts';
import { buildMachineArch, locateRuntime } from '../image/runtime.ts';

/** What the large runtime alone costs: it writes the answer of an unmount, and ends. */
const SOURCE = `import { writeSync } from 'node:fs';
writeSync(1, '{"status":"Success"}\\n');
process.exit(0);
`;

/** Compiles the program as the driver is compiled. @returns its file */
export async function buildEmptyProgram(directory: string): Promise<string> {
  const parts = join(directory, 'empty-parts');
  await mkdir(parts, { recursive: true });
  await writeFile(join(parts, 'main.mjs'), SOURCE);
  const runtime = await locateRuntime(projectDir, cacheDir, buildMachineArch());
  const outfile = join(directory, 'empty');
  const stampFile = join(directory, 'empty.stamp');
  await compile({ entryPoint: join(parts, 'main.mjs'), outfile, runtime, compiler: runtime, stampFile });
  return outfile;
}
