import { buildEvaluateProgram } from './evaluate.ts';

/** Compiles the program that runs scripts on the runtime, before any test's time begins: minutes the first time. */
// biome-ignore lint/style/noDefaultExport: Vitest calls the default export
export default async function setup(): Promise<void> {
  await buildEvaluateProgram();
}
