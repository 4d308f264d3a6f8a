import { z } from 'zod';
import type { Question, Role } from '../answer.ts';

const match = z.strictObject({
  role: z.enum(['entra', 'vault', 'nmi', 'imds', 'unknown']).optional(),
  method: z.string().optional(),
  host: z.string().optional(),
  /** Regular expression over path and query. */
  path: z.string().optional(),
});

/** What happens instead of, or to, the answer. Several may be combined; `hang` and `reset: at-once` end the matter. */
const action = z.strictObject({
  /** Waits before anything else. */
  delayMs: z.number().int().min(0).optional(),
  /** Never answers; the connection stays open. */
  hang: z.literal(true).optional(),
  /** Cuts the connection with a TCP reset: before any byte, or after half of the body. */
  reset: z.enum(['at-once', 'mid-body']).optional(),
  /** Replaces the answer; without `body` the role's own text for that status is sent. */
  status: z.number().int().min(200).max(599).optional(),
  body: z.string().optional(),
  headers: z.record(z.string(), z.string()).optional(),
  /** Replaces the Content-Type; '' leaves it out. */
  contentType: z.string().optional(),
  /** Location of a redirect: status 307, or `status`. */
  redirect: z.string().optional(),
  /** Announces the whole length, sends half and closes the connection in order. */
  truncate: z.literal(true).optional(),
  /** Sends the body so many bytes at a time. */
  slow: z.strictObject({ bytes: z.number().int().min(1), everyMs: z.number().int().min(1) }).optional(),
  /** Sends a body of that many bytes. */
  bigBodyBytes: z.number().int().min(0).optional(),
});

const rule = z.strictObject({
  match: match.default({}),
  action,
  /** How often it is played; without it, for ever. */
  times: z.number().int().min(1).optional(),
});

const faultsSchema = z.strictObject({
  rules: z.array(rule).default([]),
  /** Added before every answer of every role. */
  latencyMs: z.number().int().min(0).default(0),
});

export type FaultAction = z.infer<typeof action>;
export type FaultRules = z.input<typeof faultsSchema>;

/** The rules in force; the first that matches is played, and used up after `times`. */
export class Faults {
  #rules: z.infer<typeof rule>[] = [];
  latencyMs = 0;

  /** @throws ZodError naming every fault of the rules. */
  set(rules: unknown): void {
    const parsed = faultsSchema.parse(rules);
    for (const { match } of parsed.rules) if (match.path !== undefined) new RegExp(match.path);
    this.#rules = parsed.rules;
    this.latencyMs = parsed.latencyMs;
  }

  take(role: Role, { method, host, url }: Question): FaultAction | undefined {
    const found = this.#rules.find(
      ({ match, times }) =>
        times !== 0 &&
        (match.role ?? role) === role &&
        (match.method ?? method) === method &&
        (match.host ?? host) === host &&
        (match.path === undefined || new RegExp(match.path).test(url.pathname + url.search)),
    );
    if (found?.times !== undefined) found.times -= 1;
    return found?.action;
  }
}
