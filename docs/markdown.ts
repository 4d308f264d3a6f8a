/** The lines of a document below the heading `title`, up to the next heading of its level or a higher one. */
export function section(markdown: string, title: string): string {
  const lines = markdown.split('\n');
  const start = lines.findIndex((line) => /^#+ /.test(line) && line.replace(/^#+ /, '') === title);
  if (start < 0) throw new Error(`the document has no heading "${title}"`);
  const level = levelOf(lines[start] ?? '');
  const rest = lines.slice(start + 1);
  const end = rest.findIndex((line) => levelOf(line) > 0 && levelOf(line) <= level);
  return rest.slice(0, end < 0 ? undefined : end).join('\n');
}

/** Texts of all headings of a level, backquotes dropped. Code blocks must not hold lines that look like one. */
export function headings(markdown: string, level: number): string[] {
  return markdown
    .split('\n')
    .filter((line) => levelOf(line) === level)
    .map((line) => line.slice(level + 1).replaceAll('`', ''));
}

/** The contents of all code blocks of a language. */
export function codeBlocks(markdown: string, language: string): string[] {
  return [...markdown.matchAll(/^```(\w*)[^\n]*\n(.*?)^```$/gms)]
    .filter((block) => block[1] === language)
    .map((block) => block[2] ?? '');
}

/** 1 to 6, or 0 for a line that is no heading. */
function levelOf(line: string): number {
  return /^(#{1,6}) /.exec(line)?.[1]?.length ?? 0;
}
