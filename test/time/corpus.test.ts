import { readdirSync, readFileSync } from 'node:fs';
import { parse as parseDates } from 'chrono-node';
import { Temporal } from 'temporal-polyfill';
import { expect, describe as suite, test } from 'vitest';
import { describe, occurrences, type ParsedWhen, type SplitTask, splitTask } from '../../src/time/index.ts';

interface Phrase {
  id: string;
  text: string;
  now: string;
  zone: string;
  locale?: string;
  expect: {
    /** `unsure`: a question or a refusal, but nothing certain. */
    kind: ParsedWhen['kind'] | 'unsure';
    at?: string;
    next?: string[];
    /** Whether the occurrences in `next` are all there are. */
    ends?: boolean;
    code?: string;
    task?: string;
  };
}

const folder = new URL('corpus/', import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith('.jsonl'));

function phrasesOf(name: string): Phrase[] {
  const lines = readFileSync(new URL(name, folder), 'utf8').trim().split('\n');
  return lines.map((line) => JSON.parse(line) as Phrase);
}

const context = ({ now, zone, locale }: Phrase) => ({ now: new Date(now), zone, locale });

/** The first `count` occurrences after `after`. */
function following(rule: string, after: Date, count: number): string[] {
  const found: string[] = [];
  for (const at of occurrences(rule, { after })) if (found.push(at.toISOString()) === count) break;
  return found;
}

/** What was understood, in the form of what is expected of it. */
function understood(phrase: Phrase, { when, task }: SplitTask): Phrase['expect'] {
  const { kind, next = [], ends } = phrase.expect;
  const told = phrase.expect.task === undefined ? {} : { task };
  if (kind === 'unsure' && (when.kind === 'ambiguous' || when.kind === 'reject')) return { kind: 'unsure', ...told };
  if (when.kind === 'once') return { kind: 'once', at: when.at.toISOString(), ...told };
  if (when.kind === 'reject')
    return { kind: 'reject', ...(phrase.expect.code === undefined ? {} : { code: when.code }), ...told };
  if (when.kind === 'ambiguous') return { kind: 'ambiguous', ...told };
  const found = following(when.rule, new Date(phrase.now), ends ? next.length + 1 : next.length);
  return { kind: 'recurring', next: found, ...(ends ? { ends } : {}), ...told };
}

suite.each(files)('of the phrases in %s', (name) => {
  const phrases = phrasesOf(name);
  // Both tests look at the same readings.
  const known = new Map<Phrase, SplitTask>();
  const read = (phrase: Phrase): SplitTask => {
    const found = known.get(phrase) ?? splitTask(phrase.text, context(phrase));
    known.set(phrase, found);
    return found;
  };

  test('each is understood as a careful person would', () => {
    const wrong = phrases
      .map((phrase) => ({ phrase, got: understood(phrase, read(phrase)) }))
      .filter(({ phrase, got }) => JSON.stringify(sorted(got)) !== JSON.stringify(sorted(phrase.expect)))
      .map(({ phrase, got }) => ({ id: phrase.id, text: phrase.text, got, expected: phrase.expect }));
    expect(wrong).toEqual([]);
  });

  test('each is told back in words that are read as the same time', () => {
    const changed: unknown[] = [];
    for (const phrase of phrases) {
      const ctx = context(phrase);
      const { when } = read(phrase);
      for (const meant of when.kind === 'ambiguous' ? when.readings.map((reading) => reading.when) : [when]) {
        if (meant.kind === 'reject') continue;
        const words = describe(meant, ctx);
        const next = meant.kind === 'recurring' ? meant.next.map(toTheMinute) : [];
        const again = nextTold(words, meant.zone, ctx);
        const isSame = again
          ? again.length > 0 && again.join() === next.slice(0, again.length).join()
          : times(splitTask(words, ctx).when, ctx.now) === times(meant, ctx.now);
        if (!isSame || /RRULE|DTSTART|FREQ=/.test(words)) changed.push({ text: phrase.text, words });
      }
    }
    expect(changed).toEqual([]);
  });
});

/** The next occurrences that are told of a rule that has no words of its own. */
function nextTold(words: string, zone: string, ctx: ReturnType<typeof context>): string[] | undefined {
  const [, told] = /^by a rule of its own \(.*\), next: (.+)$/.exec(words) ?? [];
  return told?.split(/, | and /).map((moment) => {
    const { when } = splitTask(`${moment} (${zone})`, ctx);
    return when.kind === 'once' ? toTheMinute(when.at) : when.kind;
  });
}

const toTheMinute = (at: Date): string => at.toISOString().slice(0, 16);

/** The instants that `when` stands for, twenty of a series, to the second. */
function times(when: ParsedWhen, now: Date): string {
  if (when.kind === 'once') return when.at.toISOString().slice(0, 19);
  return when.kind === 'recurring' ? following(when.rule, now, 20).join() : when.kind;
}

function sorted(value: object): object {
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Whether a parser of dates alone finds the instant: its fields of the calendar and the clock, read in the zone. */
function isFoundByDatesAlone({ text, now, zone, expect: { at = '' } }: Phrase): boolean {
  const { offsetNanoseconds } = Temporal.Instant.from(now).toZonedDateTimeISO(zone);
  const reference = { instant: new Date(now), timezone: offsetNanoseconds / 60e9 };
  const [found] = parseDates(text, reference, { forwardDate: true });
  if (!found) return false;
  const field = (name: 'year' | 'month' | 'day' | 'hour' | 'minute' | 'second') => found.start.get(name) ?? 0;
  const date = { year: field('year'), month: field('month'), day: field('day') };
  const clock = { hour: field('hour'), minute: field('minute'), second: field('second') };
  return Temporal.PlainDateTime.from({ ...date, ...clock }).toZonedDateTime(zone).epochMilliseconds === Date.parse(at);
}

test('the page about the choice of a grammar tells the figures of this corpus', () => {
  const page = readFileSync(new URL('../../docs/decisions/time-language.md', import.meta.url), 'utf8');
  const all = files.flatMap(phrasesOf);
  const single = all.filter((phrase) => phrase.expect.kind === 'once');
  const told = (count: number) => count.toLocaleString('en');
  expect(page).toContain(`${told(all.length)} phrases of \`test/time/corpus\`, ${told(single.length)} of them single`);
  // Some of what it finds depends on the zone of the machine.
  const found = Number(/([\d,]+) of ([\d,]+) \|/.exec(page)?.[1]?.replace(',', ''));
  expect(Math.abs(found - single.filter(isFoundByDatesAlone).length)).toBeLessThanOrEqual(single.length / 100);
  expect(page).toContain(`${told(found)} of ${told(single.length)} |`);
});

test('the corpus is as large and as varied as it is meant to be', () => {
  const all = files.flatMap(phrasesOf);
  expect(all.length).toBeGreaterThanOrEqual(2_500);
  expect(new Set(all.map(({ zone }) => zone)).size).toBeGreaterThanOrEqual(17);
  expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
});
