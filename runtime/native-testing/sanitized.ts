// npm run check:sanitizer: runs the runtime's tests on a program whose accesses to memory are checked (AddressSanitizer), the
// engine's C included. Needs gcc beside what the build needs; the test that counts allocations is left out.
import { join } from 'node:path';
import { execa } from 'execa';
import { cacheDir, projectDir } from '../../image/project.ts';

/** Rust's C library here, as the sanitizer has none for musl. */
const TARGET = `${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-unknown-linux-gnu`;
const targetDirectory = join(cacheDir, 'runtime/sanitized');

console.log('compiling the runtime with AddressSanitizer: minutes the first time …');
await execa(
  'cargo',
  ['build', '--quiet', '--locked', '--target', TARGET, '--package', 'kv', '--example', 'evaluate'],
  {
    cwd: join(projectDir, 'runtime'),
    env: {
      // The pinned compiler has the sanitizer, but lets only unreleased ones ask for it by their own.
      RUSTC_BOOTSTRAP: '1',
      CARGO_ENCODED_RUSTFLAGS: ['-Zsanitizer=address', '--cfg=sanitized'].join('\x1f'),
      CARGO_TARGET_DIR: targetDirectory,
    },
    stdio: 'inherit',
  },
);
const { exitCode } = await execa('vitest', ['run', '--project', 'build', 'runtime'], {
  cwd: projectDir,
  preferLocal: true,
  env: {
    EVALUATE_PROGRAM: join(targetDirectory, TARGET, 'debug/examples/evaluate'),
    // A process that ends takes its memory along; a crash is answered by the host itself.
    ASAN_OPTIONS: 'detect_leaks=0:exitcode=99',
  },
  stdio: 'inherit',
  reject: false,
});
process.exitCode = exitCode ?? 1;
