import { type PipelinePolicy, RestError } from '@azure/core-rest-pipeline';
import { systemCode } from '../errors.ts';
import { pathOfUrl } from './object.ts';

const MAX_TOLD = 5;
const NOT_ASKED = 'was not asked yet';

/** What was last seen of each thing asked of one vault, to be told when time is over. */
export class Sightings {
  readonly #host: string;
  readonly #open = new Map<string, { readonly what: string; last: string }>();

  constructor(host: string) {
    this.#host = host;
  }

  /** @param path as of `pathOf` */
  begin(path: string, what: string): void {
    this.#open.set(path, { what, last: NOT_ASKED });
  }

  end(path: string): void {
    this.#open.delete(path);
  }

  /** What was seen before says more than that it is being asked again. */
  sent(path: string): void {
    const entry = this.#open.get(path);
    if (entry?.last === NOT_ASKED) entry.last = 'got no answer';
  }

  see(path: string, last: string): void {
    const entry = this.#open.get(path);
    if (entry) entry.last = last;
  }

  /** `testkv.vault.azure.net: secret "a" got HTTP 429`; undefined when nothing is left open. */
  summary(): string | undefined {
    const open = [...this.#open.values()];
    if (open.length === 0) return undefined;
    const told = open.slice(0, MAX_TOLD).map(({ what, last }) => `${what} ${last}`);
    const more = open.length > MAX_TOLD ? [`${open.length - MAX_TOLD} more`] : [];
    return `${this.#host}: ${[...told, ...more].join(', ')}`;
  }
}

/** Notes each request and its answer. */
export function sightingsPolicy(sightings: Sightings): PipelinePolicy {
  return {
    name: 'sightingsPolicy',
    async sendRequest(request, next) {
      const path = pathOfUrl(request.url);
      sightings.sent(path);
      try {
        const response = await next(request);
        sightings.see(path, `got HTTP ${response.status}`);
        return response;
      } catch (error) {
        if (error instanceof RestError) sightings.see(path, `got no answer (${systemCode(error)})`);
        throw error;
      }
    },
  };
}
