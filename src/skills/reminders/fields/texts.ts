/** Sentences about one field of a reminder. */
import { lengthOf, plural, shorten } from '../../../base/text.ts';
import type { CatchUp } from '../config.ts';

export const quoteWords = (text: string): string => `“${shorten(text.replace(/\s+/g, ' '), 80)}”`;

export function everyWords(minutes: number): string {
  const [amount, unit] = minutes % 60 === 0 ? [minutes / 60, 'hour'] : [minutes, 'minute'];
  return amount === 1 ? `every ${unit}` : `every ${plural(amount, unit)}`;
}

export const thenTold = (to: string, minutes = 0): string =>
  `If you have not answered it ${lengthOf(minutes)} later, I tell it ${quoteWords(to)}, too.`;

const caughtUp: Record<CatchUp, string> = {
  late: 'said late, with how often it was missed',
  latest: 'said late, once',
  skip: 'not said at all',
};

export const texts = {
  urgent: ({ text, urgent }: { text: string; urgent: boolean }) =>
    `${quoteWords(text)} ${urgent ? 'comes even in quiet hours' : 'keeps to quiet hours'}.`,
  catchUp: ({ text, catchUp }: { text: string; catchUp: CatchUp | undefined }) =>
    catchUp === undefined
      ? `${quoteWords(text)} handles missed times as coda is set.`
      : `What ${quoteWords(text)} misses while I am off is ${caughtUp[catchUp]}.`,
  nag: ({ text, nag }: { text: string; nag: number | undefined }) =>
    nag === undefined
      ? `${quoteWords(text)} comes once each time; I don't repeat it.`
      : `${quoteWords(text)} is repeated ${everyWords(nag)} until you say it is done.`,
  escalate: ({ text, thenMinutes }: { text: string; thenMinutes: number | undefined }, to: string) =>
    thenMinutes === undefined
      ? `${quoteWords(text)} is told nobody else.`
      : `${quoteWords(text)}: ${thenTold(to, thenMinutes)}`,
  dm: ({ text, toDm }: { text: string; toDm: boolean }) =>
    `${quoteWords(text)} comes ${toDm ? 'in a direct message' : 'where it was set'}.`,
  noDm: {
    message: 'I have no direct conversation with you to remind you in.',
    remedy: 'Send me a direct message once, then ask again.',
  },
  badNag: (words: string) => ({
    message: `I cannot repeat a reminder ${quoteWords(words)}.`,
    remedy: 'Say a length of time between a minute and a day, such as "every 10 minutes".',
  }),
  escalatedByPerson: {
    message: 'Who else is told of a reminder only you can say, in your own words.',
    remedy: 'Say it to me yourself, in a chat or on the page.',
  },
  urgentWith: (words: string) => ({
    message: `--urgent takes nothing behind it, but ${quoteWords(words)} stands there.`,
    remedy: 'Put --urgent behind all that the reminder says.',
  }),
  labels: {
    dm: 'In a direct message',
    urgent: 'In quiet hours too',
    catchUp: 'Missed while coda was off',
    nag: 'Repeat until done, every',
    escalate: 'If unanswered, also tell',
  },
  empty: { catchUp: 'as coda is set', escalate: 'nowhere else' },
  catchUps: { late: 'said late, with how many were missed', latest: 'said late, once', skip: 'left out' },
};
