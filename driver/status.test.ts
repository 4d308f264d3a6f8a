import { describe, expect, test } from 'vitest';
import { DriverError } from './errors.ts';
import { type DriverStatus, failure, formatStatus, notSupported, success } from './status.ts';

describe('a status is one line with one JSON object', () => {
  test.each<[string, DriverStatus, string]>([
    ['of success', success, '{"status":"Success"}'],
    [
      'of failure, the code first',
      failure(new DriverError('OptionsInvalid', 'keyvaultname: is missing')),
      '{"status":"Failure","message":"OptionsInvalid: keyvaultname: is missing"}',
    ],
    [
      'of what is not supported',
      notSupported('expandfs'),
      '{"status":"Not supported","message":"this driver has no call-out \\"expandfs\\""}',
    ],
    [
      'whatever ends of lines are in the message',
      failure(new DriverError('Internal', 'a\r\nb\u2028c\u2029d\u0085e\0f')),
      '{"status":"Failure","message":"Internal: a b c d e f"}',
    ],
    [
      'whatever escape sequences a terminal would take',
      failure(new DriverError('Internal', 'a\u001b[2Jb\u009b31mc')),
      '{"status":"Failure","message":"Internal: a [2Jb 31mc"}',
    ],
    [
      'whatever the call-out is named',
      notSupported('"\n{"status":"Success"}'),
      '{"status":"Not supported","message":"this driver has no call-out \\"\\\\\\"\\\\n{\\\\\\"status\\\\\\":\\\\\\"Success\\\\\\"}\\""}',
    ],
  ])('%s', (_, status, line) => {
    expect(formatStatus(status)).toBe(`${line}\n`);
  });
});

test('a message is cut where an event would not show it', () => {
  const { message = '' } = failure(new DriverError('Internal', 'x'.repeat(100_000)));
  expect(message).toBe(`Internal: ${'x'.repeat(3990)}…`);
});

test('a message of the longest length is whole', () => {
  const { message = '' } = failure(new DriverError('Internal', 'x'.repeat(3990)));
  expect(message).toBe(`Internal: ${'x'.repeat(3990)}`);
});

test('a message cut within a surrogate pair is still JSON in UTF-8', () => {
  const line = formatStatus(failure(new DriverError('Internal', `${'x'.repeat(3989)}😀😀`)));
  expect(Buffer.from(line).toString('utf8')).toBe(line);
  expect(JSON.parse(line)).toMatchObject({ status: 'Failure' });
});

test('a long name of a call-out is cut', () => {
  expect(notSupported('y'.repeat(1000)).message).toBe(`this driver has no call-out "${'y'.repeat(64)}"`);
});
