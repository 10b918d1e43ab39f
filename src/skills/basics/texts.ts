import { listOf, plural } from '../../base/text.ts';
import type { Person } from '../../people/index.ts';
import { formatClock, formatLongDay, type Reader, wallTimeFor } from '../../time/index.ts';

export const texts = {
  nameSet: (name: string) => `I call you ${name} now.`,
  nameIs: (name: string) => `I call you ${name}. "/name Ana" changes it.`,
  noName: { message: 'A name is one line of letters.', remedy: 'Leave out line breaks and invisible characters.' },
  nameLabel: 'the change of your name',
  quietLabel: 'your quiet hours',
  quietSet: (from: string, to: string, reader: Reader) => {
    const [begins, ends] = [wallTimeFor(from, reader), wallTimeFor(to, reader)];
    return `Between ${begins} and ${ends} I keep quiet: what falls due then comes at ${ends}, unless it is urgent.`;
  },
  quietOff: () => 'You have no quiet hours any more.',
  quietShown: (quiet: { from: string; to: string } | undefined, reader: Reader) =>
    quiet
      ? `Your quiet hours are from ${wallTimeFor(quiet.from, reader)} to ${wallTimeFor(quiet.to, reader)}. "/quiet off" ends them.`
      : 'You have no quiet hours. "/quiet 22:00-07:00" sets them.',
  noHours: (words: string) => ({
    message: `I do not understand “${words}” as hours.`,
    remedy: 'For example "/quiet 22:00-07:00", or "/quiet off".',
  }),
  time: (reader: Reader, name: string | undefined) => {
    const { now, zone } = reader;
    const where = name === undefined || name === zone ? `(${zone})` : `in ${name} (${zone})`;
    return `It is ${formatClock(now, reader)} on ${formatLongDay(now, zone)} ${where}.`;
  },
  until: (words: string, day: string, days: number) =>
    days === 0 ? `${capital(words)} is today, ${day}.` : `${plural(days, 'day')} until ${words}: ${day}.`,
  left: (words: string, ms: number) => `${lengthOf(ms)} until ${words}.`,
  week: (week: number, day: string) => `It is week ${week}: ${day}.`,
  weekday: (words: string, day: string) => `${capital(words)} is ${day}.`,
  unknownPlace: (place: string) => ({
    message: `I know no place or time zone called “${place}”.`,
    remedy: 'Say a bigger city nearby, or a zone such as "America/New_York".',
  }),
  unknownDate: (words: string) => ({
    message: `I do not know when “${words}” is.`,
    remedy: 'Say it in plain English words, for example "how long until Christmas" or "what day is 24 December".',
  }),
  zoneSet: (reader: Reader) => {
    const { now, zone } = reader;
    return `Your time zone is ${zone} now, where it is ${formatClock(now, reader)} on ${formatLongDay(now, zone)}.`;
  },
  zoneSame: (zone: string) => `Your time zone already is ${zone}.`,
  zoneIs: (zone: string, person: Pick<Person, 'zone' | 'zoneSource'>) =>
    person.zone !== undefined
      ? `Your time zone is ${zone}${person.zoneSource === 'browser' ? ', from your browser' : ''}.`
      : `I do not know your time zone, so I use ${zone}. "/timezone Berlin" sets it.`,
  languageSet: (name: string) => `Your language is ${name} now. Times are read in it, too.`,
  languageAlone:
    'Without a model I answer in English, and take words of another language behind a command only, such as /remind or /note.',
  languageIs: (name: string) => `Your language is ${name}.`,
  languageUnknown: 'I do not know your language. "/language German" sets it.',
  noLanguage: (words: string) => ({
    message: `I know no language called “${words}”.`,
    remedy: 'Say its name in English or a tag, for example "German" or "de-AT".',
  }),
  languageLabel: 'the change of your language',
  homeZone: 'Time zone',
  zoneUnknown: 'I no longer take a time zone to be yours.',
  zoneLabel: 'the change of your time zone',
  leave: 'Leave them',
  leftInZone: 'They stay by the clock that they were planned on.',
  leftLabel: 'leaving them by that clock',
  offeredAgain: 'I offer again to move them.',
  /** The person at the terminal has no other name than "owner". */
  hello: (name: string, does: readonly string[]) =>
    `Hello${name === 'owner' ? '' : ` ${name}`}. I ${listOf(does)}: "help" shows how to ask.`,
  thanks: "You're welcome.",
  bye: 'Bye.',
  ok: 'All right.',
  fine: 'All well, thank you. What can I do for you?',
  who: (does: readonly string[]) => `I am coda, your assistant: I ${listOf(does)}. "help" shows how to ask.`,
};

const capital = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1);

function lengthOf(ms: number): string {
  const minutes = Math.ceil(ms / 60_000);
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
  return listOf([
    ...(hours > 0 ? [plural(hours, 'hour')] : []),
    ...(rest > 0 || hours === 0 ? [plural(rest, 'minute')] : []),
  ]);
}
