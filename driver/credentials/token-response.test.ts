import { describe, expect, test } from 'vitest';
import { parseJsonObject, readAccessToken } from './token-response.ts';

describe('a token is read', () => {
  test.each<[string, unknown, number]>([
    ['whose life is a number', 3600, 3_600_000],
    ['whose life is a string, as NMI and IMDS write it', '3600', 3_600_000],
    ['whose life is not told', undefined, 0],
    ['whose life is no number', 'soon', 0],
  ])('%s', (_, expiresIn, life) => {
    const before = Date.now();
    const { token, expiresAt } = readAccessToken(
      { access_token: 'eyJ0.eyJh-._~+/=', expires_in: expiresIn },
      'x',
    );
    const after = Date.now();
    expect(token).toBe('eyJ0.eyJh-._~+/=');
    expect(expiresAt).toBeGreaterThanOrEqual(before + life);
    expect(expiresAt).toBeLessThanOrEqual(after + life);
  });
});

describe('an answer without a usable token is refused, and not quoted', () => {
  test.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['a string', 'canary'],
    ['no token', { expires_in: 1 }],
    ['an empty token', { access_token: '' }],
    ['a token that is no string', { access_token: 42 }],
    ['a token that would end the header', { access_token: 'canary\r\nHost: evil' }],
    ['a token with a space', { access_token: 'canary token' }],
  ])('%s', (_, fields) => {
    expect(() => readAccessToken(fields, 'NMI')).toThrow(
      expect.objectContaining({
        code: 'TokenUnavailable',
        message: 'NMI answered without a usable access token',
      }),
    );
  });
});

test.each<[string | null | undefined, unknown]>([
  ['{"a":1}', { a: 1 }],
  ['[]', undefined],
  ['null', undefined],
  ['"x"', undefined],
  ['', undefined],
  ['<html>', undefined],
  [null, undefined],
  [undefined, undefined],
])('the object in %j', (text, expected) => {
  expect(parseJsonObject(text)).toEqual(expected);
});
