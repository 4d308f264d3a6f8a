/** What a mount needs first that no agent reads for, as one part of the executable: node configuration, options, policy, forms. */
export { loadNodeConfig } from './nodeconfig/load.ts';
export { beginReading } from './read-volume.ts';
