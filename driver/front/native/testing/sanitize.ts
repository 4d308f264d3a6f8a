// The tests of the front, with programs that find faults of memory and undefined behaviour (docs/testing.md):
//   node driver/front/native/testing/sanitize.ts [file pattern]...
import { execa } from 'execa';
import { testHost } from '../../../../image/front/test-programs.ts';

const patterns = process.argv.length > 2 ? process.argv.slice(2) : ['driver/front'];

// Of what the driver's own memory hands out the sanitizer knows nothing; of the C library's it knows each piece.
for (const heap of ['driver', 'library']) {
  await testHost(undefined, heap); // once, rather than by all tests that begin at once
  const { exitCode } = await execa(
    process.execPath,
    [
      'e2e/lab/enter.ts',
      'vitest',
      'run',
      '--project',
      'unit',
      '--project',
      'build',
      '--testTimeout',
      '600000',
      ...patterns,
    ],
    { stdio: 'inherit', reject: false, env: { FRONT_SANITIZED_HEAP: heap } },
  );
  if (exitCode !== 0) process.exitCode = 1;
}
