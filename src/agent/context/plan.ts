import type { ModelMessage, ModelRequest, ToolMessage, ToolSpec } from '../model.ts';
import type { HistoryEntry, Recalled } from './store.ts';
import { IMAGE_TOKENS, MESSAGE_TOKENS, tokensIn } from './tokens.ts';

/** What is said to the model besides the conversation. */
export interface Sections {
  system: string;
  /** What skills add for this person. */
  sections: readonly { title: string; text: string }[];
  tools: ToolSpec[];
}

/** Tokens: what a request may hold, and what is kept free of them for the answer. */
export interface Limits {
  context: number;
  answer: number;
  /** What one estimated token has turned out to be, by the usage that was reported. */
  factor: number;
}

/** What fills the window: a part's name and its tokens. */
export interface Filled {
  part: 'identity and rules' | 'tools' | 'skills' | 'summary' | 'history' | 'this message' | 'this turn';
  tokens: number;
}

export interface Plan {
  request: ModelRequest;
  filled: Filled[];
  /** It is nearly as long as it may be, or something was left out. */
  tight: boolean;
}

export interface PlanInput {
  sections: Sections;
  /** When and where it is, for the moving part. */
  clock: string;
  recalled: Recalled;
  /** The message that is answered. */
  asked: Extract<ModelMessage, { role: 'user' }>;
  /** What happened in the turn so far. */
  turn: readonly ModelMessage[];
  limits: Limits;
  /** Whether several people speak, so that each message says who. */
  names: boolean;
  /** Estimated tokens of the sections' tools. */
  toolTokens: number;
}

/** A section of one skill may take so much of the window. */
const SECTION_SHARE = 0.06;
/** The message that is answered may take so much of what the fixed parts leave; what is longer is cut in the middle. */
const ASKED_SHARE = 0.7;
/** Tokens that it has even so. */
const LEAST_ASKED = 500;
/** A request that fills so much of its room may be longer than the estimate says. */
const TIGHT = 0.85;
/** Results in the running turn that are older than the last few shrink first. */
const SHRUNK_RESULT = 600;

/** What the model is asked: the stable part first, then what moves from turn to turn, all within the limits. */
export function planRequest(input: PlanInput): Plan {
  const { sections, limits, recalled } = input;
  const count = (text: string) => Math.ceil(tokensIn(text) * limits.factor);
  const each = Math.floor(limits.context * SECTION_SHARE * 3);
  const moving = [input.clock, ...sections.sections.map(({ title, text }) => `## ${title}\n${cut(text, each)}`)];
  const fixed = {
    system: count(sections.system),
    tools: Math.ceil(input.toolTokens * limits.factor),
    skills: count(moving.join('\n\n')),
  };
  const free = limits.context - limits.answer - fixed.system - fixed.tools - fixed.skills;
  const asked = fitAsked(input.asked, Math.max(free * ASKED_SHARE, LEAST_ASKED), limits.factor);
  const askedTokens = sizeOf(asked, limits.factor);
  const room = free - askedTokens;
  const turn = fitTurn(input.turn, Math.max(room * 0.8, 1_000), limits.factor);
  const turnTokens = sum(turn, limits.factor);
  const summary = summaryMessages(recalled);
  const summaryTokens = sum(summary, limits.factor);
  const left = room - turnTokens - summaryTokens;
  const shown = newest(recalled.history, left, limits.factor);
  const history = shown.map((entry) => messageOf(entry, input.names));
  const said = historyTokens(shown, limits.factor);
  const before = [...summary, ...history];
  return {
    request: {
      system: sections.system,
      moving: moving.join('\n\n'),
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
      asked !== input.asked ||
      history.length < recalled.history.length ||
      left - said < (limits.context - limits.answer) * (1 - TIGHT),
  };
}

/** What an interpreter is asked: what was said last, and nothing around it. */
export function plainRequest({ sections, recalled, asked, turn, limits, names }: PlanInput): ModelRequest {
  const before = recalled.history.map((entry) => messageOf(entry, names));
  return {
    system: '',
    moving: '',
    messages: [...before, asked, ...turn],
    asked: before.length,
    tools: sections.tools,
    maxTokens: limits.answer,
  };
}

/** Upper estimate of one message. */
function sizeOf(message: ModelMessage, factor: number): number {
  const calls = message.role === 'assistant' && message.calls ? tokensIn(JSON.stringify(message.calls)) : 0;
  const images = message.role === 'assistant' ? 0 : (message.images?.length ?? 0) * IMAGE_TOKENS;
  return Math.ceil((tokensIn(message.text) + calls + MESSAGE_TOKENS) * factor) + images;
}

function sum(messages: readonly ModelMessage[], factor: number): number {
  return messages.reduce((total, message) => total + sizeOf(message, factor), 0);
}

/** Tokens of what was said, by the same estimate. */
export function historyTokens(history: readonly HistoryEntry[], factor: number): number {
  return history.reduce((total, entry) => total + Math.ceil(entryTokens(entry) * factor), 0);
}

/** A message is estimated once, however often requests are planned with it. */
const estimated = new WeakMap<HistoryEntry, number>();

function entryTokens(entry: HistoryEntry): number {
  const known = estimated.get(entry);
  if (known !== undefined) return known;
  const tokens = tokensIn(textOf(entry)) + MESSAGE_TOKENS;
  estimated.set(entry, tokens);
  return tokens;
}

/** The newest messages that fit; they begin with a person's. */
export function newest(history: readonly HistoryEntry[], room: number, factor: number): HistoryEntry[] {
  let left = room;
  let from = history.length;
  while (from > 0) {
    left -= Math.ceil(entryTokens(history[from - 1] as HistoryEntry) * factor);
    if (left < 0) break;
    from--;
  }
  while (from < history.length && from > 0 && history[from]?.role === 'assistant') from++;
  return history.slice(from);
}

function messageOf(entry: HistoryEntry, names: boolean): ModelMessage {
  const { role, content } = entry;
  const text = textOf(entry);
  return role === 'user' ? { role, text, ...(names && content.name && { name: content.name }) } : { role, text };
}

function textOf({ content: { text, files = [] } }: HistoryEntry): string {
  if (files.length === 0) return text;
  const named = files.map(({ name, type }) => `[File: ${name}, ${type}]`);
  return [text, ...named].filter((part) => part !== '').join('\n');
}

function summaryMessages({ summary }: Recalled): ModelMessage[] {
  if (!summary) return [];
  const text = `<summary of the ${summary.messages} messages before>\n${summary.text}\n</summary>`;
  return [
    { role: 'user', text },
    { role: 'assistant', text: 'I have that in mind.' },
  ];
}

/** A message that would leave no room for anything else is shown without its middle. */
function fitAsked(asked: PlanInput['asked'], room: number, factor: number): PlanInput['asked'] {
  let fitted = asked;
  let most = asked.text.length;
  for (let size = sizeOf(asked, factor); size > room && most > 100; size = sizeOf(fitted, factor)) {
    most = Math.floor(most * Math.min(0.9, room / size));
    fitted = { ...asked, text: cut(asked.text, most) };
  }
  return fitted;
}

/** Old results of the running turn are shortened until the turn fits. */
function fitTurn(turn: readonly ModelMessage[], room: number, factor: number): ModelMessage[] {
  const fitted = [...turn];
  for (let index = 0; index < fitted.length - 2 && sum(fitted, factor) > room; index++) {
    const message = fitted[index] as ModelMessage;
    if (message.role === 'tool') fitted[index] = shrunk(message);
  }
  return fitted;
}

function shrunk({ images = [], ...message }: ToolMessage): ToolMessage {
  const text = cut(message.text, SHRUNK_RESULT);
  return { ...message, text: images.length === 0 ? text : `${text}\n[What was to be seen is left out.]` };
}

/** The beginning and the end of a text that is too long. */
export function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  const tail = Math.floor(most / 5);
  return `${text.slice(0, most - tail)}\n[… ${text.length - most} characters left out …]\n${text.slice(-tail)}`;
}
