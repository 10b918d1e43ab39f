import { frameText, indentLines, label, unframedSection } from '../../base/frames.ts';
import { plural } from '../../base/text.ts';
import type { ModelMessage, ModelRequest, ToolSpec } from '../inference/model.ts';
import { cut, cutToTokens, fitTurn, sizeOf, sum } from './fit.ts';
import { quotedFrames } from './quoted.ts';
import type { HistoryEntry, RecalledContext } from './store.ts';
import { MESSAGE_TOKENS, tokensIn } from './tokens.ts';

export interface Sections {
  system: string;
  /** `group`: the tools that it brings. */
  sections: readonly { title: string; text: string; group?: string }[];
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
  filled: FilledPart[];
  tight: boolean;
  room: number;
  unseen: number;
}

export interface PlanInput {
  sections: Sections;
  clock: string;
  recalled: RecalledContext;
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

/** Plans the request: the stable part first, then what moves from turn to turn, all within the limits. */
export function planRequest(input: PlanInput): Plan {
  const { sections, limits } = input;
  const recalled = { ...input.recalled, history: sendable(input.recalled.history) };
  const { factor } = limits;
  const count = (text: string) => Math.ceil(tokensIn(text) * factor);
  const share = (part: number) => Math.floor(limits.context * part * CHARACTERS);
  const titled = sections.sections
    .filter(({ text }) => text !== '')
    .map(({ title, text }) => `## ${title}\n${unframedSection(cut(text, share(SECTION_SHARE)))}`);
  const moving = [input.clock, ...titled].join('\n\n');
  const system = cut(sections.system, share(SYSTEM_SHARE));
  const fixed = { system: count(system), tools: Math.ceil(input.toolTokens * factor), skills: count(moving) };
  const free = limits.context - limits.answer - fixed.system - fixed.tools - fixed.skills;
  const { asked, isCut } = fitAsked(input, Math.max(free * ASKED_SHARE, LEAST_ASKED_TOKENS));
  const askedTokens = sizeOf(asked, factor);
  const left = free - askedTokens;
  const turn = fitTurn(input.turn, Math.max(left * TURN_SHARE, LEAST_TURN_TOKENS), factor);
  const turnTokens = sum(turn, factor);
  const room = Math.max(left - turnTokens, 0);
  const summary = summaryMessages(recalled, room * SUMMARY_SHARE, factor);
  const summaryTokens = sum(summary, factor);
  const { kept, tokens: said } = fitHistory(recalled.history, room - summaryTokens, factor);
  const history = kept.map((entry) => messageOf(entry, input.names));
  const before = [...summary, ...history];
  return {
    request: {
      system,
      moving,
      messages: [...before, asked, ...turn],
      asked: before.length,
      tools: sections.tools,
      maxTokens: limits.answer,
    },
    filled: [
      { part: 'identity and rules', tokens: fixed.system },
      { part: 'tools', tokens: fixed.tools },
      { part: 'skills', tokens: fixed.skills },
      { part: 'summary', tokens: summaryTokens },
      { part: 'history', tokens: said },
      { part: 'this message', tokens: askedTokens },
      { part: 'this turn', tokens: turnTokens },
    ],
    tight:
      isCut ||
      kept.length < recalled.history.length ||
      room - summaryTokens - said < (limits.context - limits.answer) * (1 - TIGHT),
    room,
    unseen: recalled.history.length - kept.length,
  };
}

/** Messages that no filter has refused. */
export function sendable(history: readonly HistoryEntry[]): HistoryEntry[] {
  return history.filter(({ content }) => !content.refused);
}

function historyTokens(history: readonly HistoryEntry[], factor: number): number {
  return history.reduce((total, entry) => total + Math.ceil(showEntry(entry).tokens * factor), 0);
}

interface ShownEntry {
  text: string;
  beside: string;
  tokens: number;
}

const shownAs = new WeakMap<HistoryEntry['content'], ShownEntry>();

function showEntry({ content }: Pick<HistoryEntry, 'content'>): ShownEntry {
  const known = shownAs.get(content);
  if (known) return known;
  const { text: said, files = [], quoted = [] } = content;
  const named = files.map(({ name, type }) => `[File: ${label(name)}, ${label(type)}]`);
  const text = files.length === 0 ? said : [said, ...named].filter((part) => part !== '').join('\n');
  // In a conversation of several speakers lines are indented.
  const lines = text.split('\n').length;
  const beside = quoted.length === 0 ? '' : quotedFrames(quoted);
  const besideTokens = beside === '' ? 0 : tokensIn(beside);
  const made = { text, beside, tokens: tokensIn(text) + besideTokens + lines + MESSAGE_TOKENS };
  shownAs.set(content, made);
  return made;
}

/** The newest messages that fit; they begin with a person's. */
export function newest(history: readonly HistoryEntry[], room: number, factor: number): HistoryEntry[] {
  return fitHistory(history, room, factor).kept;
}

/** The newest messages that fit, with their tokens. */
function fitHistory(history: readonly HistoryEntry[], room: number, factor: number) {
  let tokens = 0;
  let from = history.length;
  while (from > 0) {
    const more = Math.ceil(showEntry(history[from - 1] as HistoryEntry).tokens * factor);
    if (tokens + more > room) break;
    tokens += more;
    from--;
  }
  const begin = from;
  while (from < history.length && from > 0 && history[from]?.role === 'assistant') from++;
  if (from > begin) tokens -= historyTokens(history.slice(begin, from), factor);
  return { kept: history.slice(from), tokens };
}

function messageOf(entry: HistoryEntry, names: boolean): ModelMessage {
  const { role, content } = entry;
  const { text: own, beside } = showEntry(entry);
  if (role !== 'user') return { role, text: own };
  const isNamed = names && content.name !== undefined && content.name !== '';
  const text = [isNamed ? indentLines(own) : own, beside].filter((part) => part !== '').join('\n\n');
  return { role, text, ...(isNamed && { name: content.name }) };
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
  const left = room - sizeOf({ ...asked, text: '' }, factor);
  const count = (text: string) => (text === '' ? 0 : tokensIn(text) * factor);
  const own = cutToTokens(asked.text, Math.max(left - count(beside), left / 2), factor);
  const rest = beside === '' ? '' : cutToTokens(beside, left - count(own), factor);
  const text = [own, rest].filter((part) => part !== '').join('\n\n');
  return { asked: { ...asked, text }, isCut: own !== asked.text || rest !== beside };
}
