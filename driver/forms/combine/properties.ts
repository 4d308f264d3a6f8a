/** One line as `java.util.Properties.store` writes it: ASCII, so that readers of ISO 8859-1 and of UTF-8 agree. */
export function propertiesEntry(key: string, value: string): string {
  // Within a value only a leading blank would be lost; within a key any would end it.
  return `${escaped(key).replaceAll(' ', '\\ ')}=${escaped(value).replace(/^ /, '\\ ')}\n`;
}

const shortEscapes: Readonly<Record<string, string>> = {
  '\t': '\\t',
  '\n': '\\n',
  '\r': '\\r',
  '\f': '\\f',
};

function escaped(text: string): string {
  return text
    .replace(/[\\=:#!]/g, '\\$&')
    .replace(/[^ -~]/g, (unit) => shortEscapes[unit] ?? unicodeEscape(unit));
}

/** Of one UTF-16 unit; a character beyond U+FFFF has two. */
function unicodeEscape(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`;
}
