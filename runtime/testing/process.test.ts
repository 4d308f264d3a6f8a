import { execa, type ResultPromise } from 'execa';
import { describe, expect, test } from 'vitest';
import { type Starts, started } from './host.ts';

type Start = Starts['node'];

const options = {
  reject: false,
  extendEnv: false,
  env: { PATH: '/usr/bin:/bin', OF_TEST: 'é=x' },
} as const;

function run([program, script]: Start, ...args: string[]): ResultPromise<typeof options> {
  return execa(program, [script, ...args], options);
}

async function endOf(running: ResultPromise<typeof options>) {
  const { stdout, stderr, exitCode, signal } = await running;
  return { stdout, isLoud: stderr !== '', exitCode, signal };
}

describe('a process ends as on Node', () => {
  test.each([
    'with nothing left',
    'by exit',
    'by exit within exit',
    'by exit, once nothing is left',
    'by exit from a promise',
    'by an error',
    'by an error that is handled',
    'by a rejection',
    'after it told of itself',
  ])('%s', async (way) => {
    await started('process-script.ts', async ({ node, runtime }) => {
      const args = [way, 'an argument', '', 'é😀'];
      expect(await endOf(run(runtime, ...args))).toEqual(await endOf(run(node, ...args)));
    });
  });

  test('by a signal', async () => {
    await started('process-script.ts', async ({ node, runtime }) => {
      const [ofNode, ofRuntime] = [await bySignals(node), await bySignals(runtime)];
      expect(ofNode).toEqual({
        stdout: 'ready\nSIGHUP,1\nSIGINT,2',
        isLoud: false,
        exitCode: 8,
        signal: undefined,
      });
      expect(ofRuntime).toEqual(ofNode);
    });
  });
});

/** One after the other, each once the one before was told of. */
async function bySignals(start: Start) {
  const running = run(start, 'by a signal');
  const signals = ['SIGHUP', 'SIGINT', 'SIGTERM'] as const;
  let sent = 0;
  for await (const _ of running) running.kill(signals[sent++] ?? 'SIGKILL');
  return endOf(running);
}
