/** Who answers: named in the journal and in fault rules. */
export type Role = 'entra' | 'vault' | 'nmi' | 'imds' | 'control' | 'unknown';

/** A request, read completely. `host` is lower case and without port. */
export interface Question {
  method: string;
  host: string;
  url: URL;
  headers: Record<string, string | string[] | undefined>;
  body: Buffer;
  remoteAddress: string;
}

/** `principal`: name of the identity that asked, for the journal. */
export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string | Buffer;
  principal?: string | undefined;
}

export type Handler = (question: Question) => Answer | Promise<Answer>;

export function header(question: Question, name: string): string | undefined {
  const value = question.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

export function json(status: number, body: unknown, headers: Record<string, string> = {}): Answer {
  const typed =
    'Content-Type' in headers ? headers : { 'Content-Type': 'application/json; charset=utf-8', ...headers };
  return { status, headers: typed, body: JSON.stringify(body) };
}

/** As Go's `http.Error` writes it: text, `nosniff`, a newline at the end. */
export function goError(status: number, message: string): Answer {
  const headers = { 'Content-Type': 'text/plain; charset=utf-8', 'X-Content-Type-Options': 'nosniff' };
  return { status, headers, body: `${message}\n` };
}
