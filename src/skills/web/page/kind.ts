/** Detects type and encoding of a body, whatever its server says. Pure. */
import { TextDecoder } from 'node:util';

export type Kind = 'html' | 'pdf' | 'json' | 'csv' | 'text' | 'binary';

const SNIFFED = 1_024;

/** The kind of a body of this declared type. Types lie: what the bytes say goes before. */
export function kindOf(type: string, bytes: Uint8Array): Kind {
  const start = Buffer.from(bytes.subarray(0, SNIFFED)).toString('latin1');
  if (start.slice(0, 64).includes('%PDF-')) return 'pdf';
  if (!bom(bytes) && start.includes('\0')) return isWide(bytes) ? 'text' : 'binary';
  const head = start.replace(/^(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?(?:<!--[\s\S]*?-->\s*)*/, '').toLowerCase();
  if (/^<(?:!doctype html|html|head|body|title|meta)[\s>]/.test(head)) return 'html';
  if (/^[[{]/.test(head) && isJson(type, bytes)) return 'json';
  if (/\bcsv\b/.test(type)) return 'csv';
  if (type === 'text/html' || type === 'application/xhtml+xml') return 'html';
  if (type === '' && /^<[a-z!]/.test(head)) return 'html';
  return isControlled(start) ? 'binary' : 'text';
}

function isJson(type: string, bytes: Uint8Array): boolean {
  if (/[/+]json$/.test(type)) return true;
  try {
    JSON.parse(Buffer.from(bytes).toString());
    return true;
  } catch {
    return false;
  }
}

/** True if more than a few characters are none of any text. */
function isControlled(start: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are looked for
  const odd = start.match(/[\x01-\x08\x0e-\x1a\x1c-\x1f]/g)?.length ?? 0;
  return odd > start.length * 0.02;
}

/** UTF-16 without a mark has a zero in every other byte of Latin text. */
function isWide(bytes: Uint8Array): boolean {
  return wide(bytes) !== undefined;
}

function wide(bytes: Uint8Array): string | undefined {
  const seen = bytes.subarray(0, SNIFFED);
  const zeros = [0, 0];
  for (const [index, byte] of seen.entries()) if (byte === 0) zeros[index % 2] = (zeros[index % 2] ?? 0) + 1;
  const [even = 0, odd = 0] = zeros;
  const most = seen.length / 2;
  if (odd > most * 0.7 && even < most * 0.1) return 'utf-16le';
  return even > most * 0.7 && odd < most * 0.1 ? 'utf-16be' : undefined;
}

function bom(bytes: Uint8Array): string | undefined {
  const [a, b, c] = bytes;
  if (a === 0xef && b === 0xbb && c === 0xbf) return 'utf-8';
  if (a === 0xff && b === 0xfe) return 'utf-16le';
  return a === 0xfe && b === 0xff ? 'utf-16be' : undefined;
}

/**
 * The characters of a body, in the order in which browsers decide: a byte order mark, the header, what the page says of
 * itself; where nothing does, or what does is wrong, UTF-8 if it is valid, else the Latin of Windows.
 */
export function decode(bytes: Uint8Array, contentType: string): string {
  const named = /charset\s*=\s*["']?([\w:.-]+)/i.exec(contentType)?.[1];
  const start = Buffer.from(bytes.subarray(0, 4_096)).toString('latin1');
  const inPage =
    /<meta[^>]+charset\s*=\s*["']?([\w:.-]+)/i.exec(start)?.[1] ??
    /^\s*<\?xml[^>]+encoding=["']([\w:.-]+)/i.exec(start)?.[1];
  const marked = bom(bytes) ?? wide(bytes);
  if (marked) return decoder(marked)?.decode(bytes) ?? '';
  for (const label of [named, inPage]) {
    const known = label === undefined ? undefined : decoder(label);
    // A page that says UTF-8 and is none is read as what it most likely is.
    if (known && (known.encoding !== 'utf-8' || isUtf8(bytes))) return known.decode(bytes);
  }
  return (isUtf8(bytes) ? new TextDecoder() : new TextDecoder('windows-1252')).decode(bytes);
}

function decoder(label: string): TextDecoder | undefined {
  try {
    return new TextDecoder(label);
  } catch {
    return undefined;
  }
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}
