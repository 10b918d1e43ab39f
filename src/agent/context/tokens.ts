/**
 * Tokens are counted from above: a letter of a Latin text is about a quarter of one, other scripts have up to one or
 * two for each character. Reported usage then corrects it, model by model.
 */

/** At most how many tokens `text` has. */
export function tokensIn(text: string): number {
  let wide = 0;
  for (let index = 0; index < text.length; index++) if (text.charCodeAt(index) > 0x2ff) wide++;
  return Math.ceil((text.length - wide) / 3 + wide * 1.2);
}

/** A picture within the services' limits takes about this many. */
export const IMAGE_TOKENS = 1_600;

/** What one message has beside its words. */
export const MESSAGE_TOKENS = 8;
