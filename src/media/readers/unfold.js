/** Lines of calendars and cards that are folded, as one (RFC 5545, 3.1). */

/**
 * @param {string} text
 * @returns {string}
 */
export const unfoldText = (text) => text.replace(/\r\n?/g, '\n').replace(/\n[ \t]/g, '');

/**
 * As bytes, before they are letters: some writers fold within a character. Text of two bytes a letter is left as it is.
 *
 * @param {Uint8Array} bytes
 * @returns {Uint8Array}
 */
export function unfoldBytes(bytes) {
  const isWide = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  if (isWide || bytes.includes(0)) return bytes;
  return Buffer.from(unfoldText(Buffer.from(bytes).toString('latin1')), 'latin1');
}
