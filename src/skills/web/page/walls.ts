/** Detects walls between a reader and a page. Pure. */
import { type Failed, failed } from '../../../agent/index.ts';
import { texts } from '../texts.ts';
import type { Read } from './reader.ts';

const CAPTCHA =
  /cf-challenge|cf_chl_|challenge-platform|g-recaptcha|h-captcha|hcaptcha\.com|captcha-delivery|px-captcha|_Incapsula_Resource|turnstile\/v0|awswafcaptcha|<title>\s*(?:just a moment|attention required|are you a robot|verify (?:that )?you are human|access to this page has been denied)/i;
/** Most characters of a page that asks whether its reader is a person; with more, the page itself is there. */
const LITTLE = 400;
/** A page that says so little beside a form for logging in says nothing else. Characters. */
const NOTHING = 60;

/** Why there is no page at this status; undefined: there may be. */
export function refusedBy(host: string, status: number, html: string | undefined): Failed | undefined {
  if (status < 400) return undefined;
  if (html !== undefined && CAPTCHA.test(html)) return captcha(host);
  if (status === 401 || status === 407) return failed('LOGIN_WALL', texts.login(host), { remedy: texts.loginRemedy });
  if (status === 404 || status === 410)
    return failed('NOT_FOUND', texts.gone(host, status), { remedy: texts.goneRemedy });
  if (status === 429) return failed('RATE_LIMITED', texts.often(host), { remedy: texts.laterRemedy });
  if (status >= 500) return failed('UNAVAILABLE', texts.broken(host, status), { remedy: texts.laterRemedy });
  return failed('REFUSED', texts.refuses(host, status), { remedy: texts.refusesRemedy });
}

/** Why what was read is not what was asked for; undefined: it is, as far as anybody can tell. */
export function walledOff(host: string, html: string, { characters, passwords = 0 }: Read): Failed | undefined {
  if (characters < LITTLE && CAPTCHA.test(html)) return captcha(host);
  if (characters < NOTHING && passwords > 0)
    return failed('LOGIN_WALL', texts.login(host), { remedy: texts.loginRemedy });
  return characters === 0 ? failed('EMPTY', texts.empty(host), { remedy: texts.emptyRemedy }) : undefined;
}

/** True if there may be more for those who are logged in: it says little, and has a field for a password. */
export function isPartly({ characters, passwords = 0 }: Pick<Read, 'characters' | 'passwords'>): boolean {
  return characters < LITTLE && passwords > 0;
}

function captcha(host: string): Failed {
  return failed('CAPTCHA', texts.captcha(host), { remedy: texts.captchaRemedy });
}

/** The address that a page sends its readers on to within a few seconds, as it writes it. */
export function refreshTo(content: string | undefined): string | undefined {
  const [, seconds, address] = /^\s*(\d+)(?:\.\d*)?\s*[;,]\s*(?:url\s*=\s*)?["']?([^"'\s]+)/i.exec(content ?? '') ?? [];
  return address !== undefined && Number(seconds) <= 10 ? address : undefined;
}
