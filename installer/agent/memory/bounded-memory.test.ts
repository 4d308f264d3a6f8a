import { expect, test } from 'vitest';
import { BoundedMemory } from './bounded-memory.ts';

function memoryOf(maxBytes: number) {
  const clock = { now: 0 };
  return { clock, memory: new BoundedMemory<string>(maxBytes, () => clock.now) };
}

test('a value is kept for as long as it may be, and no longer', () => {
  const { clock, memory } = memoryOf(10_000);
  memory.set('a', 'x', 1, 1000);
  clock.now = 999;
  expect(memory.get('a')).toMatchObject({ value: 'x', at: 0 });
  clock.now = 1000;
  expect(memory.get('a')).toBeUndefined();
  expect(memory.bytes).toBe(0);
});

test('beyond its bytes what was kept first goes first', () => {
  const { memory } = memoryOf(4000);
  for (const name of ['a', 'b', 'c', 'd']) memory.set(name, name, 1000, 1000);
  expect(['a', 'b', 'c', 'd'].filter((name) => memory.get(name))).toEqual(['c', 'd']);
  expect(memory.bytes).toBeLessThanOrEqual(4000);
});

test('a value that is larger than all there may be pushes nothing out', () => {
  const { memory } = memoryOf(4000);
  memory.set('a', 'a', 100, 1000);
  memory.set('b', 'b', 4000, 1000);
  expect(memory.get('b')).toBeUndefined();
  expect(memory.get('a')?.value).toBe('a');
});

test('a value that is set again is counted once', () => {
  const { memory } = memoryOf(10_000);
  for (let times = 0; times < 100; times++) memory.set('a', 'x', 100, 1000);
  const once = memory.bytes;
  memory.delete('a');
  memory.delete('a');
  expect([once, memory.bytes]).toEqual([612, 0]);
});

test('sweeping lets go of what nobody will ask for again', () => {
  const { clock, memory } = memoryOf(10_000);
  memory.set('a', 'a', 100, 1000);
  memory.set('b', 'b', 100, 3000);
  clock.now = 2000;
  memory.sweep();
  expect(memory.bytes).toBe(612);
});

test('memory stays bounded over a hundred thousand values', () => {
  const { clock, memory } = memoryOf(1_000_000);
  for (let index = 0; index < 100_000; index++) {
    clock.now = index;
    memory.set(`key-${index % 5000}`, 'x', index % 3000, 30_000);
    expect(memory.bytes).toBeLessThanOrEqual(1_000_000);
  }
});
