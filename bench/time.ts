/**
 * What reading a time costs: `npm run bench -- time`. Each figure stands beside its limit and beside chrono-node on the
 * same phrases (which does less: no recurrences, no questions, no zones by name).
 */
import { readdirSync, readFileSync } from 'node:fs';
import { occurrences, parseWhen, splitTask } from '../src/time/index.ts';
import { Report } from './support/report.ts';

interface Phrase {
  text: string;
  now: string;
  zone: string;
}

const CORPUS = 'test/time/corpus';
const ROUNDS = 5;

const report = new Report();
const line = (what: string, figure: string, wanted = '') => report.add(what, figure, { wanted });

const ms = (value: number): string => `${value.toFixed(3)} ms`;

function phrases(): Phrase[] {
  const files = readdirSync(CORPUS).filter((name) => name.endsWith('.jsonl'));
  return files.flatMap((name) =>
    readFileSync(`${CORPUS}/${name}`, 'utf8')
      .trim()
      .split('\n')
      .map((one) => JSON.parse(one) as Phrase),
  );
}

function took(work: () => unknown): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}

/** The quickest of some rounds for each phrase: what the code takes, not what else the machine does. */
function timings(all: readonly Phrase[], read: (phrase: Phrase) => unknown): number[] {
  for (const phrase of all) read(phrase);
  const best = all.map((phrase) => Math.min(...Array.from({ length: ROUNDS }, () => took(() => read(phrase)))));
  return best.sort((a, b) => a - b);
}

const at = (sorted: readonly number[], share: number): number => sorted[Math.floor((sorted.length - 1) * share)] ?? 0;

/** Texts of 2,000 characters made of one or two words over and over: what a careless pattern would choke on. */
function repeated(): string[] {
  const words =
    'every other day week month on at the first last monday friday next until for 2 starting except in a half past quarter ' +
    'to and , . - ( 3rd 31st 12/24 1/2 9 9:30 am EST Tokyo time of remind me tomorrow \' " 1 @ new year a. 1- 🎉';
  const list = words.split(' ');
  return list.flatMap((a) => ['', 'monday', 'and', '1'].map((b) => `${a} ${b} `.repeat(1_000).slice(0, 2_000)));
}

const importing = performance.now();
const { parse: chronoParse } = await import('chrono-node');
const chronoImport = performance.now() - importing;

const all = phrases();
line('phrases in the corpus', String(all.length), '≥ 400');

const whole = timings(all, ({ text, now, zone }) => parseWhen(text, { now: new Date(now), zone }));
line('parseWhen, p50', ms(at(whole, 0.5)), '≤ 0.2 ms');
line('parseWhen, p99', ms(at(whole, 0.99)), '≤ 2 ms');
const sentences = timings(all, ({ text, now, zone }) => splitTask(text, { now: new Date(now), zone }));
line('splitTask (sentences too), p50', ms(at(sentences, 0.5)), '≤ 0.2 ms');
line('splitTask (sentences too), p99', ms(at(sentences, 0.99)), '≤ 2 ms');
const chrono = timings(all, ({ text, now }) => chronoParse(text, new Date(now), { forwardDate: true }));
line('chrono-node, p50', ms(at(chrono, 0.5)));
line('chrono-node, p99', ms(at(chrono, 0.99)));
line('chrono-node, import', ms(chronoImport));

const ctx = { now: new Date('2026-11-20T10:00:00Z'), zone: 'Europe/Berlin' };
const weekly = parseWhen('every monday at 9', ctx);
if (weekly.kind !== 'recurring') throw new Error('"every monday at 9" was not read as a series');
const thousand = Array.from({ length: ROUNDS }, () =>
  took(() => {
    let count = 0;
    for (const _ of occurrences(weekly.rule, { after: ctx.now })) if (++count === 1_000) break;
  }),
);
line('1,000 occurrences of a weekly rule', ms(Math.min(...thousand)), '≤ 100 ms');

const old = 'DTSTART;TZID=Europe/Berlin:20160101T090000\nRRULE:FREQ=MINUTELY';
const later = Array.from({ length: ROUNDS }, () =>
  took(() => occurrences(old, { after: ctx.now })[Symbol.iterator]().next()),
);
line('the next of a rule of ten years ago, every minute', ms(Math.min(...later)));

const hostile = repeated().map((text) => ({
  text,
  time: Math.min(...Array.from({ length: 3 }, () => took(() => splitTask(text, ctx)))),
}));
hostile.sort((a, b) => b.time - a.time);
line(
  `any 2,000 characters read as a time, worst of ${hostile.length}`,
  `${ms(hostile[0]?.time ?? 0)} ("${hostile[0]?.text.slice(0, 12)}…")`,
  '≤ 20 ms',
);
const long = 'every day '.repeat(1_000_000);
line('10 MB', ms(took(() => splitTask(long, ctx))), 'at once');
report.print();
