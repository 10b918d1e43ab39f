import { shorten } from '../base/text.ts';

/** What is said where a message is not simply done. */

const quoted = (words: string) => `“${shorten(words.replace(/\s+/g, ' ').trim(), 60)}”`;

export const texts = {
  quoted,
  nothingRuns: 'Nothing is running here.',
  empty: 'I heard nothing to do.',
  tooLong: (most: number) => `That is too long to be understood without a model: up to ${most} characters are.`,
  offer: 'I am not sure what to do. Is it one of these?',
  notUnderstood:
    'I did not understand that. "help" shows what I understand by myself. To talk freely, give me a model: set ' +
    '`OPENAI_API_KEY` or `ANTHROPIC_API_KEY`, or run Ollama on this machine (docs/models.md).',
  needsModel:
    'That needs a model. Set `OPENAI_API_KEY` or `ANTHROPIC_API_KEY` before I start, or run Ollama on this machine: ' +
    'I use what I find (docs/models.md).',
  partNotUnderstood: (words: string) => `I did not understand ${quoted(words)}.`,
  which: (thing: string) => `Which ${thing} do you mean?`,
  none: (thing: string, words: string) =>
    words === '' ? `There is no ${thing}.` : `I find no ${thing} for ${quoted(words)}.`,
};
