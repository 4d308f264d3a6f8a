// Runs the Rust unit tests of the files with unsafe memory of our own under Miri, which finds undefined behaviour:
//   node runtime/native-testing/sanitize.ts
// Needs `rustup +nightly component add miri rust-src`. Miri runs no C, so tests that start the engine are left out.
import { join } from 'node:path';
import { execa } from 'execa';

const tests = ['parts::tests::parts_are_found'];

const { exitCode } = await execa(
  'cargo',
  ['+nightly', 'miri', 'test', '--quiet', '--package', 'kv', '--lib', '--', ...tests],
  {
    cwd: join(import.meta.dirname, '..'),
    stdio: 'inherit',
    reject: false,
    env: {
      MIRIFLAGS: '-Zmiri-disable-isolation',
      CARGO_TARGET_DIR: join(import.meta.dirname, '../target/miri'),
    },
  },
);
process.exitCode = exitCode ?? 1;
