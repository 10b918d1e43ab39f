/** The path under which people reach coda (`http.url`): taken off where a request has it, put before what is answered. */
import { CodaError } from '../../base/errors.ts';
import type { AnyRoute } from '../../chat/index.ts';

/** Home Assistant's ingress has one of 63. */
const MOST_CHARACTERS = 64;
const FORM = /^(?:\/[A-Za-z0-9._~-]+)+$/;

/** True for a path that stands for itself in an address, a cookie and a document alike: nothing of it has to be escaped. */
export function isPrefix(path: string): boolean {
  return path.length <= MOST_CHARACTERS && FORM.test(path) && !/\/\.{1,2}(?:\/|$)/.test(path);
}

const PARTS = /^https?:\/\/[^/?#]+([^?#]*)(.*)$/s;

/** Path of `http.url` without a slash at its end, '' at the root of a name; undefined where it cannot be a prefix. */
export function prefixIn(url: string): string | undefined {
  const [, path = '', more = ''] = PARTS.exec(url) ?? [];
  const prefix = path.replace(/\/$/, '');
  return more === '' && (prefix === '' || isPrefix(prefix)) ? prefix : undefined;
}

export const prefixOf = (url: string | undefined): string => prefixIn(url ?? '') ?? '';

/**
 * The path's parts behind the prefix. A proxy may have taken it off already, so that a path without it stays as it is; it is
 * taken off once, and compared part by part: `/codafoo`, `//coda` and `/coda%2Fv1` do not have the prefix `/coda`.
 */
export function withoutPrefix(path: readonly string[], prefix: string): readonly string[] {
  if (prefix === '') return path;
  const own = prefix.split('/');
  if (!own.every((part, index) => part === path[index])) return path;
  const rest = path.slice(own.length);
  return ['', ...(rest.length === 0 ? [''] : rest)];
}

/** Throws `CONFIG_INVALID` for a prefix that begins as an address of coda itself: nobody could tell the two apart. */
export function guardPrefix(prefix: string, routes: readonly AnyRoute[]): void {
  const [, first = ''] = prefix.split('/');
  if (first === '' || !routes.some(({ path }) => path.split('/')[1] === first)) return;
  throw new CodaError('CONFIG_INVALID', {
    message: `http.url: its path begins with /${first}, which is an address of coda itself.`,
    remedy: 'Choose another one, such as /coda, and have the proxy pass that on.',
  });
}
