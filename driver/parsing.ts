/** What a mount needs first that no agent reads for, as one part of the executable: options, policy, forms. */
export { beginReading } from './read-volume.ts';
