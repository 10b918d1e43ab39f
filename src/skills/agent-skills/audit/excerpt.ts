import { shorten } from '../../../base/text.ts';

const MAX_EXCERPT = 160;
const BEFORE = 40;

const SECRET =
  /\b(?:sk-[\w-]{8,}|gh[pousr]_\w{8,}|github_pat_\w{8,}|xox[abprs]-[\w-]{8,}|AKIA[A-Z0-9]{8,}|AIza[\w-]{10,}|eyJ[\w-]{10,}(?:\.[\w-]+){0,2}|bot\d{5,}:[\w-]{4,})/g;
const ASSIGNED =
  /\b((?:api[_-]?key|token|secret|passw(?:or)?d|authorization)["']?\s{0,2}[:=]\s{0,2}["']?(?:bearer\s)?)([^\s"'<>${}]{6,})/gi;
const BLOB = /[A-Za-z0-9+/_-]{40,}/g;

/** What stands around `index` on one line: secrets masked, and what cannot be seen shown by its number. */
export function excerptOf(text: string, index: number): string {
  const from = Math.max(0, index - BEFORE);
  const part = text.slice(from, from + MAX_EXCERPT * 3).replace(/\s+/g, ' ');
  return shorten(`${from > 0 ? '…' : ''}${masked(showUnseen(part))}`.trim(), MAX_EXCERPT);
}

function masked(text: string): string {
  return text
    .replace(SECRET, (secret) => `${secret.slice(0, 4)}…`)
    .replace(ASSIGNED, (_, name: string, value: string) => `${name}${value.slice(0, 2)}…`)
    .replace(BLOB, (blob) => `${blob.slice(0, 12)}…`);
}

function showUnseen(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Cs}]|[\ufe00-\ufe0f\u{e0100}-\u{e01ef}]/gu, (sign) => {
    return `<U+${(sign.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}>`;
  });
}
