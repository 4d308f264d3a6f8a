const finished: { title: string; seconds: number }[] = [];

/** Prints what begins, and at its end how long it took; steps may overlap. Errors pass through. */
export async function step<T>(title: string, work: () => Promise<T>): Promise<T> {
  const begun = performance.now();
  console.log(`  … ${title}`);
  const end = (sign: string) => {
    const seconds = (performance.now() - begun) / 1000;
    finished.push({ title, seconds });
    console.log(`  ${sign} ${title} (${seconds.toFixed(1)} s)`);
  };
  try {
    const result = await work();
    end('✓');
    return result;
  } catch (error) {
    end('✗');
    throw error;
  }
}

/** The steps of this process so far, in the order in which they ended, one a line. */
export function stepTable(): string {
  return finished.map(({ title, seconds }) => `  ${seconds.toFixed(1).padStart(7)} s  ${title}`).join('\n');
}

/**
 * Runs pieces of work at the same time, each to its end whatever becomes of the others: a cluster in the making
 * cannot be deleted cleanly. Throws the first error.
 */
export async function together<T extends readonly unknown[]>(
  ...work: { readonly [K in keyof T]: Promise<T[K]> }
): Promise<T> {
  await Promise.allSettled(work);
  return (await Promise.all(work)) as unknown as T;
}
