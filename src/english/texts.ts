import { plural, shorten } from '../base/text.ts';

const quoteWords = (words: string) => `“${shorten(words.replace(/\s+/g, ' ').trim(), 60)}”`;

export const texts = {
  quoted: quoteWords,
  nothingRuns: 'Nothing is running here.',
  empty: 'I heard nothing to do.',
  tooLong: (most: number) =>
    `That is too long to be understood without a model: up to ${plural(most, 'character is', 'characters are')}.`,
  offer: 'I am not sure what to do. Is it one of these?',
  notUnderstood:
    'I did not understand that. Without a model I understand reminders, timers, notes, lists, memories, schedules, tasks and ' +
    'times: `/help`. With one, everything: `npm start -- init` connects one.',
  otherLanguage: (languages: string) =>
    `I understand sentences in English. ${languages} With "/remind" such a time stands before or behind what to do, or on a line of its own above it.`,
  needsModel:
    'That needs a model: put a key into ANTHROPIC_API_KEY or OPENAI_API_KEY before a start, or use the Ollama of this ' +
    'machine (`npm start -- init`).',
  addsModel:
    'On the page, *System → Add → Language model* asks for it, and tries it. At a terminal `npm start -- init` does (`coda init` where ' +
    'coda is installed): it finds the Ollama of that machine, or asks for a key. docs/models.md has the rest.',
  addsPlatform:
    'On the page, *System → Add* has a card for Discord and one for Slack: it says where the tokens come from, and tries them. At a ' +
    'terminal `npm start -- init --all` asks the same (`coda init --all` where coda is installed). docs/discord.md and docs/slack.md ' +
    'have the rest.',
  partNotUnderstood: (words: string) => `I did not understand ${quoteWords(words)}.`,
  which: (thing: string) => `Which ${thing} do you mean?`,
  none: (thing: string, words: string) =>
    words === '' ? `There is no ${thing}.` : `I find no ${thing} for ${quoteWords(words)}.`,
};
