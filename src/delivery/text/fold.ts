/** Exact details below a question, of which a platform that folds nothing shows the beginning. Pure. */
import { plural } from '../../base/text.ts';
import type { Card } from '../content.ts';

// A message holds 2,000 characters on Discord (docs.discord.com/developers/resources/message) and a section of Slack 3,000
// (docs.slack.dev/reference/block-kit/blocks/section-block): the sentence, buttons and a note of who decided stay in one.
const FIRST_LINES = 4;
const FIRST_CHARACTERS = 300;

/** False for details that are shown as they are. */
export function isLong(details: string): boolean {
  return details.length > FIRST_CHARACTERS || details.split('\n').length > FIRST_LINES;
}

/**
 * The card as a place shows it. With `folds`: of long details the beginning, and the button that says all of them; else all
 * of them, without that button.
 */
export function withDetails({ details = '', ...card }: Card, folds: boolean): Card {
  const isFolded = folds && isLong(details);
  const { choices } = card;
  const text = details === '' ? card.text : `${card.text}\n\n${isFolded ? firstLines(details) : inBlock(details)}`;
  return { ...card, text, ...(choices && { choices: choices.filter(({ shows }) => isFolded || !shows) }) };
}

export const inBlock = (details: string) => `\`\`\`\n${details}\n\`\`\``;

function firstLines(details: string): string {
  const lines = details.split('\n');
  const first = lines.slice(0, FIRST_LINES).join('\n');
  const isCut = first.length > FIRST_CHARACTERS;
  // Never within what stands for one character.
  const shown = isCut ? `${first.slice(0, FIRST_CHARACTERS).replace(/[\ud800-\udbff]$/, '')}…` : first;
  const more = lines.length - FIRST_LINES;
  const rest = more > 0 ? `${plural(more, 'more line')}` : 'The rest';
  return `${inBlock(shown)}\n${rest} behind the button Details.`;
}
