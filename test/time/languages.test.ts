import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, test } from 'vitest';
import {
  inEnglish,
  occurrences,
  type ParsedWhen,
  readSlot,
  slotsInOther,
  slotsOf,
  splitTask,
} from '../../src/time/index.ts';

/** A time in another language: what a speaker means, or that it leaves something open. */
interface Phrase {
  locale: string;
  text: string;
  at?: string;
  next?: string[];
  /** The series ends with the last of `next`. */
  ends?: true;
  ask?: true;
}

const phrasesOf = (file: string): Phrase[] =>
  readFileSync(new URL(file, import.meta.url), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Phrase);

const phrases = phrasesOf('languages.jsonl');

/** What one says about times in a week, in each language. */
const week = phrasesOf('languages-week.jsonl');

/** Others of the kind, half of them doubtful or of no known time. */
const more = phrasesOf('languages-more.jsonl');

/** A Wednesday, 09:30 in Berlin. */
const here = (locale?: string) => ({ now: new Date('2026-03-11T08:30:00Z'), zone: 'Europe/Berlin', locale });

async function meant(text: string, locale?: string): Promise<ParsedWhen> {
  const english = await inEnglish(text, here(locale));
  return 'words' in english ? readSlot(english.words, here(locale)) : english.when;
}

const local = (at: Date): string =>
  at.toLocaleString('sv-SE', { timeZone: 'Europe/Berlin' }).replace(' ', 'T').slice(0, 16);

/** What was taken at once; undefined where it was asked or refused. */
function taken(when: ParsedWhen, count = 2): string[] | undefined {
  if (when.kind === 'once') return [local(when.at)];
  if (when.kind !== 'recurring') return undefined;
  const found: string[] = [];
  for (const at of occurrences(when.rule, { after: here().now })) if (found.push(local(at)) === count) break;
  return found;
}

async function judge({ locale, text, at, next, ends, ask }: Phrase) {
  const when = await meant(text, locale);
  const got = taken(when, (next?.length ?? 1) + (ends ? 1 : 0));
  const expected = next ?? (at === undefined ? undefined : [at]);
  const isRight = got !== undefined && JSON.stringify(got) === JSON.stringify(expected);
  const verdict = isRight ? 'right' : got ? 'wrong' : when.kind === 'ambiguous' ? 'asked' : 'refused';
  return { text, got, verdict, isOpen: ask === true };
}

describe('a time in another language', () => {
  test('is never another one in silence, and mostly understood at once', async () => {
    const read = await Promise.all(
      phrases.map(async ({ locale, text, at, next, ask }) => {
        const expected = next ?? (at === undefined ? undefined : [at]);
        const got = taken(await meant(text, locale), next?.length);
        const isRight = got !== undefined && JSON.stringify(got) === JSON.stringify(expected);
        return { text, got, expected: ask ? undefined : expected, isRight, isWrong: got !== undefined && !isRight };
      }),
    );
    expect(read.filter(({ isWrong }) => isWrong)).toEqual([]);
    const certain = read.filter(({ expected }) => expected !== undefined);
    const asked = certain.filter(({ isRight }) => !isRight).map(({ text }) => text);
    // Nobody reads these: the answer says what works.
    expect(asked).toEqual(['明後日の午後2時', '毎週火曜日の10時', '30分後']);
    expect(asked.length / certain.length).toBeLessThan(0.1);
  });

  test.each(
    ['de', 'fr', 'es', 'it', 'nl', 'pl', 'pt', 'ru', 'sv'].map((locale) => [
      locale,
      week.filter((one) => one.locale === locale),
    ]),
  )('is read in %s as people say it in a week: none wrong, six of seven at once, the others asked', async (_, said) => {
    const read = await Promise.all((said as Phrase[]).map(judge));
    expect(read.filter(({ verdict }) => verdict === 'wrong')).toEqual([]);
    expect(read.filter(({ verdict, isOpen }) => verdict === 'refused' && !isOpen).map(({ text }) => text)).toEqual([]);
    const certain = read.filter(({ isOpen }) => !isOpen);
    const right = certain.filter(({ verdict }) => verdict === 'right');
    expect(right.length / certain.length).toBeGreaterThan(0.85);
  });

  test('is read as well where nobody had it in mind: none wrong, most at once', async () => {
    const read = await Promise.all(more.map(judge));
    expect(read.filter(({ verdict }) => verdict === 'wrong')).toEqual([]);
    const certain = read.filter(({ isOpen }) => !isOpen);
    const right = certain.filter(({ verdict }) => verdict === 'right');
    expect(right.length / certain.length).toBeGreaterThan(0.9);
  });

  test.each([
    ['de', 'abends um 8'],
    ['fr', 'le soir à 8h'],
    ['nl', "'s avonds om 8 uur"],
  ])('is asked about where it may be said of each day (%s): %s', async (code, text) => {
    const when = await meant(text, code);
    expect(when.kind === 'ambiguous' && when.readings.map((one) => one.when.kind)).toEqual(['once', 'recurring']);
  });

  test('is no wrong one in the languages that chrono-node reads', async () => {
    const read = await Promise.all(week.map(judge));
    expect(read.filter(({ verdict }) => verdict === 'wrong')).toEqual([]);
  });

  test('is refused with the words that were not understood, and with what works', async () => {
    const refused = await meant('pasado el martes que nunca a las 14:30', 'es');
    expect(refused).toMatchObject({ kind: 'reject', code: 'NOT_A_DATE' });
    expect(refused.kind === 'reject' && refused.say).toContain('"tomorrow at 9" or "every Monday at 9"');
  });

  test.each([
    ['am 3. Dezember um 10 Uhr', '2026-12-03T10:00'],
    ['jeden Montag um 9 Uhr', '2026-03-16T09:00'],
    ['pasado mañana a las 14:30', '2026-03-13T14:30'],
    ['overmorgen om 9 uur', '2026-03-13T09:00'],
    ['après-demain à 15h30', '2026-03-13T15:30'],
  ])('is known by its words where nobody knows the language of the person: %s', async (text, at) => {
    expect(taken(await meant(text), 1)).toEqual([at]);
    expect(taken(await meant(text, 'en-US'), 1)).toEqual([at]);
  });

  test.each([
    ['de', 'jeden Abend so gegen 8', ['2026-03-11T20:00', '2026-03-12T20:00']],
    ['de', 'Di. um 9', ['2026-03-17T09:00']],
    ['de', 'So, 15.3., 10 Uhr', ['2026-03-15T10:00']],
    ['de', 'Mo-Fr um 8', ['2026-03-12T08:00', '2026-03-13T08:00', '2026-03-16T08:00']],
    ['nl', 'elke avond zo rond 8 uur', ['2026-03-11T20:00', '2026-03-12T20:00']],
    ['nl', 'ma t/m vr om 8 uur', ['2026-03-12T08:00', '2026-03-13T08:00', '2026-03-16T08:00']],
    ['es', 'mar 17 de marzo a las 9', ['2026-03-17T09:00']],
    ['it', 'ogni sera verso le 8 di sera', ['2026-03-11T20:00', '2026-03-12T20:00']],
  ])(
    'has a short weekday that is a common word too only where it can be nothing else (%s): %s',
    async (code, text, next) => expect(taken(await meant(text, code), next.length)).toEqual(next),
  );

  test.each([
    ['de', 'So um 10'],
    ['de', 'Samstag und so um 10'],
    ['de', 'jeden Mittwoch und so um 9'],
    ['nl', 'zo om 10 uur'],
    ['es', 'mar a las 9'],
  ])('is asked about where such a word may be a weekday (%s): %s', async (code, text) =>
    expect((await meant(text, code)).kind).toBe('ambiguous'),
  );

  test.each([
    ['de', 'erinnere mich am 3. Dezember um 10 Uhr an den Zahnarzt', '"morgen um 9 Uhr"'],
    [undefined, 'erinnere mich am 3. Dezember um 10 Uhr an den Zahnarzt', 'German'],
    ['fr', 'après le repas de famille à 18h', '"demain à 9h"'],
    ['de', 'um 5 nach dem Essen', '"morgen um 9 Uhr"'],
  ])('makes no button of its English half (%s): %s', async (code, text, advice) => {
    const refused = await meant(text, code);
    expect(refused).toMatchObject({ kind: 'reject', code: 'NOT_A_DATE' });
    expect(refused.kind === 'reject' && refused.say).toContain(advice);
  });

  test.each([
    ['de', 'morgen um 9 Uhr Müll rausbringen', 'morgen um 9 Uhr', 'Müll rausbringen'],
    ['en-US', 'morgen um 9 Uhr Müll rausbringen', 'morgen um 9 Uhr', 'Müll rausbringen'],
    ['de', 'täglich außer sonntags um 8: Tabletten nehmen', 'täglich außer sonntags um 8', 'Tabletten nehmen'],
    ['de', 'Zahnarzt am 3. Dezember um 10 Uhr', 'am 3. Dezember um 10 Uhr', 'Zahnarzt'],
    ['de', 'morgen Müll rausbringen um 9', 'morgen um 9', 'Müll rausbringen'],
    ['de', 'so ein Kuchen morgen um 9', 'morgen um 9', 'so ein Kuchen'],
    ['de', 'call mom tomorrow at 15:00', 'tomorrow at 15:00', 'call mom'],
    ['fr', 'sortir la poubelle demain à 9h', 'demain à 9h', 'sortir la poubelle'],
    ['es', 'cada lunes a las 9 sacar la basura', 'cada lunes a las 9', 'sacar la basura'],
    ['sv', 'ring Ana i morgon kl 9', 'i morgon kl 9', 'ring Ana'],
  ])('stands whole beside a task (%s): %s', (locale, text, when, task) =>
    expect(slotsOf(text, here(locale))).toEqual({ when, task }),
  );

  test.each([
    ['de', 'Montag 8 Uhr'],
    [undefined, 'jeden Montag 8 Uhr'],
    ['de', 'morgen um 9'],
    ['es', 'lunes a las 8'],
    ['fr', 'demain à 9h'],
  ])('that is the whole text leaves no word of itself as a task (%s): %s', (locale, text) => {
    expect(slotsOf(text, here(locale))).toEqual({ when: text, task: '' });
    expect(slotsInOther(text, here(locale))).toBeUndefined();
  });

  test.each(['de', 'es', 'fr', 'nl', 'pl'])('is none in English that somebody with %s writes', (locale) => {
    const english = phrasesOf('corpus/tasks.jsonl').map(({ text }) => text);
    expect(english.filter((text) => slotsInOther(text, here(locale)))).toEqual([]);
  });

  test.each([
    'Montag nach der Arbeit laufen',
    'Besprechung vor Montag um 9 vorbereiten',
    'die Sitzung von Montag um 9',
    'um 9 30 Liegestütze',
    '5 Minuten dehnen um 10',
    'nicht vor 9 Uhr anrufen',
    'morgen Müll um 9 rausbringen',
  ])('is not cut out of a sentence that may say another: %s', (text) =>
    expect(slotsOf(text, here('de')).task).toBe(text),
  );

  test('is none in a sentence of who speaks it, though the clock reads as English', () => {
    const french = splitTask('rappelle-moi de sortir la poubelle à 18h', here('fr'));
    expect(french.when.kind).toBe('reject');
    expect(splitTask('dinner at Café de la Paix tomorrow at 8', here('fr')).when.kind).not.toBe('reject');
  });

  test.each([
    ['Heiligabend um 18 Uhr', '2026-12-24T18:00'],
    ['el lunes a las 9', '2026-03-16T09:00'],
    ['maandag om half negen', '2026-03-16T08:30'],
    ['na próxima terça da semana que vem às 9h', undefined],
  ])('is read by the one language that reads all of it where nobody says which: %s', async (text, at) => {
    const read = taken(await meant(text), 1);
    expect(read).toEqual(at === undefined ? undefined : [at]);
  });

  test('is none to the reader of English, whatever it has of English in it', () => {
    for (const { text } of phrases) expect([text, taken(readSlot(text, here()))]).toEqual([text, undefined]);
  });

  test.each(['am 3. Dezember um 10 Uhr', 'pasado mañana a las 14:30', 'vendredi prochain à 14h30', 'завтра в 9:00'])(
    'stands in no sentence as half of it: %s',
    (words) => {
      expect(splitTask(`remind me ${words}`, here()).when.kind).toBe('reject');
      expect(splitTask(words, here()).when.kind).toBe('reject');
    },
  );

  test('is no half of a sentence in a language that nobody reads either', () => {
    for (const [words, locale] of [
      ['zítra v 9:00', 'cs'],
      ['yarın saat 14:30', 'tr-TR'],
      ['i morgen kl 14:30', 'da'],
    ] as const)
      expect([words, splitTask(words, here(locale)).when.kind]).toEqual([words, 'reject']);
    expect(splitTask('dentist tomorrow at 9', here('cs')).when.kind).toBe('once');
  });

  test('that has passed is one in English, so that notes are looked for from it', async () => {
    expect(await inEnglish('gestern', here('de'))).toEqual({ words: 'yesterday' });
    expect(await inEnglish('ieri', here('it'))).toEqual({ words: 'yesterday' });
  });

  test.each(['tomorrow at 9', 'every Monday at 9', 'in 20 minutes', '3 December at 10:00', 'an hour later'])(
    'changes nothing for who writes English on a platform in German: %s',
    async (words) => expect(await inEnglish(words, here('de-DE'))).toEqual({ words }),
  );

  test('is asked about where speakers mean different days or hours', async () => {
    const asked = async (text: string, locale: string) => {
      const when = await meant(text, locale);
      return when.kind === 'ambiguous' ? when.readings.map((one) => taken(one.when)?.[0]) : when.kind;
    };
    expect(await asked('nächsten Freitag um 14 Uhr', 'de')).toEqual(['2026-03-13T14:00', '2026-03-20T14:00']);
    expect(await asked('mañana a las 6', 'es')).toEqual(['2026-03-12T18:00', '2026-03-12T06:00']);
    expect(await asked('le vendredi à 9h', 'fr')).toEqual(['2026-03-13T09:00', '2026-03-13T09:00']);
  });

  describe('on hosts elsewhere', () => {
    const zone = process.env.TZ;
    afterEach(() => {
      if (zone === undefined) delete process.env.TZ;
      else process.env.TZ = zone;
    });

    test.each(['America/New_York', 'Asia/Tokyo', 'Europe/Berlin'])('in %s it is the same', async (host) => {
      process.env.TZ = host;
      expect(taken(await meant('20分钟后', 'zh'))).toEqual(['2026-03-11T09:50']);
      expect(taken(await meant('через три часа', 'ru'))).toEqual(['2026-03-11T12:30']);
      expect(taken(await meant('明日の10時', 'ja'))).toEqual(['2026-03-12T10:00']);
      expect(taken(await meant('huomenna klo 9', 'fi'))).toEqual(['2026-03-12T09:00']);
    });
  });
});
