import { label } from '../../base/frames.ts';
import { listOf, oneLine, plural, shorten } from '../../base/text.ts';
import type { Appointment, FileFacts, FileFault, MissedPart, UnreadAppointment } from '../../media/index.ts';
import { excerptAround } from './excerpt.ts';
import type { FoundPassage, NumberedPassage, SeenFile } from './store.ts';

const LONGEST_FOUND = 900;
const LONGEST_HEARD = 1_500;
const MOST_LISTED = 10;

/** `handbook.pdf: a PDF, 300 pages, “The boiler”`. */
export function fileLine({ name }: Pick<SeenFile, 'name'>, { says, title, parts }: FileFacts): string {
  const named = title === '' ? [] : [`“${oneLine(title, 120)}”`];
  return [`${label(name)}: ${says}`, ...(parts ? [plural(parts.count, parts.unit)] : []), ...named].join(', ');
}

/** Pictures that no model takes, and that are not made another one here. */
const isNoneOfModels = (says: string): boolean => /^an? (?:TIFF|AVIF) picture$/.test(says);

const WHY: Record<FileFault, (facts: FileFacts) => string> = {
  kind: ({ says }) =>
    `it is ${says}, and I read none of those${isNoneOfModels(says) ? '; send it as JPEG or PNG' : ''}`,
  old: ({ says, to, why }) =>
    `it is ${says}${why === undefined ? '' : `, and LibreOffice ${why}`}; saved as ${to ?? 'a newer one'} I can read it`,
  method: () => 'it is packed in a way that I cannot unpack',
  encrypted: () => 'it is locked with a password; send it without one',
  broken: () => 'it is broken, or not what it says it is',
  empty: () => 'it is empty',
  bomb: () => 'it unpacks to far more than it should, which only hostile files do',
  long: () => 'it is too long; I have read its beginning',
  large: () => 'it is larger than 64 MB',
  slow: () => 'reading it took more than 30 seconds; send it again for another try',
  crashed: () => 'what reads such files stopped at it, or needed more memory than I give a file',
  unheard: ({ why = '' }) => why,
  gone: () => 'it is not stored any more; send it again',
};

/** Goes on after "LibreOffice". */
export const tooManyOld = 'is given no more than three of a file, of 20 MB together';

/** The reason in one clause; undefined where all of it was read. */
function whyNot(facts: FileFacts): string | undefined {
  return facts.fault && WHY[facts.fault](facts);
}

export const unread = (file: Pick<SeenFile, 'name'>, facts: FileFacts, read: number): string =>
  read === 0
    ? `I cannot read ${label(file.name)}: ${whyNot(facts)}.`
    : `I have not read all of ${label(file.name)}: ${whyNot(facts)}.`;

/** Words for what is seen in a file and was not read, by how many. */
const MISSED: Record<MissedPart, (count: number) => string> = {
  chart: (count) => plural(count, 'chart'),
  diagram: (count) => plural(count, 'diagram'),
  form: (count) => plural(count, 'form'),
  formula: (count) => `${plural(count, 'formula')} without values`,
  object: (count) => `${plural(count, 'object')} of other programs`,
  picture: (count) => plural(count, 'picture'),
  page: (count) => `${plural(count, 'page')} beyond those that I read`,
  sheet: (count) => `${plural(count, 'sheet')} beyond those that I read`,
  slide: (count) => `${plural(count, 'slide')} beyond those that I read`,
  quote: (count) => `${plural(count, 'quote')} without an end`,
  style: () => 'styles beyond those that I look at',
  font: (count) => `${plural(count, 'page')} whose font does not say its letters`,
  attachment: (count) => `${plural(count, 'attachment')} beyond those that I read`,
  method: (count) => `${plural(count, 'file')} with another method`,
  locked: (count) => `${plural(count, 'file')} with a password`,
  broken: (count) => plural(count, 'broken file'),
};

/** The one line of a file that has anything unread: `not read: 3 diagrams, 1 form, letters guessed`. */
export function notRead(facts: FileFacts): string | undefined {
  const { pictures = 0, guessed = false, unread: inner = [], unreadOld = [], unnamed = 0, missed = [] } = facts;
  const parts = [
    ...(pictures > 0 ? [picturesOnly(pictures)] : []),
    ...missed.map(({ part, count }) => MISSED[part](count)),
    ...inner.map((name) => label(name)),
    ...unreadOld.map((document) => `${label(document.name)} (${WHY.old({ ...facts, ...document })})`),
    ...(unnamed > 0 ? [plural(unnamed, 'more file')] : []),
    ...(guessed ? ['letters guessed'] : []),
  ];
  return parts.length === 0 ? undefined : `not read: ${parts.join(', ')}`;
}

/** The same with the name of the file, for the person and for what names several. */
export function notReadIn(file: Pick<SeenFile, 'name'>, facts: FileFacts): string[] {
  const line = notRead(facts);
  return line === undefined ? [] : [`${label(file.name)}, ${line}.`];
}

/** Sentences for the person below an answer of a model, which may leave out what it did not see. */
export function noticesFor(file: Pick<SeenFile, 'name'>, facts: FileFacts, read: number): string[] {
  const isPartly = read > 0 || (facts.fault === 'kind' && isNoneOfModels(facts.says));
  return [...(facts.fault && isPartly ? [unread(file, facts, read)] : []), ...notReadIn(file, facts)];
}

/** Notes on what is no text. */
export function notesBeside(facts: FileFacts): string[] {
  const { recognized = 0 } = facts;
  const line = notRead(facts);
  return [
    ...(recognized > 0
      ? [`${plural(recognized, 'passage was', 'passages were')} read from pictures, with mistakes.`]
      : []),
    ...(line === undefined ? [] : [`${line}.`]),
  ];
}

const picturesOnly = (pictures: number): string =>
  `${plural(pictures, 'page of pictures', 'pages of pictures')} whose letters I do not recognize (tesseract)`;

const asideName = (aside: string, place: string): string =>
  place.startsWith(aside) || place.includes(`, ${aside}`) ? place : `${place}, ${aside}`;

/** `[page 3]`; text that a reader does not see is named. */
export function placeOf({ place, aside }: Pick<NumberedPassage, 'place' | 'aside'>): string {
  return aside === undefined ? `[${place}]` : `[${asideName(aside, place)}; not part of the text]`;
}

export function asidesNote(asides: readonly { aside: string; count: number }[]): string {
  const named = asides.map(({ aside, count }) => (count === 1 ? aside : `${aside} (${count})`));
  return asides.length === 0 ? '' : `[Kept apart from the text: ${listOf(named)}.]`;
}

const quoteName = (name: string) => JSON.stringify(oneLine(name, 120));

export const readOn = (name: string, from: number): string =>
  `attachment_read {"file": ${quoteName(name)}, "from": ${from}}`;

export const stillReadNote = (name: string): string =>
  `[${label(name)} is still being read. Wait for its text with ${readOn(name, 0)}.]`;

export const beginningNote = (name: string, from: number, place: string, remaining: number | undefined): string =>
  `[This is its beginning${place === '' ? '' : `, up to ${place}`}; ${remaining === undefined ? 'the rest is still being read' : `${plural(remaining, 'passage')} more`}. Read on with ${readOn(name, from)}, or find with attachment_find {"query": "…", "file": ${quoteName(name)}}.]`;

export function foundLine(file: Pick<SeenFile, 'name'>, at: number, passage: FoundPassage, query: string): string {
  const { place, aside, number, text } = passage;
  const where = aside === undefined ? place : `${asideName(aside, place)}, not part of the text`;
  const excerpt = excerptAround(text.replace(/\n{2,}/g, '\n'), query, LONGEST_FOUND);
  return `${at}. ${label(file.name)}, ${where} (passage ${number}):\n${excerpt}`;
}

const WHY_UNREAD: Record<UnreadAppointment['why'], (written: string) => string> = {
  zone: (zone) => `I do not know its time zone “${zone}”`,
  time: (time) => (time === '' ? 'it does not say when it is' : `“${time}” is no time`),
  rule: (rule) => `I cannot read its repetition “${rule}”`,
  many: () => 'it names too many times',
};

export const texts = {
  none: 'You have sent me no file here.',
  unknown: (name: string, files: readonly SeenFile[]) => {
    const others = files.length > MOST_LISTED ? [plural(files.length - MOST_LISTED, 'other file')] : [];
    const names = files.slice(0, MOST_LISTED).map((file) => label(file.name));
    return `There is no file called ${label(name)}. There is ${listOf([...names, ...others])}.`;
  },
  notSearched: (count: number) =>
    `I have not read ${plural(count, 'older file')} yet, and searched in none of them: name one to have it read.`,
  noPlace: (place: string, { name }: SeenFile) => `There is no ${oneLine(place, 60)} in ${label(name)}.`,
  atEnd: ({ name }: SeenFile) => `That was the end of ${label(name)}.`,
  notFound: (query: string, files: readonly SeenFile[]) =>
    `I find nothing of “${oneLine(query, 80)}” in ${files.length === 1 ? label(files[0]?.name ?? '') : `your ${plural(files.length, 'file')}`}.`,
  more: 'More',
  whatIsIn: (name: string) => shorten(`What is in ${label(name)}?`, 75),
  addEvents: 'Remind me of its appointments',
  rememberPeople: 'Remember its people',
  events: (count: number) =>
    `There ${plural(count, 'appointment is', 'appointments are')} in it. Which shall I remind you of?`,
  otherEvents: (count: number) => `“More” shows ${plural(count, 'later one')}.`,
  noEvents: 'No appointment in it is still to come.',
  people: (count: number) => `There ${plural(count, 'person is', 'people are')} in it. Whom shall I remember?`,
  noPeople: 'There is nobody in it.',
  remember: (name: string) => shorten(name, 75),
  event: ({ title, local, last, zone }: Appointment) => {
    const when = [local.replace('T', ' '), last && `to ${last}`, zone].filter(Boolean).join(' ');
    return `${shorten(title, Math.max(20, 73 - when.length))}, ${when}`;
  },
  runningEvent: (event: string) => `${event} (it has begun)`,
  calendarUnread: 'I could not read when its appointments are; send it again for another try.',
  onlyNext: 'the next of a series that I cannot repeat as it is',
  unreadEvent: ({ title, why, written }: UnreadAppointment) =>
    `${shorten(title, 80)}: no reminder, ${WHY_UNREAD[why](oneLine(written, 80))}`,
  moreUnread: (count: number) => `- and ${plural(count, 'more appointment')} whose time I cannot read`,
  speaksNothing: 'I cannot speak: nothing that turns text into speech is set up (speech.speak).',
  voiceUsage: 'Say /voice on, /voice off or /voice when I speak.',
  voiceIs: (mode: 'on' | 'off' | 'spoken') =>
    ({
      on: 'My answers here are spoken, too.',
      spoken: 'My answers here are spoken when you speak.',
      off: 'My answers here are written only.',
    })[mode],
  spokenAnswer: 'The answer, spoken.',
  hearsNothing: 'hears nothing: no voice messages (speech.transcribe)',
  hearsBy: (what: string) => `is heard by ${what}`,
  noProgram: (name: string) => `cannot be heard: there is no program ${name}`,
  programRemedy: 'Install it, or give its whole path in speech.transcribe.command.',
  noAnswer: (url: string, why: string) => `cannot be heard: ${url} does not answer (${why})`,
  answerRemedy: 'Start the service, or put speech.transcribe.base_url right.',
  keyRefused: (url: string) => `cannot be heard: ${url} refuses the key`,
  keyRemedy: 'Put speech.transcribe.api_key right.',
  noModel: (file: string) => `cannot be heard: there is no file ${file}`,
  modelRemedy: 'Put the files of the model where speech.transcribe.model_config says.',
  helperMissing: (helper: string, without: string) => `${helper} is not installed: ${without}`,
  officeMissing: (image: string) =>
    `soffice is not in the sandbox's image ${image}: doc, xls and ppt are not read (docs/files.md)`,
  helpersThere: (helpers: readonly string[]) => `${listOf(helpers)} are there`,
  heard: (words: string) => `Heard: “${shorten(words, LONGEST_HEARD)}”`,
  notHeard: (why: string) => `I could not hear your voice message: ${why}.`,
  correct: 'Correct',
  correctForm: {
    field: 'words',
    label: 'What did you say?',
    placeholder: 'the words as you meant them',
    longest: 3_000,
  },
  corrected: (words: string) => `You said: “${shorten(oneLine(words, LONGEST_HEARD), LONGEST_HEARD)}”`,
  nothingToKeep: ({ name }: SeenFile) => `There is no text in ${label(name)} that I could keep.`,
};

export const setupTexts = {
  title: 'Voice messages',
  about: 'Hears voice messages and recordings, by a service that turns them into text.',
  url: 'The address of the service',
  urlPlace:
    'It speaks the API of OpenAI: https://api.openai.com/v1, Groq, or the server of whisper.cpp on this machine.',
  key: 'Its key',
  keyPlace: 'Left empty where it wants none.',
  model: 'Its model',
  modelPlace: 'whisper-1, for example; left empty where it has one alone.',
  path: 'The path below its address',
  pathPlace: '/audio/transcriptions where it is left empty; /inference for the server of whisper.cpp.',
  notPath: 'It begins with a slash.',
  notAddress: 'It is no address of a service',
};
