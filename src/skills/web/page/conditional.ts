/** Conditional requests (RFC 9110, 13): what was read is read anew only if it has changed since. */
import type { Cache } from '../../../bus/index.ts';
import type { Answer } from '../../../egress/index.ts';

interface KeptBody<T extends object> {
  etag: string | undefined;
  modified: string | undefined;
  value: T;
}

/** The last copy of an address, and the headers that ask for a newer one; undefined: none is kept. */
export async function recallBody<T extends object>(
  cache: Cache,
  kind: string,
  url: string,
): Promise<{ asks: Record<string, string>; value: T } | undefined> {
  const body = await cache.recall<KeptBody<T>>(nameOf(kind, url));
  if (!body) return undefined;
  const { etag, modified, value } = body;
  return {
    asks: {
      ...(etag !== undefined && { 'if-none-match': etag }),
      ...(modified !== undefined && { 'if-modified-since': modified }),
    },
    value,
  };
}

const LONGEST_VALIDATOR = 1_000;

/** Keeps what came with an ETag or a Last-Modified; of an address that leads elsewhere nothing. */
export function keepBody(
  cache: Cache,
  kind: string,
  url: string,
  { headers, status, url: from }: Pick<Answer, 'headers' | 'status' | 'url'>,
  value: object,
  forMs: number,
): void {
  const [etag, modified] = [headers.etag, headers['last-modified']].map((each) =>
    each && each.length <= LONGEST_VALIDATOR ? each : undefined,
  );
  if (status !== 200 || new URL(url).href !== from || (etag === undefined && modified === undefined)) return;
  cache.keep(nameOf(kind, url), { etag, modified, value } satisfies KeptBody<object>, forMs);
}

const nameOf = (kind: string, url: string): string => `validated ${kind} ${url}`;
