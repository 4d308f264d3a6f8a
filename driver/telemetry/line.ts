/** A line of the spool, its newline included: what one write(2) appends whole, beside other processes' lines. */
export const MAX_LINE_BYTES = 4096;

/**
 * A line of JSON with as many of the entries as fit. Whatever texts hold, it is printable ASCII and one line: no text
 * of a pod's author can end it, or mean something to a terminal.
 * @param head must fit by itself
 */
export function fitLine(head: object, key: string, entries: readonly object[]): string {
  const start = ascii(head).slice(0, -1);
  const between = `,${JSON.stringify(key)}:[`;
  let left = MAX_LINE_BYTES - start.length - between.length - ']}\n'.length;
  const fitting: string[] = [];
  for (const entry of entries) {
    const text = ascii(entry);
    left -= text.length + 1;
    if (left < 0) break;
    fitting.push(text);
  }
  return `${start}${between}${fitting.join(',')}]}\n`;
}

/** The text, cut so that it takes no more than so many bytes of a line. */
export function plain(text: string, maxBytes: number): string {
  let cut = text.slice(0, maxBytes);
  while (ascii(cut).length - 2 > maxBytes) cut = cut.slice(0, Math.floor(cut.length * 0.9));
  return cut;
}

function ascii(value: unknown): string {
  return JSON.stringify(value).replace(
    /[^ -~]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
