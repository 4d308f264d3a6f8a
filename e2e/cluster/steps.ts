const finished: { title: string; seconds: number }[] = [];

/** A step that takes longer says so each minute. */
const REMINDER_MS = 60_000;

/** Prints what begins, and at its end how long it took; steps may overlap. Errors pass through. */
export async function step<T>(title: string, work: () => Promise<T>): Promise<T> {
  const begun = performance.now();
  const secondsSoFar = () => (performance.now() - begun) / 1000;
  console.log(`  … ${title}`);
  const reminder = setInterval(() => {
    console.log(`  … ${title} (${secondsSoFar().toFixed(0)} s so far)`);
  }, REMINDER_MS);
  const end = (sign: string) => {
    clearInterval(reminder);
    const seconds = secondsSoFar();
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
