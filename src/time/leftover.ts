import { english } from './lang/en.ts';
import { isOrdinal, MONTHS, ORDINALS, WEEKDAYS } from './lang/en-words.ts';
import type { Token } from './tokens.ts';

/**
 * What is left of a sentence beside the time is its task, unless it shows that the time was not read to its end. These
 * are the signs of that; any of them makes the answer a question.
 */
export function isUnreadTime(task: readonly Token[], isSeries: boolean, hasClock: boolean): boolean {
  if (task.length === 0) return false;
  const words = task.map(({ text }) => text);
  return (
    (words.every((word) => isTimeish(word)) &&
      !isHourOfThing(words) &&
      !words.some((word, at) => isNumbered(word, words[at + 1]))) ||
    // "No wait, at 6pm", "or rather Friday".
    (words.some((word, at) => isCorrection(words, word, at)) && words.some((word) => isTemporal(word))) ||
    // "Every even week on Monday" read as a Monday.
    (!isSeries && words[0] === 'every' && task[0]?.raw.toLowerCase() !== 'everyday') ||
    // "Every day save Thursday at 8am" read as a series at the hour of those that say none.
    (isSeries && !hasClock && saysClock(task)) ||
    // "Work 10-6 tomorrow" read as a day.
    (!hasClock && words.some((word, at) => isHours(word, task[at - 1]?.raw.toLowerCase() ?? ''))) ||
    // "Gym thrice weekly" read as every week.
    (isSeries && /^(?:twice|thrice|\d+ (?:times|x))$|^\S+ (?:twice|thrice)$/.test(words.slice(-2).join(' '))) ||
    // "Every hour during work hours" read as every hour of the night, too.
    (isSeries &&
      words.some(
        (word, at) =>
          /^(?:during|within|outside)$/.test(word) && words.slice(at).some((next) => /^(?:hour|day|night)$/.test(next)),
      )) ||
    // "Every weekday at 8 but only in December".
    (isSeries &&
      words.some((word, at) => word === 'only' && words.slice(at + 1, at + 4).some((next) => isTemporal(next)))) ||
    // "Every Friday at 5 but skip next Friday" read as every Friday.
    (isSeries && words.some((word, at) => LEAVING.test(word) && words.slice(at + 1, at + 4).some(isNamedDay)))
  );
}

/** "My 9am": what is called by its hour. */
const isHourOfThing = (words: readonly string[]): boolean =>
  words.length === 3 && /^(?:the|my|our|his|her|their) \d\d? (?:am|pm|o'clock)$/.test(words.join(' '));

/** "10-6", but not "chapters 3-5". */
const isHours = (word: string, before: string): boolean =>
  /^\d{1,2}(?::\d\d)?-\d{1,2}(?::\d\d)?$/.test(word) && !english.names.labels.has(before) && !/s$|^at$/.test(before);

/** What leaves days out of a series. */
const LEAVING = /^(?:not|never|skip|omit|ignore|exclude|drop|pause|leaving|without|except|besides)$/;

const isNamedDay = (word: string): boolean =>
  /^(?:today|tomorrow|tonight|weekends?|weekdays?|nights?|mornings?|\d+(?:st|nd|rd|th)|.+days?)$/.test(word);

/** Whether the words name a time of day: "at 8", "8am", "08:00", "noon". */
export const saysClock = (tokens: readonly Token[]): boolean =>
  tokens.some(({ text }, at) => {
    // "The 9am standup" is a name.
    if (ARTICLES.test(tokens[at - 1]?.text ?? '')) return false;
    if (/^\d{1,2}[:.]\d\d$/.test(text) || CLOCK_WORDS.has(text)) return true;
    const isHour = /^\d{1,2}$/.test(text) || HOURS.has(text);
    return (
      isHour &&
      (/^(?:at|by)$/.test(tokens[at - 1]?.text ?? '') || /^(?:am|pm|o'clock|h|uhr)$/.test(tokens[at + 1]?.text ?? ''))
    );
  });

const ARTICLES = /^(?:the|a|an|my|our|his|her|their|your|for)$/;
const CLOCK_WORDS = new Set("noon midnight half quarter o'clock".split(' '));
const HOURS = new Set('one two three four five six seven eight nine ten eleven twelve'.split(' '));

/** "Season 2". */
const isNumbered = (word: string, next: string | undefined): boolean =>
  english.names.labels.has(word) && /^\d/.test(next ?? '');

const isTemporal = (word: string): boolean => english.temporal.has(word) || /^\d/.test(word);

const isTimeish = (word: string): boolean =>
  english.temporal.has(word) ||
  english.cadences.has(word) ||
  TIMEISH.has(word) ||
  HOURS.has(word) ||
  Object.hasOwn(MONTHS, word) ||
  Object.hasOwn(ORDINALS, word) ||
  /^\d/.test(word);

function isCorrection(words: readonly string[], word: string, at: number): boolean {
  const next = words[at + 1] ?? '';
  if (word === 'no') return next === 'wait' || next === ',' || at + 1 === words.length;
  if (word === 'i') return next === 'mean' || next === 'meant';
  if (word === 'make') return next === 'that' || next === 'it';
  if (word === 'or') return next === 'rather' || next === 'better' || next === 'actually';
  return word === 'scratch' && next === 'that';
}

/** Words of which a time may be made, or that stand around one; alone they are no task. */
const TIMEISH = new Set(
  (
    'the this that a an of about around by in on at to for from until till before after through within between or and not ' +
    'late early last first next past half halfway midway mid middle start starting beginning begin end ending close ' +
    'no than later earlier thing same some any every each all both few most several many couple other once again then now soon later sometime ' +
    'anytime whenever whole entire rest remaining even odd only just exactly sharp sharply latest earliest ish whatever ' +
    'dawn dusk sunrise sunset sundown daybreak nightfall crack stroke teatime bedtime ' +
    'lunchtime dinnertime suppertime naptime eve day days week weeks weekend weekends month quarter q year term semester ' +
    'um kl h moon full new season spring summer autumn fall winter repeat repeats repeating recurring daily weekly monthly yearly ' +
    "mornings afternoons evenings nights times o'clock their your his her my our local time , . : ; - ! ? ( )"
  ).split(' '),
);

/** Words before a weekday or a holiday that make another day of it: "Super Bowl Sunday", "Orthodox Christmas". */
export const DAY_NAMES = new Set(
  (
    'super bowl gras orthodox chinese jewish lunar islamic persian coptic tibetan hindu ash palm maundy fat shrove giving ' +
    'holy spy whit trinity mothering opening derby census casual pancake cyber black holiday observed substitute'
  ).split(' '),
);

/** What ends the name of a street: "4 Privet Drive". */
const STREETS =
  /^(?:drive|street|st|road|rd|avenue|ave|lane|boulevard|blvd|way|court|place|square|sq|terrace|crescent|close|row|hill|park)$/;

/** Whether a house number stands before these words. */
export function isAddress(tokens: readonly Token[], at: number): boolean {
  if (!/^\p{Lu}/u.test(tokens[at]?.raw ?? '')) return false;
  return tokens.slice(at + 1, at + 3).some(({ raw }) => /^\p{Lu}/u.test(raw) && STREETS.test(raw.toLowerCase()));
}

/** Whether a word is the number of a weekday that is not read with it: "Feb's second" before "Monday". */
export const isNumbering = (word: string, next: string): boolean =>
  isOrdinal(word) && (Object.hasOwn(WEEKDAYS, next) || Object.hasOwn(WEEKDAYS, next.replace(/s$/, '')));
