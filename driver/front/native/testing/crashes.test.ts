import { constants } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { isSanitized, testHost } from '../../../../image/front/test-programs.ts';

const host = await testHost();
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

describe('after a hand-over', () => {
  test('dispositions and mask are those the process began with', async () => {
    const { stdout } = await endBy('signals before and after a hand-over');
    const [before, watching, after] = stdout.split('\n').map((line) => signalsOf(line));
    expect(before).toMatchObject({ Blk: 0n });
    expect(before?.['Ign']).toBe((after?.['Ign'] ?? 0n) | bit(SIGPIPE));
    for (const fault of [SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT])
      expect(before?.['Cgt']).toSatisfy(has(fault));
    expect(watching).toMatchObject({ Blk: bit(SIGTERM), Cgt: (before?.['Cgt'] ?? 0n) | bit(SIGTERM) });
    expect(after).toEqual(await signalsHere());
  });

  test.each([
    ['a fault ends the process', 'a write to nowhere after a hand-over', { signal: 'SIGSEGV', stdout: '' }],
    [
      'a signal that is pending comes',
      'a hand-over with a signal that is pending',
      { signal: 'SIGTERM', stdout: '' },
    ],
    [
      'a signal that was noted comes',
      'a hand-over with a signal that was noted',
      { signal: 'SIGTERM', stdout: '' },
    ],
    [
      'one that was taken comes no more',
      'a hand-over with a signal that was taken',
      { exitCode: 0, stdout: 'goes on' },
    ],
  ])('%s', async (_, way, end) => {
    expect(await endBy(way)).toMatchObject(end);
  });
});

function endBy(...way: string[]) {
  return execa(host, [join(import.meta.dirname, 'crash.mjs'), ...way], { reject: false });
}

/** What a program that changes nothing is started with; a sanitizer is one that does. */
async function signalsHere() {
  if (isSanitized) return expect.anything();
  const { stdout } = await execa('cat', ['/proc/self/status']);
  return signalsOf(JSON.stringify(stdout.match(/^Sig(Blk|Ign|Cgt):\s+\w+/gm)));
}

/** Masks of signals by their names in /proc/<pid>/status, as crash.mjs tells them. */
function signalsOf(line: string): Record<string, bigint> {
  const lines = JSON.parse(line) as string[];
  return Object.fromEntries(
    lines.map((one) => [one.slice(3, 6), BigInt(`0x${one.slice(one.indexOf(':') + 1).trim()}`)]),
  );
}

function bit(signal: number): bigint {
  return 1n << BigInt(signal - 1);
}

function has(signal: number) {
  return (mask: bigint) => (mask & bit(signal)) !== 0n;
}
