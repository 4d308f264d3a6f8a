const DEFAULT_PAGE = 25;

export interface Page<T> {
  items: T[];
  /** Absolute, with the port as the service writes it; null on the last page. */
  nextLink: string | null;
}

/** One page of a list, told by `maxresults` (1 to 25) and the opaque `$skiptoken`; undefined when `maxresults` is out of range. */
export function pageOf<T>(all: T[], host: string, url: URL): Page<T> | undefined {
  const size = Number(url.searchParams.get('maxresults') ?? DEFAULT_PAGE);
  if (!Number.isInteger(size) || size < 1 || size > DEFAULT_PAGE) return undefined;
  const start = startOf(url.searchParams.get('$skiptoken'));
  const items = all.slice(start, start + size);
  if (start + size >= all.length) return { items, nextLink: null };
  const token = Buffer.from(JSON.stringify({ NextMarker: String(start + size), TargetLocation: 0 })).toString(
    'base64url',
  );
  const query = [
    `api-version=${url.searchParams.get('api-version')}`,
    `$skiptoken=${token}`,
    ...(url.searchParams.has('maxresults') ? [`maxresults=${size}`] : []),
  ].join('&');
  return { items, nextLink: `https://${host}:443${url.pathname}?${query}` };
}

function startOf(token: string | null): number {
  if (token === null) return 0;
  try {
    const marker: unknown = JSON.parse(Buffer.from(token, 'base64url').toString('utf8'));
    return Number((marker as { NextMarker: string }).NextMarker) || 0;
  } catch {
    return 0;
  }
}
