/** The code that a description begins with: Entra's AADSTS, or MSIS of an AD FS. */
export function codeIn(description: unknown): string | undefined {
  return /^(AADSTS\d{4,9}|MSIS\d{3,6})\b/.exec(String(description ?? ''))?.[0];
}

/** The first code of Entra anywhere in a text, as NMI and the metadata service quote it. */
export function codeWithin(text: unknown): string | undefined {
  return /\bAADSTS\d{4,9}\b/.exec(String(text ?? ''))?.[0];
}

const MAX_SENTENCE = 160;

/**
 * The first sentence that a service says after its code, for codes that nobody here knows. It is made safe to show, and the same
 * at each try: ids, times, numbers and anything that could be a secret become `…`.
 */
export function firstSentence(description: unknown): string | undefined {
  const text = String(description ?? '');
  const code = codeIn(text);
  if (code === undefined) return undefined;
  const [sentence = ''] = text
    .slice(code.length)
    .replace(/^:\s*/, '')
    .split(/\.?\s+Trace ID:|[\r\n]|\.\s/, 1);
  const shown = sentence
    .replace(/[^ -~]/g, '')
    .replace(/'[^']*'|"[^"]*"|\S*\d\S*|\S{32,}/g, '…')
    .replace(/\.$/, '')
    .trim()
    .slice(0, MAX_SENTENCE);
  return /[A-Za-z]{3}/.test(shown) ? shown : undefined;
}
