import { frameText, indentLines, label, unframedSection } from '../../base/frames.ts';
import { omitUndefined } from '../../base/json.ts';
import { plural } from '../../base/text.ts';
import type { ModelMessage, ModelRequest, ToolSpec } from '../inference/model.ts';
import { cut, cutToTokens, fitTurn, sizeOf, sum } from './fit.ts';
import { quotedFrames } from './quoted.ts';
import {
  newSections,
  type PastPictures,
  type Section,
  type ShownMessage,
  type Situation,
  situationText,
} from './shown.ts';
import type { HistoryEntry, RecalledContext } from './store.ts';
import { IMAGE_TOKENS, MESSAGE_TOKENS, tokensIn } from './tokens.ts';

export interface Sections {
  system: string;
  /** `group`: the tools that it brings. */
  sections: readonly (Section & { group?: string })[];
  tools: ToolSpec[];
}

/** Tokens: what a request may hold, and what is kept free of them for the answer. */
export interface Limits {
  context: number;
  answer: number;
  /** Real tokens for one estimated token, by the usage that was reported. */
  factor: number;
}

export interface FilledPart {
  part: 'identity and rules' | 'tools' | 'skills' | 'summary' | 'history' | 'this message' | 'this turn';
  tokens: number;
}

export interface Plan {
  request: ModelRequest;
  situation: Situation;
  filled: FilledPart[];
  tight: boolean;
  /** The middle of the message is left out. */
  isCut: boolean;
  room: number;
  unseen: number;
}

export interface PlanInput {
  sections: Sections;
  clock: string;
  /** The situation as the turn's first request has told it. */
  frozen?: Situation | undefined;
  recalled: RecalledContext;
  past?: PastPictures | undefined;
  asked: Extract<ModelMessage, { role: 'user' }>;
  beside?: string;
  turn: readonly ModelMessage[];
  limits: Limits;
  names: boolean;
  toolTokens: number;
}

/** Characters of a token, at least: a share of the window in characters is the same whatever has been learnt. */
const CHARACTERS = 3;
/** Share of the window for the rules, the soul and the list of skills together. */
const SYSTEM_SHARE = 0.25;
const SECTION_SHARE = 0.06;
/** Share of what the fixed parts leave for the message that is answered; a longer one is cut in the middle. */
const ASKED_SHARE = 0.7;
const LEAST_ASKED_TOKENS = 500;
/** Share of its room from which on a request may be longer than the estimate says. */
const TIGHT = 0.85;
const TURN_SHARE = 0.65;
const LEAST_TURN_TOKENS = 1_000;
const SUMMARY_SHARE = 0.6;
const SUMMARY_FRAME_TOKENS = 50;
/** Share of the window for what stood beside earlier messages: the time, files, pictures, calls and their results. */
const WHOLE_SHARE = 0.3;
/** Messages by which the beginning of what is shown whole moves. */
const WHOLE_BLOCK = 8;

/** Plans the request: the stable part first, then what moves from turn to turn, all within the limits. */
export function planRequest(input: PlanInput): Plan {
  const { sections, limits, recalled } = input;
  const entries = viewsOf(sendable(recalled.history));
  const { factor } = limits;
  const count = (text: string) => Math.ceil(tokensIn(text) * factor);
  const share = (part: number) => Math.floor(limits.context * part * CHARACTERS);
  const all = { clock: input.clock, sections: titledSections(sections.sections, share(SECTION_SHARE)) };
  const beside = situationText(input.frozen ?? all);
  const system = cut(sections.system, share(SYSTEM_SHARE));
  const fixed = { system: count(system), tools: Math.ceil(input.toolTokens * factor), skills: count(beside) };
  const free = limits.context - limits.answer - fixed.system - fixed.tools - fixed.skills;
  const { asked, isCut } = fitAsked(input, Math.max(free * ASKED_SHARE, LEAST_ASKED_TOKENS));
  const askedTokens = sizeOf(asked, factor);
  const remaining = free - askedTokens;
  const turn = fitTurn(input.turn, Math.max(remaining * TURN_SHARE, LEAST_TURN_TOKENS), factor);
  const turnTokens = sum(turn, factor);
  const room = Math.max(remaining - turnTokens, 0);
  const summary = summaryMessages(recalled, room * SUMMARY_SHARE, factor);
  const summaryTokens = sum(summary, factor);
  const whole = wholeFrom(entries, limits.context * WHOLE_SHARE, factor);
  const { fittingViews, from, tokens: historyTokens } = fitHistory(entries, room - summaryTokens, factor, whole);
  const older = fittingViews.slice(0, Math.max(whole - from, 0));
  const recent = fittingViews.slice(older.length);
  const { messages: history, situations } = showHistory(older, recent, input);
  const before = [...summary, ...history];
  const situation = input.frozen
    ? completeSituation(input.frozen, all.sections, situations)
    : situationBehind(all, situations);
  const context = situationText(situation);
  return {
    situation,
    request: {
      system,
      messages: [...before, { ...asked, ...(context !== '' && { context }) }, ...turn],
      asked: before.length,
      tools: sections.tools,
      maxTokens: limits.answer,
    },
    filled: [
      { part: 'identity and rules', tokens: fixed.system },
      { part: 'tools', tokens: fixed.tools },
      { part: 'skills', tokens: fixed.skills },
      { part: 'summary', tokens: summaryTokens },
      { part: 'history', tokens: historyTokens },
      { part: 'this message', tokens: askedTokens },
      { part: 'this turn', tokens: turnTokens },
    ],
    isCut,
    tight:
      isCut ||
      fittingViews.length < entries.length ||
      room - summaryTokens - historyTokens < (limits.context - limits.answer) * (1 - TIGHT),
    room,
    unseen: entries.length - fittingViews.length,
  };
}

/** Messages that no filter has refused. */
export function sendable(history: readonly HistoryEntry[]): HistoryEntry[] {
  return history.filter(({ content }) => !content.refused);
}

function situationBehind(all: Situation, situations: readonly Situation[]): Situation {
  const sections = newSections(all.sections, situations);
  const titles = new Set(sections.map(({ title }) => title));
  const before = all.sections.flatMap(({ title }) => (titles.has(title) ? [] : [title]));
  return { ...all, sections, ...(before.length > 0 && { before }) };
}

/** With sections that history told when the turn began, and that have gone out of sight since. */
function completeSituation(
  frozen: Situation,
  sections: readonly Section[],
  situations: readonly Situation[],
): Situation {
  const titles = new Set(situations.flatMap((each) => each.sections.map(({ title }) => title)));
  const unseen = sections.filter(({ title }) => frozen.before?.includes(title) && !titles.has(title));
  return unseen.length === 0 ? frozen : { ...frozen, sections: [...frozen.sections, ...unseen] };
}

function titledSections(sections: readonly Section[], most: number): Section[] {
  return sections
    .filter(({ text }) => text !== '')
    .map(({ title, text, stands }) => ({
      title,
      text: unframedSection(cut(text, most)),
      ...(stands !== undefined && { stands }),
    }));
}

/** A message of the history with what has been made of it, which is made once. */
interface EntryView {
  entry: HistoryEntry;
  text: string;
  beside: string;
  /** The text of its situation; empty where it has none. */
  context: string;
  /** Tokens of the words alone, and with all that was shown beside them. */
  tokens: number;
  wholeTokens: number;
  /** The messages without pictures, in each form: bare, whole, and both with names. */
  forms: ModelMessage[][];
}

const views = new WeakMap<HistoryEntry, EntryView>();

function viewsOf(history: readonly HistoryEntry[]): EntryView[] {
  return history.map((entry) => views.get(entry) ?? makeView(entry));
}

function makeView(entry: HistoryEntry): EntryView {
  const { text, beside } = partsOf(entry.content);
  const context = entry.shown?.situation ? situationText(entry.shown.situation) : '';
  const tokens = tokensOf(joinParts(text, beside, '\n'));
  const wholeTokens = entry.shown ? wholeTokensOf(entry.role, tokens, entry.shown, context) : tokens;
  const view = { entry, text, beside, context, tokens, wholeTokens, forms: [] };
  views.set(entry, view);
  return view;
}

function partsOf({ text: words, files = [], quoted = [] }: HistoryEntry['content']): { text: string; beside: string } {
  const named = files.map(({ name, type }) => `[File: ${label(name)}, ${label(type)}]`);
  const text = files.length === 0 ? words : [words, ...named].filter((part) => part !== '').join('\n');
  return { text, beside: quoted.length === 0 ? '' : quotedFrames(quoted) };
}

function joinParts(text: string, beside: string, between: string): string {
  return text === '' || beside === '' ? text + beside : `${text}${between}${beside}`;
}

// In a conversation of several speakers lines are indented.
const tokensOf = (text: string): number => tokensIn(text) + text.split('\n').length + MESSAGE_TOKENS;

function wholeTokensOf(role: HistoryEntry['role'], bare: number, message: ShownMessage, context: string): number {
  const { text, pictures = [], steps = [], isStep } = message;
  if (role === 'user' && isStep) return 0;
  const fileCount = steps.reduce((count, step) => count + (step.role === 'tool' ? (step.files?.length ?? 0) : 0), 0);
  return (
    (text === undefined ? bare : tokensOf(text)) +
    (context === '' ? 0 : tokensIn(context)) +
    sum(steps, 1) +
    (pictures.length + fileCount) * IMAGE_TOKENS
  );
}

/** A message's words as they are shown once nothing else of it is. */
export function bareText(content: HistoryEntry['content']): string {
  const { text, beside } = partsOf(content);
  return joinParts(text, beside, '\n\n');
}

/**
 * Index of the first message that is shown with all that stood beside it. It moves in blocks: each time the service reads
 * everything from there on anew.
 */
function wholeFrom(history: readonly EntryView[], room: number, factor: number): number {
  let remaining = room;
  let from = history.length;
  while (from > 0) {
    const { tokens, wholeTokens } = history[from - 1] as EntryView;
    remaining -= Math.max(wholeTokens - tokens, 0) * factor;
    if (remaining < 0) break;
    from--;
  }
  const begin = Math.ceil(from / WHOLE_BLOCK) * WHOLE_BLOCK;
  let at = begin < history.length ? begin : from;
  const begins = (each: EntryView | undefined) => each?.entry.role === 'user' && !each.entry.shown?.isStep;
  while (at > 0 && at < history.length && !begins(history[at])) at++;
  return at;
}

/** The newest messages that fit; they begin with a person's. */
export function newest(history: readonly HistoryEntry[], room: number, factor: number): HistoryEntry[] {
  return fitHistory(viewsOf(history), room, factor, history.length).fittingViews.map(({ entry }) => entry);
}

/** The newest messages that fit, with their tokens; those from `whole` on with all that stood beside them. */
function fitHistory(history: readonly EntryView[], room: number, factor: number, whole: number) {
  const sizes = history.map((view, index) => Math.ceil((index < whole ? view.tokens : view.wholeTokens) * factor));
  let tokens = 0;
  let from = history.length;
  while (from > 0) {
    const more = sizes[from - 1] ?? 0;
    if (tokens + more > room) break;
    tokens += more;
    from--;
  }
  while (from < history.length && from > 0 && history[from]?.entry.role === 'assistant') {
    tokens -= sizes[from] ?? 0;
    from++;
  }
  return { fittingViews: history.slice(from), from, tokens };
}

/** True of what was said in the middle of a turn where the answer behind it is shown with its steps. */
function standsInSteps(history: readonly EntryView[], index: number): boolean {
  const answer = history.slice(index + 1).find(({ entry }) => entry.role === 'assistant');
  return answer?.entry.shown?.steps !== undefined;
}

type Shows = Pick<PlanInput, 'names' | 'past'>;

/**
 * The messages as a model is shown them, `recent` with all that stood beside them, and the situations that these tell of. A loop
 * that pushes: for 50 messages `flatMap` takes 6 µs.
 */
function showHistory(older: readonly EntryView[], recent: readonly EntryView[], shows: Shows) {
  const messages: ModelMessage[] = [];
  const situations: Situation[] = [];
  for (const [views, isWhole] of [[older, false] as const, [recent, true] as const]) {
    const form = (isWhole ? 1 : 0) + (shows.names ? 2 : 0);
    for (const [index, view] of views.entries()) {
      const { entry } = view;
      if (isWhole && entry.shown?.situation) situations.push(entry.shown.situation);
      if (isWhole && entry.shown?.isStep && standsInSteps(views, index)) continue;
      // Pictures are there for this request alone.
      const hasPictures = shows.past?.has(entry.seq) === true;
      const entryMessages = (hasPictures ? undefined : view.forms[form]) ?? makeMessages(view, shows, isWhole);
      if (!hasPictures) view.forms[form] = entryMessages;
      messages.push(...entryMessages);
    }
  }
  return { messages, situations };
}

function makeMessages(
  { entry, text: own, beside, context }: EntryView,
  { names, past }: Shows,
  isWhole: boolean,
): ModelMessage[] {
  const { role, content, seq } = entry;
  const shownMessage = (isWhole && entry.shown) || {};
  const pictures = past?.get(seq);
  if (role === 'assistant') {
    const steps = (isWhole ? pictures?.steps : undefined) ?? shownMessage.steps ?? [];
    return [...steps, { role, text: own }];
  }
  const { text: whole } = shownMessage;
  const isNamed = names && content.name !== undefined && content.name !== '';
  const words = joinParts(isNamed ? indentLines(own) : own, beside, '\n\n');
  const images = isWhole ? pictures?.images : undefined;
  const isSeen = (shownMessage.pictures ?? []).length === (images?.length ?? 0);
  return [
    {
      role,
      text: isSeen ? (whole ?? words) : words,
      ...omitUndefined({
        name: isNamed ? content.name : undefined,
        context: isWhole && context !== '' ? context : undefined,
        images: images && images.length > 0 ? images : undefined,
      }),
    },
  ];
}

function summaryMessages({ summary }: RecalledContext, room: number, factor: number): ModelMessage[] {
  if (!summary) return [];
  const text = cutToTokens(summary.text, Math.max(room - SUMMARY_FRAME_TOKENS * factor, 0), factor);
  return [
    { role: 'user', text: frameText('summary', text, { of: `the ${plural(summary.messages, 'message')} before` }) },
    { role: 'assistant', text: 'I have that in mind.' },
  ];
}

/**
 * The message with what came beside it. Of what would leave no room for anything else the middle is left out: of each by
 * itself, so that no frame loses its beginning.
 */
function fitAsked({ asked, beside = '', limits: { factor } }: PlanInput, room: number) {
  const remaining = room - sizeOf({ ...asked, text: '' }, factor);
  const besideTokens = beside === '' ? 0 : tokensIn(beside) * factor;
  const own = cutToTokens(asked.text, Math.max(remaining - besideTokens, remaining / 2), factor);
  const rest = beside === '' ? '' : cutToTokens(beside, remaining - tokensIn(own) * factor, factor);
  const text = [own, rest].filter((part) => part !== '').join('\n\n');
  return { asked: { ...asked, text }, isCut: own !== asked.text || rest !== beside };
}
