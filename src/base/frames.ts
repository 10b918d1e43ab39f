/** Frames that set others' words apart in a prompt, and words that cannot leave theirs. Pure. */
import { oneLine } from './text.ts';

const OF_CONVERSATIONS = [
  'context',
  'file',
  'messages',
  'notes',
  'quoted',
  'remembered',
  'said',
  'summary',
  'tool_result',
] as const;
const OF_INSTRUCTIONS = ['available_skills', 'skill', 'instructions', 'specialist', 'specialists'] as const;

export type Frame = (typeof OF_CONVERSATIONS)[number] | (typeof OF_INSTRUCTIONS)[number];

const LONGEST_LABEL = 120;
/** Between the letters of a tag there may stand what nobody sees. */
const UNSEEN = '\\p{Cf}*';
const LINE_ENDS = /\r\n?|[\n\v\f\u0085\u2028\u2029]/g;
/** Marks by which chat templates tell who speaks: servers that run one over the whole prompt obey them in a text as well. */
const TEMPLATE_MARKS =
  /<(?=[|｜][\p{L}\p{N}_](?:[\p{L}\p{N}_▁ .-]{0,38}[\p{L}\p{N}_])?[|｜]>|\/s>|<\/?SYS>>|(?:start|end)_of_turn>|(?:bos|eos)>)|\[(?=\/?(?:INST|SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_CALLS|TOOL_RESULTS)\])/giu;

const tagsOf = (frames: readonly string[]): RegExp => {
  const names = frames.map((name) => [...name].join(UNSEEN)).join('|');
  return new RegExp(`[<＜﹤](?=[/／\\s\\p{Cf}]{0,40}(?:${names})(?![\\p{L}\\p{N}_-]))`, 'giu');
};

const TAGS = tagsOf([...OF_CONVERSATIONS, ...OF_INSTRUCTIONS]);
const CONVERSATION_TAGS = tagsOf(OF_CONVERSATIONS);

/** Others' words in a frame of their own. Nothing in them, and nothing in the attributes, ends it. */
export function frameText(frame: Frame, text: string, attributes: Readonly<Record<string, string>> = {}): string {
  return encloseInFrame(frame, escapeFrames(text), attributes);
}

/** The same around what holds frames already, or words that went through `escapeFrames`. */
export function encloseInFrame(frame: Frame, inner: string, attributes: Readonly<Record<string, string>> = {}): string {
  const named = Object.entries(attributes).map(([key, value]) => ` ${key}="${quotable(value)}"`);
  return `<${frame}${named.join('')}>\n${inner}\n</${frame}>`;
}

export function escapeFrames(text: string): string {
  return text.replace(TAGS, '&lt;');
}

/** Removes conversation frames from a skill's section: frames of instructions may stand in it. */
export function unframedSection(text: string): string {
  return text.replace(CONVERSATION_TAGS, '&lt;');
}

const LIKE: Readonly<Record<string, string>> = { '[': '(', ']': ')', '<': '‹', '>': '›', '"': "'" };

function quotable(name: string): string {
  return oneLine(name, LONGEST_LABEL).replace(/[<>"]/g, (character) => LIKE[character] ?? '');
}

/** Others' name for something, for a line or brackets of coda's own. */
export function label(name: string): string {
  return quotable(name).replace(/[[\]]/g, (character) => LIKE[character] ?? '');
}

/** Words of one of several who speak: each line but the first is indented, so that none seems to be somebody else's. */
export function indentLines(text: string): string {
  return escapeFrames(text).replace(LINE_ENDS, '\n  ');
}

export function lineOfSpeaker(name: string, text: string): string {
  return `${speaker(name)}: ${indentLines(text)}`;
}

export function speaker(name: string): string {
  return label(name.replace(/[:：]/g, ' '));
}

/** A text in which nothing tells a chat template that somebody else speaks now. */
export function withoutTemplateMarks(text: string): string {
  return text.replace(TEMPLATE_MARKS, (mark) => (mark === '[' ? '&#91;' : '&lt;'));
}
