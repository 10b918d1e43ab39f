import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { parseJson } from '../base/json.ts';
import {
  describe,
  findZone,
  inEnglish,
  machineZone,
  occurrences,
  type ParsedWhen,
  readSlot,
  type SplitTask,
  slotsInOther,
  splitTask,
} from '../time/index.ts';

export interface WhenOptions {
  text?: string | undefined;
  /** IANA zone or a city; the host's zone when missing. */
  zone?: string | undefined;
  /** ISO 8601 instant to read it at; the present when missing. */
  now?: string | undefined;
  locale?: string | undefined;
  json?: boolean | undefined;
  /** A JSON object on stdin a line, one on stdout each. */
  jsonl?: boolean | undefined;
}

export interface WhenStreams {
  stdin: Readable;
  stdout: Writable;
}

/** Exit statuses of sysexits.h: understood, a usage that cannot work, words that are no time. */
const OK = 0;
const USAGE = 64;
const REFUSED = 65;

const SHOWN = 5;

/**
 * `coda when`: what was understood and the next occurrences. Resolves with the exit status: 0 when the words say when
 * (or, with `jsonl`, when the input has ended), 65 when they do not or not for certain, 64 for unusable options.
 */
export async function runWhen(options: WhenOptions, { stdin, stdout }: WhenStreams): Promise<number> {
  const say = (line: string) => write(stdout, `${line}\n`);
  if (options.jsonl) return answerLines(options, stdin, say);
  const asked = questionOf(options);
  if ('problem' in asked) {
    await say(asked.problem);
    return USAGE;
  }
  const { now, zone } = asked;
  const reading = await readAny(asked);
  await say(options.json ? JSON.stringify(answer(reading)) : inWords(reading, { now, zone }));
  return reading.when.kind === 'once' || reading.when.kind === 'recurring' ? OK : REFUSED;
}

interface Question {
  text: string;
  now: Date;
  zone: string;
  locale: string | undefined;
}

function questionOf(fields: {
  text?: unknown;
  zone?: unknown;
  now?: unknown;
  locale?: unknown;
}): Question | { problem: string } {
  const { text, locale } = fields;
  if (typeof text !== 'string') return { problem: '"text" must be the words to read.' };
  const zone = typeof fields.zone === 'string' ? fields.zone : machineZone().zone;
  const now = fields.now === undefined ? new Date() : new Date(String(fields.now));
  if (Number.isNaN(now.getTime())) return { problem: `"${String(fields.now)}" is not an ISO 8601 instant.` };
  return { text, now, zone: findZone(zone)?.zone ?? zone, locale: typeof locale === 'string' ? locale : undefined };
}

async function readAny(asked: Question): Promise<SplitTask> {
  const other = slotsInOther(asked.text, asked);
  if (other) return { when: await readOther(other.when, asked), words: other.when, task: other.task };
  const english = await inEnglish(asked.text, asked);
  const sentence = splitTask('words' in english ? english.words : asked.text, asked);
  const isOpen = 'when' in english && (english.when.kind === 'ambiguous' || sentence.when.kind === 'reject');
  return isOpen ? { when: english.when, words: undefined, task: '' } : sentence;
}

async function readOther(words: string, asked: Question): Promise<ParsedWhen> {
  const english = await inEnglish(words, asked);
  return 'words' in english ? readSlot(english.words, asked) : english.when;
}

async function answerLines(
  options: WhenOptions,
  stdin: Readable,
  say: (line: string) => Promise<void>,
): Promise<number> {
  for await (const line of createInterface({ input: stdin, crlfDelay: Number.POSITIVE_INFINITY })) {
    if (line.trim() === '') continue;
    await say(JSON.stringify(await answerLine(line, options)));
  }
  return OK;
}

async function answerLine(line: string, { zone, now, locale }: WhenOptions): Promise<Record<string, unknown>> {
  const fields = parseObject(line);
  if (!fields) return { id: null, kind: 'reject', code: 'INPUT_INVALID', say: 'The line is not a JSON object.' };
  const id = fields.id ?? null;
  const asked = questionOf({ zone, now, locale, ...fields });
  if ('problem' in asked) return { id, kind: 'reject', code: 'INPUT_INVALID', say: asked.problem };
  return { id, ...answer(await readAny(asked)) };
}

function parseObject(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = parseJson(line);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

/** The answer for programs: instants in UTC, the rule as RFC 5545 text, the readings where it has to be asked. */
function answer({ when, task }: SplitTask): Record<string, unknown> {
  const fields = { kind: when.kind, ...details(when) };
  return task === '' ? fields : { ...fields, task };
}

function details(when: ParsedWhen): Record<string, unknown> {
  switch (when.kind) {
    case 'once':
      return { at: when.at.toISOString(), local: when.local, zone: when.zone };
    case 'recurring':
      return { at: when.next[0]?.toISOString(), rrule: when.rule, zone: when.zone, next: when.next.map(iso) };
    case 'ambiguous':
      return {
        question: when.question,
        readings: when.readings.map(({ words, when: time }) => ({ words, kind: time.kind, ...details(time) })),
      };
    case 'reject':
      return { code: when.code, say: when.say };
  }
}

const iso = (at: Date): string => at.toISOString();

function inWords({ when, task }: SplitTask, here: { now: Date; zone: string }): string {
  const lines = [describe(when, here)];
  if (task !== '') lines.push(`what: ${task}`);
  if (when.kind === 'recurring') lines.push(...nextOf(when.rule, here));
  if (when.kind === 'once') lines.push(`  ${iso(when.at)}`);
  const readings = when.kind === 'ambiguous' ? when.readings : when.kind === 'reject' ? [] : (when.others ?? []);
  if (when.kind !== 'ambiguous') lines.push(...readings.map(({ words }) => `or: ${words}`));
  return lines.join('\n');
}

function nextOf(rule: string, { now }: { now: Date }): string[] {
  const lines: string[] = [];
  for (const at of occurrences(rule, { after: now })) if (lines.push(`  ${iso(at)}`) === SHOWN) break;
  return lines;
}

function write(stream: Writable, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(text, (error) => (error ? reject(error) : resolve()));
  });
}
