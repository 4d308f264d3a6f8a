import { expect, test } from 'vitest';
import { handedOver, toVariable } from './hand-over.ts';

const NAME = 'KEYVAULT_FLEXVOL_HANDED_OVER';

/** As the large runtime finds it in its environment. */
function environmentWith(variable: string): Record<string, string> {
  const at = variable.indexOf('=');
  return { PATH: '/bin', [variable.slice(0, at)]: variable.slice(at + 1) };
}

test('what the small runtime says arrives at the large one', () => {
  expect(handedOver(environmentWith(toVariable(1250.4, 'silent')))).toEqual({
    elapsedMs: 1250,
    passedOver: 'silent',
  });
  expect(handedOver(environmentWith(toVariable(3, undefined)))).toEqual({
    elapsedMs: 3,
    passedOver: undefined,
  });
});

test.each([
  ['there is none', undefined],
  ['there is no number', ':silent'],
  ['the number is negative', '-5:silent'],
  ['the number is longer than any call-out', '12345678:silent'],
  ['there is more than was written', '12:silent:x'],
])('nothing was handed over where %s', (_, value) => {
  expect(handedOver({ [NAME]: value })).toEqual({ elapsedMs: 0, passedOver: undefined });
});

test('a reason that is none of ours is no reason', () => {
  expect(handedOver({ [NAME]: '12:because' })).toEqual({ elapsedMs: 12, passedOver: undefined });
});
