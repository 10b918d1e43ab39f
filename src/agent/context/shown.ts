/**
 * A message as a model was shown it. It stays so in the requests that follow, until there is no room for it: so each request
 * begins with the bytes of the one before, which a service has read already. Pure.
 */
import type { FileRef } from '../../delivery/index.ts';
import type { ModelImage, ModelMessage } from '../inference/model.ts';

export interface Section {
  title: string;
  text: string;
  /** True: where there is none any more, that is said. False: it is about its message alone. */
  stands?: boolean;
}

/** The time, and what skills add: it stands beside a message. */
export interface Situation {
  clock: string;
  sections: readonly Section[];
  /** Titles of sections that earlier messages have told, and that are not told again. */
  before?: readonly string[];
}

export interface ShownMessage {
  situation?: Situation;
  /** The words, where they are not those that were remembered: with files and quotes. */
  text?: string;
  pictures?: readonly FileRef[];
  /** Calls and results before the answer. */
  steps?: readonly ModelMessage[];
  /** Said in the middle of a turn: it stands among the steps of its answer. */
  isStep?: true;
}

/** Pictures of what was said before, by `seq`: of messages, and steps with theirs. */
export type PastPictures = ReadonlyMap<number, { images?: ModelImage[]; steps?: readonly ModelMessage[] }>;

const MOST_LINES = 5;

/** At most five lines: the clock, and a line for each section; what is more stands on the last one. */
export function situationText({ clock, sections }: Situation): string {
  const lines = [clock, ...sections.map(({ title, text }) => `${title}: ${onOneLine(text)}`)].filter(
    (line) => line !== '',
  );
  const last = lines.slice(MOST_LINES - 1).join(' ');
  return [...lines.slice(0, MOST_LINES - 1), ...(last === '' ? [] : [last])].join('\n');
}

function onOneLine(text: string): string {
  const lines = text.split('\n').map((line) => line.trim().replace(/^- /, ''));
  return lines.filter((line) => line !== '').join(' | ');
}

const NONE = 'none any more.';

/** The sections that say something new behind `situations`, oldest first. */
export function newSections(sections: readonly Section[], situations: readonly Situation[]): Section[] {
  const last = new Map<string, Section>();
  for (const situation of situations) for (const section of situation.sections) last.set(section.title, section);
  const titles = new Set(sections.map(({ title }) => title));
  const endedSections = [...last.values()].filter(
    ({ title, text, stands }) => stands && text !== NONE && !titles.has(title),
  );
  return [
    ...sections.filter(({ title, text, stands }) => stands === false || last.get(title)?.text !== text),
    ...endedSections.map((section) => ({ ...section, text: NONE })),
  ];
}
