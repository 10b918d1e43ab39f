/** Marks of calls and thoughts, to be found in a text that comes in pieces. */
import { CALL_FORMATS, type CallFormat } from './call-formats.ts';
import {
  EMPTY_MARKS,
  HEADER,
  OTHER_SPEAKERS,
  STRAY_ENDS,
  THOUGHT_FORMATS,
  type ThoughtFormat,
} from './thought-formats.ts';

export interface CallMark {
  role: 'call';
  place: CallFormat['place'];
  close: RegExp | undefined;
  formats: readonly CallFormat[];
}

export interface ThoughtMark {
  role: 'thought';
  format: ThoughtFormat;
  within: RegExp;
}

/** `stray`: the end of a thought or of a call whose beginning is not there. */
export type Mark =
  | CallMark
  | ThoughtMark
  | { role: 'stray'; ends: ThoughtFormat | undefined }
  | { role: 'speaker' }
  | { role: 'empty' };

export interface FoundMark {
  mark: Mark;
  text: string;
  index: number;
}

/** Longer than any mark with what has to be seen behind it. Characters. */
export const LONGEST_MARK = 700;

const beginningOf = (text: string): string =>
  [...text].reduceRight((rest, letter) => {
    const escaped = letter.replace(/[[\]()|?.*+^$\\{}]/, '\\$&');
    return rest === '' ? escaped : `${escaped}(?:${rest})?`;
  }, '');

const anyOf = (sources: readonly string[]) => sources.map((source) => `(?:${source})`).join('|');

const calls = CALL_FORMATS.filter(
  ({ open, close }, index) => CALL_FORMATS.findIndex((each) => each.open === open && each.close === close) === index,
);
const CALL_OPEN = anyOf(calls.filter(({ place }) => place !== 'line').map(({ open }) => open));

const marks: readonly { open: string; mark: Mark }[] = [
  ...calls.map(({ open, close, place }) => ({
    open,
    mark: {
      role: 'call' as const,
      place,
      close: close === undefined ? undefined : new RegExp(close, 'gi'),
      formats: CALL_FORMATS.filter((each) => each.open === open && each.close === close),
    },
  })),
  ...THOUGHT_FORMATS.map((format) => ({
    open: format.open,
    mark: {
      role: 'thought' as const,
      format,
      within: new RegExp(`(?<close>${format.close})|(?<open>${format.open})|(?<call>${CALL_OPEN})`, 'gi'),
    },
  })),
  ...THOUGHT_FORMATS.filter(({ swallowed }) => swallowed).map((format) => ({
    open: format.close,
    mark: { role: 'stray' as const, ends: format },
  })),
  { open: anyOf(STRAY_ENDS), mark: { role: 'stray', ends: undefined } },
  { open: anyOf(OTHER_SPEAKERS), mark: { role: 'speaker' } },
  { open: anyOf(EMPTY_MARKS), mark: { role: 'empty' } },
];

const ANY = new RegExp(marks.map(({ open }, index) => `(?<m${index}>${open})`).join('|'), 'gi');

const WORDS = [
  'functools',
  'assistantcommentary',
  'assistantfinal',
  'commentary',
  'analysis<|message|>',
  'assistantanalysis<|message|>',
  'assistant analysis',
  'assistant\nanalysis',
].map(beginningOf);

/** Fits a text that holds a mark, or ends with what may become one; most answers hold none. */
export const MARKED = new RegExp(
  String.raw`[<[\]◁\x60]|assistantc|assistantf|assistant ?to=|commentary|analysis|functools|(?:${anyOf(WORDS)})$`,
  'i',
);

export function thoughtMark(format: ThoughtFormat): ThoughtMark | undefined {
  return marks.flatMap(({ mark }) => (mark.role === 'thought' && mark.format === format ? mark : []))[0];
}

export function firstMark(text: string): FoundMark | undefined {
  ANY.lastIndex = 0;
  const match = ANY.exec(text);
  const at = match ? marks.findIndex((_, index) => match.groups?.[`m${index}`] !== undefined) : -1;
  const entry = marks[at];
  return match && entry ? { mark: entry.mark, text: match[0], index: match.index } : undefined;
}

const SPACES = String.raw`[^\S\n]*`;
/** Text at the end that may become a mark, or is one whose continuation is not known yet. */
const GROWING = new RegExp(
  `(?:${anyOf([
    String.raw`<(?:[/|｜a-z][^<>\n]{0,250})?`,
    String.raw`<\|(?:start|channel)\|>${HEADER}(?:<[|a-z]{0,11})?`,
    String.raw`<\|message_model\|>[\w.:-]{0,100}(?:<[\w|]{0,30})?`,
    String.raw`<\|(?:open|close)\|>[^<]{0,250}(?:<[|sep]{0,5})?`,
    String.raw`<\|?(?:im_start|turn|start_of_turn|start_header_id)\|?>\w{0,20}(?:<[\w|]{0,20})?`,
    String.raw`\[[a-z_/]{0,14}`,
    String.raw`\[e~?`,
    '◁/?[a-z]{0,5}',
    beginningOf(']<]minimax[>['),
    String.raw`\x60{1,2}|\x60{3,}[^\S\n]*[a-z_]{0,20}`,
    ...WORDS,
    String.raw`(?:${anyOf(['assistantcommentary', 'assistant', 'commentary', 'analysis'])}) ?(?:to?(?:=[\w.<>| -]{0,150})?)?`,
  ])}|(?:${anyOf(marks.filter(({ mark }) => mark.role !== 'call').map(({ open }) => open))})${SPACES})$`,
  'i',
);

/** Start of the undecided end of `text`; its length where all is decided. */
export function decidedTo(text: string): number {
  const from = Math.max(0, text.length - LONGEST_MARK);
  const match = GROWING.exec(text.slice(from));
  return match ? from + match.index : text.length;
}

const LONGEST_START = 200;
const FENCE = /^\s*(`{3,}(?=[^`]*$)|~{3,})(.*)/;
const CODE_INDENT = /^(?: {4}|\t)/;

export class Position {
  /** The run of ` or ~ that opened the code block; '' outside of one. */
  private fence = '';
  private line = '';
  private isBlank = true;
  private hasBlankBefore = true;
  /** The length of the run of ` that opened inline code, and of the run that stands at the end. */
  private ticks = 0;
  private run = 0;
  private end = '';

  add(words: string): void {
    for (const [index, piece] of words.split('\n').entries()) {
      if (index > 0) this.breakLine();
      if (this.line.length < LONGEST_START) this.line += piece.slice(0, LONGEST_START - this.line.length);
      if (piece.trim() !== '') this.isBlank = false;
      this.count(piece);
    }
    this.end = (this.end + words).slice(-2);
  }

  get isAtLineStart(): boolean {
    return this.isBlank && !(this.hasBlankBefore && CODE_INDENT.test(this.line));
  }

  get isWithinLine(): boolean {
    return !this.isBlank && /[^\S\n]$/.test(this.end);
  }

  get isQuoted(): boolean {
    if (this.fence !== '') return !this.closesFence;
    const inCode = this.ticks === 0 ? this.run > 0 : this.run !== this.ticks;
    return inCode || /(?:^|[^\p{L}\p{N}])["'“‘«„(]$/u.test(this.end);
  }

  get isAside(): boolean {
    return /^\s*>/.test(this.line) || (this.hasBlankBefore && CODE_INDENT.test(this.line));
  }

  has(tag: string): boolean {
    return this.line.includes(tag);
  }

  private count(piece: string): void {
    for (const [run, ticks] of piece.matchAll(/(`+)|[^`]+/g)) {
      if (ticks !== undefined) this.run += ticks.length;
      else if (run !== '') this.closeRun();
    }
  }

  private closeRun(): void {
    if (this.run === 0) return;
    if (this.ticks === 0) this.ticks = this.run;
    else if (this.ticks === this.run) this.ticks = 0;
    this.run = 0;
  }

  private get closesFence(): boolean {
    const [, run = '', info = ''] = FENCE.exec(this.line) ?? [];
    return run.startsWith(this.fence) && info.trim() === '';
  }

  private breakLine(): void {
    if (this.fence === '') this.fence = FENCE.exec(this.line)?.[1] ?? '';
    else if (this.closesFence) this.fence = '';
    this.hasBlankBefore = this.isBlank;
    this.line = '';
    this.isBlank = true;
    this.ticks = 0;
    this.run = 0;
  }
}
