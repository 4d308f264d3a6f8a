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

const CUT = ' … (cut; the log of the installer on this node has more)';
/** What kubelet writes before it into an event, with the longest name of a pod's volume. */
const KUBELETS = `MountVolume.SetUp failed for volume "${'v'.repeat(63)}" : mount command failed, status: Failure, reason: `;

test('a message is cut so that it fits into an event beside kubelet’s words', () => {
  const { message = '' } = failure(new DriverError('Internal', 'x'.repeat(100_000)));
  expect(message).toMatch(/^Internal: x+ … \(cut; /);
  expect(message).toHaveLength(850);
  expect(KUBELETS.length + message.length).toBeLessThanOrEqual(1024);
});

test('a message of several faults is cut between two of them', () => {
  const fault = `secret ${'x'.repeat(200)} does not exist`;
  const { message = '' } = failure(
    new DriverError('ObjectNotFound', Array.from({ length: 9 }, () => fault).join(' | ')),
  );
  expect(message).toBe(`ObjectNotFound: ${[fault, fault, fault].join(' | ')}${CUT}`);
});

test('a message of the longest length is whole', () => {
  const { message = '' } = failure(new DriverError('Internal', 'x'.repeat(840)));
  expect(message).toBe(`Internal: ${'x'.repeat(840)}`);
});

test('what differs at each try is not in kubelet’s line', () => {
  const reference = 'request id 01234567-89ab-cdef-0123-456789abcdef';
  const status = failure(new DriverError('AccessDenied', 'no', { reference }));
  expect(formatStatus(status)).toBe('{"status":"Failure","message":"AccessDenied: no"}\n');
  expect(status).toMatchObject({ told: { message: 'AccessDenied: no', reference } });
});

test('a message cut within a surrogate pair is still JSON in UTF-8', () => {
  const line = formatStatus(failure(new DriverError('Internal', `${'x'.repeat(783)}😀😀${'x'.repeat(200)}`)));
  expect(Buffer.from(line).toString('utf8')).toBe(line);
  expect(JSON.parse(line)).toMatchObject({ status: 'Failure' });
});

test('a long name of a call-out is cut', () => {
  expect(notSupported('y'.repeat(1000)).message).toBe(`this driver has no call-out "${'y'.repeat(64)}"`);
});
