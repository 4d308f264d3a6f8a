import type { PipelineResponse } from '@azure/core-rest-pipeline';

/** What a service asks to wait, in milliseconds, from a number of seconds or a date (RFC 9110 section 10.2.3). */
export function retryAfter({ headers }: PipelineResponse): number | undefined {
  const value = headers.get('retry-after')?.trim();
  if (value === undefined || value === '') return undefined;
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - Date.now());
}
