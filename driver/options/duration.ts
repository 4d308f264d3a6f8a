const UNIT_MS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** What a duration may be: each as it is written, such as `1m`. */
export interface DurationBounds {
  readonly least: string;
  readonly most: string;
}

/** Milliseconds of a text such as `90s`, `5m`, `12h` or `1d`, or `{ fault }`: what is wrong with it. */
export function parseDuration(
  text: string,
  { least, most }: DurationBounds,
): number | { readonly fault: string } {
  const milliseconds = millisecondsOf(text.trim().toLowerCase());
  if (milliseconds === undefined)
    return { fault: 'must be a whole number with a unit, such as "90s", "5m", "12h" or "1d"' };
  const within = milliseconds >= (millisecondsOf(least) ?? 0) && milliseconds <= (millisecondsOf(most) ?? 0);
  return within ? milliseconds : { fault: `must be at least ${least} and at most ${most}` };
}

function millisecondsOf(text: string): number | undefined {
  const [, count, unit = ''] = /^(\d{1,7})([smhd])$/.exec(text) ?? [];
  return count === undefined ? undefined : Number(count) * (UNIT_MS[unit] ?? 0);
}
