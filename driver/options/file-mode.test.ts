import { describe, expect, test } from 'vitest';
import { parseFileMode } from './file-mode.ts';

describe('a mode is', () => {
  test.each([
    ['400', 0o400],
    ['0400', 0o400],
    ['0o400', 0o400],
    ['0640', 0o640],
    ['0777', 0o777],
    ['0000', 0],
    ['755', 0o755],
    ['0o440', 0o440],
  ])('%s', (text, mode) => {
    expect(parseFileMode(text)).toBe(mode);
  });
});

describe('a mode is not', () => {
  const digits = 'must be a mode of 3 or 4 octal digits, such as "0400"';
  const bits =
    'must not set the setuid, setgid or sticky bit: the files are data, and the volume is mounted nosuid';
  const unreadable = (mode: string) =>
    `is the octal mode ${mode}, with which somebody could write or run a file, but not read it; write the mode in octal, such as "0400"`;
  test.each([
    ['empty', '', digits],
    ['of two digits', '40', digits],
    ['of five digits', '00400', digits],
    ['symbolic', 'u=r', digits],
    ['negative', '-400', digits],
    ['hexadecimal', '0x100', digits],
    ['of digits that are not octal, as decimal 0600 is', '384', digits],
    ['followed by a line', '0400\n', digits],
    ['setuid', '4755', bits],
    ['setgid', '2750', bits],
    ['sticky', '1777', bits],
    ['decimal 0400', '256', unreadable('-w-r-xrw-')],
    ['decimal 0644', '420', unreadable('r---w----')],
    ['decimal 0777', '511', unreadable('r-x--x--x')],
    ['write-only', '0200', unreadable('-w-------')],
  ])('%s', (_, text, fault) => {
    expect(parseFileMode(text)).toBe(fault);
  });
});
