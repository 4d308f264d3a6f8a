import { constants } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { evaluateProgram, isSanitized } from '../testing/evaluate.ts';

const host = evaluateProgram;
const { SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGTERM, SIGHUP, SIGPIPE } = constants.signals;

describe('a fault is one answer for kubelet', () => {
  test.each([
    [SIGSEGV, ['a signal', `${SIGSEGV}`]],
    [SIGBUS, ['a signal', `${SIGBUS}`]],
    [SIGILL, ['a signal', `${SIGILL}`]],
    [SIGFPE, ['a signal', `${SIGFPE}`]],
    [SIGABRT, ['a signal', `${SIGABRT}`]],
    [SIGSEGV, ['a write to nowhere']],
    [SIGSEGV, ['the end of the stack']],
  ])('%i by %j', async (signal, way) => {
    const { stdout, stderr, exitCode } = await endBy(...way);
    expect(stdout.split('\n').map((line) => JSON.parse(line) as unknown)).toEqual([
      {
        status: 'Failure',
        message: expect.stringMatching(
          new RegExp(
            `the driver ended unexpectedly \\(signal ${signal}\\); kubelet will repeat the call-out$`,
          ),
        ),
      },
    ]);
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
  });
});

test.each([
  ['SIGTERM ends it as any program', ['a signal', `${SIGTERM}`], { signal: 'SIGTERM', stdout: '' }],
  ['SIGHUP ends it as any program', ['a signal', `${SIGHUP}`], { signal: 'SIGHUP', stdout: '' }],
  ['SIGPIPE is ignored', ['a signal', `${SIGPIPE}`], { exitCode: 0, stdout: '' }],
  ['an end with a code is no fault', ['exit'], { exitCode: 42, stdout: '' }],
  [
    'recursion of JavaScript ends before the stack does',
    ['recursion of JavaScript'],
    { exitCode: 0, stdout: expect.stringMatching(/^((RangeError|SyntaxError|InternalError)\n?){3}$/) },
  ],
])('%s', async (_, way, end) => {
  expect(await endBy(...way)).toMatchObject(end);
});

test('a panic is one answer for kubelet too, without its message', async () => {
  expect(await endBy('a panic')).toMatchObject({
    stdout:
      '{"status":"Failure","message":"the driver ended unexpectedly (panic); kubelet will repeat the call-out"}',
    stderr: '',
    exitCode: 0,
  });
});

test.runIf(isSanitized)('the sanitizer finds a read of freed memory', async () => {
  expect(await endBy('a read of freed memory')).toMatchObject({
    stderr: expect.stringContaining('heap-use-after-free'),
    exitCode: 99,
  });
});

// The sanitizer has a bound and an answer of its own.
test.skipIf(isSanitized)('memory of Rust that ends is one answer for kubelet too', async () => {
  expect(await endBy('memory that ends')).toMatchObject({
    stdout:
      '{"status":"Failure","message":"Internal: there is not enough memory on this node for the driver"}',
    stderr: '',
    exitCode: 0,
  });
});

function endBy(...way: string[]) {
  return execa(host, [join(import.meta.dirname, 'crash.mjs'), ...way], { reject: false });
}
