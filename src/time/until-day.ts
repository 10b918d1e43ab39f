/** The day by which a series ends: "every day at 8 by Friday". Pure. */
import { type Token, tokenise } from './lang/tokens.ts';
import { readingsOf } from './readings.ts';
import type { ParsedWhen, TimeReading } from './types.ts';

const LONGEST_TIME = 200;
/** Words of "by Friday the 4th of December". */
const LONGEST_DAY = 6;

type ReadTime = (text: string) => ParsedWhen | undefined;

/**
 * The series up to that day, and the series as its words were read: "every day at 8 by Friday" came every Friday. Undefined where
 * the words say just that, as "every week by Friday" and "every day by 8" do.
 */
export function endingBy(text: string, whole: ParsedWhen, read: ReadTime): TimeReading[] | undefined {
  if (text.length > LONGEST_TIME || whole.kind !== 'recurring') return undefined;
  const tokens = tokenise(text);
  const at = tokens.findIndex(({ text: word }) => word === 'by');
  if (at < 0) return undefined;
  for (const { rest, day } of partings(text, tokens, at)) {
    if (!isOther(read(rest), whole)) continue;
    const [until] = readingsOf(read(`${rest} until ${day}`));
    if (until && isSeries(until)) return [until, { words: '', when: whole }];
  }
  return undefined;
}

/** True if a day that may end a series was read as its beginning, or as the day on which it comes. */
export function takesDayForEnd(text: string, whole: ParsedWhen | undefined, read: ReadTime): boolean {
  if (text.length > LONGEST_TIME || whole === undefined) return false;
  const tokens = tokenise(text);
  const at = tokens.findIndex(({ text: word }) => /^(?:before|after)$/.test(word));
  const [first] = readingsOf(whole);
  if (at < 0 || !first || !isSeries(first)) return false;
  return partings(text, tokens, at).some(({ rest }) => isOther(read(rest), first.when));
}

/** The words without the day behind a word, and the day, the shortest first. */
function partings(text: string, tokens: readonly Token[], at: number): { rest: string; day: string }[] {
  const splits: { rest: string; day: string }[] = [];
  for (let end = at + 2; end <= Math.min(tokens.length, at + LONGEST_DAY); end++) {
    const last = tokens[end - 1]?.end;
    const rest = `${text.slice(0, tokens[at]?.start)} ${text.slice(last)}`.replace(/ {2,}/g, ' ').trim();
    splits.push({ rest, day: text.slice(tokens[at + 1]?.start, last) });
  }
  return splits;
}

const isSeries = ({ when }: { when: ParsedWhen }): boolean => when.kind === 'recurring' && when.next.length > 1;

/** True if `read` comes on other days than `original`, or begins later than its second time. */
function isOther(original: ParsedWhen | undefined, read: ParsedWhen): boolean {
  const [series] = readingsOf(original);
  if (!series || !isSeries(series) || series.when.kind !== 'recurring' || read.kind !== 'recurring') return false;
  const rhythm = rhythmOf(series.when.rule);
  if (!/DAILY|HOURLY|MINUTELY|BYDAY/.test(rhythm)) return false;
  const [, second] = series.when.next;
  const [first] = read.next;
  return rhythm !== rhythmOf(read.rule) || (second !== undefined && first !== undefined && first > second);
}

const rhythmOf = (rule: string): string => (rule.match(/FREQ=\w+|BYDAY=[^;\n]+/g) ?? []).join(';');
