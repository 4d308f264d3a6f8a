import { execa } from 'execa';
import { expect, test } from 'vitest';
import { heapTest } from '../../../../image/front/test-programs.ts';

test.each(['1', '2', '3'])(
  'pieces of memory are whole, aligned and nobody else’s, in whatever order they are taken (seed %s)',
  { timeout: 600_000 },
  async (seed) => {
    const { stdout, exitCode } = await execa(await heapTest(), [seed], { reject: false });
    expect({ stdout, exitCode }).toEqual({ stdout: '0 faults', exitCode: 0 });
  },
);
