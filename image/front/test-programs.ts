// What the front's own tests run: built when first asked for, for whoever asks.
import { join } from 'node:path';
import { cacheDir, distDir, projectDir } from '../project.ts';
import { type Arch, buildMachineArch } from '../runtime.ts';
import { locateCCompiler } from './c-compiler.ts';
import { buildHeapTest, buildTestHost, type NativeBuild } from './native.ts';
import { locateSanitizingCompiler } from './sanitizing-compiler.ts';

const directory = join(distDir, 'testing');
/** Whose memory programs with sanitizers have, `driver` or `library`; set by driver/front/native/testing/sanitize.ts. */
const sanitizedHeap = process.env['FRONT_SANITIZED_HEAP'];

/** Evaluates the ECMAScript module that its first argument names, which has `front:system` (driver/front/native/testing/host.c). */
export async function testHost(
  arch: Arch = buildMachineArch(),
  heap: string | undefined = sanitizedHeap,
): Promise<string> {
  return buildTestHost(await nativeBuild(heap), arch, directory);
}

/** Drives the runtime's memory with random sequences of a seed, its argument (driver/front/native/testing/heap-pieces.c). */
export async function heapTest(): Promise<string> {
  return buildHeapTest(await nativeBuild(sanitizedHeap), buildMachineArch(), directory);
}

/** Whether the programs are such that find faults of memory. */
export const isSanitized = sanitizedHeap !== undefined;

async function nativeBuild(heap: string | undefined): Promise<NativeBuild> {
  const compiler =
    heap !== undefined
      ? await locateSanitizingCompiler(heap === 'library')
      : await locateCCompiler(cacheDir, buildMachineArch());
  return { compiler, projectDir, cacheDir };
}
