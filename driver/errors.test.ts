import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { DriverError, systemCode, toDriverError } from './errors.ts';

describe('what was thrown becomes a DriverError', () => {
  test('unless it is one already', () => {
    const error = new DriverError('AccessDenied', 'no');
    expect(toDriverError(error)).toBe(error);
  });

  test.each<[string, unknown, string]>([
    ['an error', new TypeError('Unexpected token c in "canary"'), 'TypeError'],
    ['an error of the system', thrownBy(() => readFileSync('/does/not/exist')), 'ENOENT'],
    ['an error with an odd code', Object.assign(new Error('canary'), { code: 'canary secret' }), 'Error'],
    ['an error with a numeric code', Object.assign(new RangeError('canary'), { code: 17 }), 'RangeError'],
    ['a string', 'canary', 'string'],
    ['nothing', undefined, 'undefined'],
    ['null', null, 'object'],
  ])('%s by its kind, without its text', (_, thrown, kind) => {
    const error = toDriverError(thrown);
    expect(error.code).toBe('Internal');
    expect(error.message).toBe(
      `the driver failed unexpectedly (${kind}); please report this with the driver's version`,
    );
    expect(error.cause).toBe(thrown);
  });
});

test.each(['EMFILE', 'ENFILE'])("%s is the node's, wherever it came up", (code) => {
  expect(toDriverError(Object.assign(new Error('canary'), { code }))).toMatchObject({
    code: 'VolumeFailed',
    message: `the driver is out of file descriptors (${code}); raise the limit of kubelet (LimitNOFILE) or of the node`,
  });
});

test.each<[unknown, string]>([
  [Object.assign(new Error('x'), { code: 'ENOSPC' }), 'ENOSPC'],
  [Object.assign(new Error('x'), { code: 'ERR_TLS_CERT_ALTNAME_INVALID' }), 'ERR_TLS_CERT_ALTNAME_INVALID'],
  [Object.assign(new Error('x'), { code: 'x'.repeat(65).toUpperCase() }), 'Error'],
  [{ code: 'ENOSPC' }, 'object'],
  [42, 'number'],
])('the code of %o is %s', (error, code) => {
  expect(systemCode(error)).toBe(code);
});

function thrownBy(action: () => unknown): unknown {
  try {
    return action();
  } catch (error) {
    return error;
  }
}
