import type { FoundObject } from '../ports.ts';

/**
 * What the vault says of an object, as JSON of two-blank indentation, in a stable order; what it does not say is
 * left out. Times are ISO 8601 in UTC. `fallback` is there, and true, only when the fallback vault served it; `staleSince`
 * only when the vault could not be asked.
 */
export function metadataJson(object: FoundObject, vaultAskedFor: string): string {
  const { vault, name, version, content, attributes, readAt } = object;
  const { contentType, tags, notBefore, expires, created, updated } = attributes;
  const document = {
    type: content.type,
    name,
    version,
    vault,
    fallback: vault.toLowerCase() === vaultAskedFor.toLowerCase() ? undefined : true,
    staleSince: isoTime(readAt === undefined ? undefined : Math.floor(readAt)),
    contentType,
    tags: Object.fromEntries(Object.entries(tags).sort(([a], [b]) => (a < b ? -1 : 1))),
    notBefore: isoTime(notBefore),
    expires: isoTime(expires),
    created: isoTime(created),
    updated: isoTime(updated),
  };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}

/** Undefined also for a time that no calendar has: the service takes any number of seconds. */
function isoTime(milliseconds: number | undefined): string | undefined {
  if (milliseconds === undefined) return undefined;
  const date = new Date(milliseconds);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString().replace('.000Z', 'Z');
}
