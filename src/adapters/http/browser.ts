/** Browsers: the cookie of a session, and which pages may make use of it. */
import type { IncomingMessage } from 'node:http';
import { CodaError } from '../../base/errors.ts';
import { isOwn } from './origins.ts';

const COOKIE = 'coda_session';

/** The value of the session's cookie; undefined where there is none, or where there are several. */
export function cookieOf({ headers: { cookie = '' } }: Pick<IncomingMessage, 'headers'>): string | undefined {
  const found = cookie.split(';').flatMap((each) => {
    const [name, value = ''] = each.trim().split('=');
    return name === COOKIE ? [value] : [];
  });
  return found.length === 1 ? found[0] : undefined;
}

/** Sets the cookie, or with an empty value takes it back. `origin`: that of the page which asked for it. */
export function cookieText(value: string, seconds: number, origin: string | undefined): string {
  const secure = origin?.startsWith('https://') ? '; Secure' : '';
  return `${COOKIE}=${value}; Path=/; Max-Age=${Math.floor(seconds)}; HttpOnly; SameSite=Strict${secure}`;
}

/**
 * Throws `HTTP_FORBIDDEN` where a page that is not coda's own has the browser send its cookie. `SameSite` alone does not
 * tell apart what is served on other ports of the same host. Browsers leave `Sec-Fetch-Site` out on plain HTTP beyond this
 * machine; what changes something then carries `Origin`, which has been compared with the host already.
 */
export function guardSite({ method, headers }: Pick<IncomingMessage, 'method' | 'headers'>, isPage: boolean): void {
  const { 'sec-fetch-site': site, 'sec-fetch-mode': mode, origin, host = '' } = headers;
  if (site === 'same-origin') return;
  const isSafe = method === 'GET' || method === 'HEAD';
  if (isSafe && (site === undefined || site === 'none' || (isPage && mode === 'navigate'))) return;
  if (!isSafe && site === undefined && origin !== undefined && isOwn(origin, host)) return;
  throw new CodaError('HTTP_FORBIDDEN', {
    message: 'Only pages of coda itself may do this in your name.',
    remedy: 'Open it from the address bar.',
  });
}
