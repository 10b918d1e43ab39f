/** Bytes as text: UTF-8, UTF-16 and, where it can be neither, Windows-1252. */
import { TextDecoder } from 'node:util';

/** The text; undefined for bytes that are none. `isCut`: they may end within a character. */
export function decodeText(bytes, isCut = false) {
  const wide = wideOf(bytes);
  if (wide) return new TextDecoder(wide).decode(isCut ? bytes.subarray(0, bytes.length & ~1) : bytes);
  if (bytes.includes(0)) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: isCut });
  } catch {
    return isOdd(bytes) ? undefined : new TextDecoder('windows-1252').decode(bytes);
  }
}

/** UTF-16 by its mark; without one, Latin text has a zero in every other byte. */
function wideOf(bytes) {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  const zeros = [0, 0];
  const seen = Math.min(bytes.length, 1_024);
  for (let at = 0; at < seen; at++) if (bytes[at] === 0) zeros[at % 2]++;
  const most = seen / 2;
  if (zeros[1] > most * 0.7 && zeros[0] < most * 0.1) return 'utf-16le';
  return zeros[0] > most * 0.7 && zeros[1] < most * 0.1 ? 'utf-16be' : undefined;
}

/** Control characters do not stand in texts. */
function isOdd(bytes) {
  let odd = 0;
  const seen = Math.min(bytes.length, 4_096);
  for (let at = 0; at < seen; at++) {
    const byte = bytes[at];
    if (byte < 9 || (byte > 13 && byte < 32 && byte !== 27) || byte === 127) odd++;
  }
  return odd > seen * 0.01;
}
