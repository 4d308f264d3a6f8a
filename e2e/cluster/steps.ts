/** Says what begins, and how long it took; steps may overlap. Errors pass through, named. */
export async function step<T>(title: string, work: () => Promise<T>): Promise<T> {
  const begun = performance.now();
  const seconds = () => `${((performance.now() - begun) / 1000).toFixed(1)} s`;
  console.log(`  … ${title}`);
  try {
    const result = await work();
    console.log(`  ✓ ${title} (${seconds()})`);
    return result;
  } catch (error) {
    console.log(`  ✗ ${title} (${seconds()})`);
    throw error;
  }
}
