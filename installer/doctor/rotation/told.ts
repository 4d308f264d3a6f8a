import type { AssessedVolume } from '../../rotation/assess.ts';
import { describeVolume } from '../../rotation/journal.ts';
import type { Finding } from '../finding.ts';

/** A finding of the check `rotation`. */
export type Told = Omit<Finding, 'check'>;

const MOST_NAMED = 3;

/** `2 volumes (shop/web-0 kv, shop/web-1 kv)`; of many, the first few by name. */
export function named(volumes: readonly AssessedVolume[]): string {
  const names = volumes
    .map(({ record }) => describeVolume(record))
    .map(({ namespace, pod, volume }) => `${namespace}/${pod} ${volume}`)
    .sort();
  const more = names.length > MOST_NAMED ? ` and ${names.length - MOST_NAMED} more` : '';
  const count = names.length === 1 ? '1 volume' : `${names.length} volumes`;
  return `${count} (${names.slice(0, MOST_NAMED).join(', ')}${more})`;
}
