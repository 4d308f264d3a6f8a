/**
 * Reads permission bits from three octal digits, with or without a leading `0` or `0o`.
 * @returns the bits, or what is wrong with the text
 */
export function parseFileMode(text: string): number | string {
  const digits = /^(?:0o|0)?([0-7]{3})$/.exec(text)?.[1];
  if (digits === undefined) {
    if (/^[1-7][0-7]{3}$/.test(text)) {
      return 'must not set the setuid, setgid or sticky bit: the files are data, and the volume is mounted nosuid';
    }
    return 'must be a mode of 3 or 4 octal digits, such as "0400"';
  }
  const mode = Number.parseInt(digits, 8);
  // Nobody means such a mode, but "256" and "420" are decimal for 0400 and 0644 in manifests of other volumes.
  if (!everyClassThatMayAnythingMayRead(mode)) {
    return `is the octal mode ${symbolic(mode)}, with which somebody could write or run a file, but not read it; write the mode in octal, such as "0400"`;
  }
  return mode;
}

function everyClassThatMayAnythingMayRead(mode: number): boolean {
  return [mode >> 6, mode >> 3, mode].every((bits) => (bits & 7) === 0 || (bits & 4) !== 0);
}

/** `rw-r-----`, as ls prints it. */
function symbolic(mode: number): string {
  return [...'rwxrwxrwx'].map((letter, index) => (mode & (1 << (8 - index)) ? letter : '-')).join('');
}
