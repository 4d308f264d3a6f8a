import { parseDuration } from './duration.ts';

/** How often a volume is read again, in milliseconds; or never, which is what the predecessor did. */
export type RotationInterval = number | 'off';

/** Either the interval, or `{ fault }`: what is wrong with the text. */
export function parseRotationInterval(text: string): RotationInterval | { readonly fault: string } {
  if (text.trim().toLowerCase() === 'off') return 'off';
  const interval = parseDuration(text, { least: '30s', most: '7d' });
  return typeof interval === 'number' ? interval : { fault: `${interval.fault}, or "off"` };
}
