import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DriverError } from '../errors.ts';
import { lockHolders, withFreeLock, withLock } from './lock.ts';

const PROGRAM = fileURLToPath(new URL('./testing/hold-lock.ts', import.meta.url));
const never = new AbortController().signal;

let directory = '';
let journal = '';

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'locks-'));
  journal = `${directory}.journal`;
  writeFileSync(journal, '');
});
afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
  rmSync(journal);
});

function start(how: 'hold' | number) {
  return execa(process.execPath, [PROGRAM, directory, 'volume', journal, String(how)], { stdin: 'pipe' });
}

/** A process that has taken the lock and keeps it until its stdin ends; boxed, as it can itself be awaited. */
async function holder() {
  const child = start('hold');
  await once(child.stdout, 'data');
  return { child };
}

describe('a lock', () => {
  test('is taken and given back, with the answer of the action', async () => {
    const answer = await withLock(directory, 'volume', never, async () => {
      expect(readdirSync(directory)).toEqual([
        expect.stringMatching(`^volume\\.${process.pid}\\.\\d+\\.\\d+$`),
      ]);
      return 42;
    });
    expect(answer).toBe(42);
    expect(readdirSync(directory)).toEqual([]);
  });

  test('is given back when the action fails, whose error is passed on', async () => {
    const error = new Error('no');
    await expect(withLock(directory, 'volume', never, () => Promise.reject(error))).rejects.toBe(error);
    expect(readdirSync(directory)).toEqual([]);
  });

  test('keeps the answer of the action though its entry was swept away meanwhile', async () => {
    const answer = await withLock(directory, 'volume', never, async () => {
      for (const entry of readdirSync(directory)) rmSync(join(directory, entry));
      return 'mounted';
    });
    expect(answer).toBe('mounted');
  });

  test('is waited for while the same process holds it', async () => {
    const order: number[] = [];
    const take = (turn: number) =>
      withLock(directory, 'volume', never, async () => {
        order.push(turn);
        await new Promise((resolve) => setTimeout(resolve, 30));
        order.push(turn);
      });
    await Promise.all([take(1), take(2), take(3)]);
    expect(order.filter((_, index) => index % 2 === 0)).toEqual(order.filter((_, index) => index % 2 === 1));
  });

  test('is waited for while another process holds it', async () => {
    const { child } = await holder();
    let taken = false;
    const waiting = withLock(directory, 'volume', never, async () => {
      taken = true;
      return readFileSync(journal, 'utf8');
    });
    await withLock(directory, 'another volume', never, async () => undefined);
    expect(taken).toBe(false);
    child.stdin.end();
    expect(await waiting).toBe(`start ${child.pid}\nend ${child.pid}\n`);
    await child;
  });

  test('is free as soon as its holder was killed', async () => {
    const { child } = await holder();
    child.kill('SIGKILL');
    await child.catch(() => undefined);
    expect(readdirSync(directory)).toHaveLength(1);
    expect(await withLock(directory, 'volume', never, async () => 'taken')).toBe('taken');
    expect(readdirSync(directory)).toEqual([]);
  });

  test('is held by one at a time, whoever contends', async () => {
    // Many foreign entries make looking slow, so that contenders do look at the same time.
    for (let index = 0; index < 10_000; index++) writeFileSync(join(directory, `other-${index}`), '');
    await Promise.all(Array.from({ length: 4 }, () => start(5)));
    const lines = readFileSync(journal, 'utf8').trim().split('\n');
    expect(lines).toHaveLength(40);
    for (let index = 0; index < lines.length; index += 2) {
      expect(lines[index + 1]).toBe(lines[index]?.replace('start', 'end'));
    }
    expect(readdirSync(directory)).toHaveLength(10_000);
  });
});

describe('a killed holder', () => {
  const left = 'volume.4194999.1.1';
  const tellsKilled = (killed: boolean) => Promise.resolve(killed);

  test('is told of, until an action has succeeded', async () => {
    writeFileSync(join(directory, left), '');
    const fails = () => Promise.reject(new Error('no'));
    await expect(withLock(directory, 'volume', never, fails)).rejects.toThrow('no');
    expect(readdirSync(directory)).toEqual([left]);
    expect(await withLock(directory, 'volume', never, tellsKilled)).toBe(true);
    expect(await withLock(directory, 'volume', never, tellsKilled)).toBe(false);
  });

  // Where kubelet is the first process of a container, nobody may ever reap what a killed kubelet had started.
  test('that nobody reaps does not hold the lock', async () => {
    const parent = execa('sh', ['-c', 'sleep 60 & echo $!; exec sleep 60'], { reject: false });
    const [data] = (await once(parent.stdout, 'data')) as [Buffer];
    const pid = Number(data.toString());
    const stat = () => readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    writeFileSync(join(directory, `volume.${pid}.${stat()[19]}.1`), '');
    // The shell would reap it; what the shell becomes does not.
    const parentName = () => readFileSync(`/proc/${parent.pid}/comm`, 'utf8').trim();
    while (parentName() !== 'sleep') await new Promise((resolve) => setTimeout(resolve, 5));
    process.kill(pid, 'SIGKILL');
    while (stat()[0] !== 'Z') await new Promise((resolve) => setTimeout(resolve, 5));
    expect(await withLock(directory, 'volume', AbortSignal.timeout(5000), tellsKilled)).toBe(true);
    parent.kill('SIGKILL');
    await parent;
  });

  test('is listed apart from those that live', async () => {
    writeFileSync(join(directory, left), '');
    await withLock(directory, 'other', never, async () => {
      expect(lockHolders(directory)).toEqual({ live: new Set(['other']), killed: new Set(['volume']) });
    });
  });
});

test('a lock that is held is not waited for when only a free one is wanted', async () => {
  const taken: string[] = [];
  const take = async (name: string) => void taken.push(name);
  await withLock(directory, 'volume', never, async () => {
    await withFreeLock(directory, 'volume', () => take('held'));
    await withFreeLock(directory, 'free', () => take('free'));
  });
  await withFreeLock(directory, 'volume', () => take('volume'));
  expect(taken).toEqual(['free', 'volume']);
  expect(readdirSync(directory)).toEqual([]);
});

describe('waiting for a lock ends', () => {
  test('at the abort, and the lock is left to its holder', async () => {
    const { child } = await holder();
    const controller = new AbortController();
    const waiting = withLock(directory, 'volume', controller.signal, async () => 'never');
    const reason = new DriverError('DeadlineExceeded', 'took too long');
    setImmediate(() => controller.abort(reason));
    await expect(waiting).rejects.toSatisfy(
      (error: unknown) => error === reason || (error as Error).cause === reason,
    );
    expect(readdirSync(directory)).toEqual([expect.stringContaining(`volume.${child.pid}.`)]);
    child.stdin.end();
    await child;
  });

  test('at once when the call-out was aborted before', async () => {
    const reason = new DriverError('Interrupted', 'stop');
    const waiting = withLock(directory, 'volume', AbortSignal.abort(reason), async () => 'never');
    await expect(waiting).rejects.toBe(reason);
    expect(readdirSync(directory)).toEqual([]);
  });
});

describe('an entry that no live process has written is removed:', () => {
  test.each<[string, string]>([
    ['of a process that is gone', 'volume.4194999.1'],
    ['of a process whose id another one has now', `volume.${process.pid}.1`],
    ['without a start time', 'volume.4194999'],
    ['without a process id', 'volume.'],
    ['of no shape', 'volume.x.y.z'],
    ['named as the process that looks', 'volume.self.1'],
  ])('%s', async (_, entry) => {
    writeFileSync(join(directory, entry), '');
    expect(await withLock(directory, 'volume', AbortSignal.timeout(5000), async () => 'taken')).toBe('taken');
    expect(readdirSync(directory)).toEqual([]);
  });

  test('but not that of another lock', async () => {
    writeFileSync(join(directory, 'volume-2.4194999.1'), '');
    await withLock(directory, 'volume', never, async () => undefined);
    expect(readdirSync(directory)).toEqual(['volume-2.4194999.1']);
  });
});

test('a node on which no entry can be made says so', async () => {
  rmSync(directory, { recursive: true });
  await expect(withLock(directory, 'volume', never, async () => 'never')).rejects.toThrow(
    expect.objectContaining({
      code: 'VolumeFailed',
      message: `cannot lock the volume in ${directory} on the node (ENOENT)`,
    }),
  );
});
