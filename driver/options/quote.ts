/** A text as the user wrote it, for a message: shortened, and escaped so that it stays on its line. */
export function quote(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}
