/** Quoted lines in a message, as every platform writes them. Pure. */

const QUOTED = /^ {0,3}>>>[\s\S]*|^ {0,3}>.*$/gm;

/** True if the message quotes somebody. */
export function isQuoting(text: string): boolean {
  return text.search(QUOTED) >= 0;
}

/** The message without what it quotes. */
export function ownWords(text: string): string {
  return text.replace(QUOTED, '').trim();
}
