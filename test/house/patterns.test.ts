/** Regular expressions of the sources, on texts that anybody may write. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { patternsOf } from '../support/patterns.ts';
import { hostileTexts } from '../support/pumps.ts';

const folder = fileURLToPath(new URL('../../src/', import.meta.url));

/** Patterns that take the square of their input, and the characters that it has been cut to before. */
const BOUNDED: Readonly<Record<string, number>> = {
  'delivery/text/growing.ts OPEN_LINK': 2_000,
};

/** Long enough to tell an exponential pattern, and short enough to come back from it. */
const TINY = 24;
const SMALL = 4_000;
const LARGE = 16_000;
/** Milliseconds below which nothing is judged: a linear pattern takes a tenth of one, one that is not some hundred. */
const FLOOR_MS = 8;
/** Growth of the time where the length is four times as much: 4 is linear, 16 the square. */
const MOST_GROWTH = 9;
const FAR_TOO_LONG_MS = 200;
const RUNS = 4;

function timeOf(pattern: RegExp, text: string): number {
  // Time on the processor: beside other work a long run is interrupted, and a short one is not.
  const before = process.cpuUsage();
  pattern.lastIndex = 0;
  if (pattern.global) text.replace(pattern, '');
  else pattern.exec(text);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

const least = (pattern: RegExp, text: string): number =>
  Math.min(...Array.from({ length: RUNS }, () => timeOf(pattern, text)));

const shown = (text: string): string => JSON.stringify(`${text.slice(0, 20)}…${text.slice(-5)}`);

/** The text that takes `pattern` more than linear time; undefined: none was found. */
function worstFor({ source, flags }: RegExp): string | undefined {
  const pattern = new RegExp(source, flags);
  for (const tiny of hostileTexts(source, flags, TINY))
    if (timeOf(pattern, tiny) > FLOOR_MS && least(pattern, tiny) > FLOOR_MS) return shown(tiny);
  const small = hostileTexts(source, flags, SMALL);
  for (const large of hostileTexts(source, flags, LARGE)) {
    const text = small.next().value as string;
    const first = timeOf(pattern, text);
    if (first > FAR_TOO_LONG_MS) return shown(text);
    const second = timeOf(pattern, large);
    if (second > FAR_TOO_LONG_MS) return shown(large);
    if (first < FLOOR_MS && second < FLOOR_MS) continue;
    // A busy machine slows one of the two down, and not each time.
    const grows = () => {
      const [short, long] = [least(pattern, text), least(pattern, large)];
      return long > FLOOR_MS && long > short * MOST_GROWTH;
    };
    if (grows() && grows()) return shown(large);
  }
  return undefined;
}

test('no pattern takes more than linear time, whatever text it is given', () => {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    /\.(?:ts|tsx|js)$/.test(name),
  );
  const found = names.flatMap((name) => patternsOf(join(folder, name)).map((pattern) => ({ ...pattern, file: name })));
  const repeating = new Map(
    found.filter(({ source }) => /[*+{]/.test(source)).map((each) => [`${each.source}/${each.flags}`, each]),
  );
  expect(repeating.size).toBeGreaterThan(600);
  const slow = [...repeating.values()].flatMap(({ file, name, source, flags }) => {
    const text = `${file} ${name}` in BOUNDED ? undefined : worstFor(new RegExp(source, flags));
    return text === undefined ? [] : [{ file, source, text }];
  });
  expect(slow).toEqual([]);
});

test('the check finds the patterns that it is for', () => {
  for (const pattern of [
    /(?:\d+|x)*$/,
    /\s+$/,
    /[a-z]+@/,
    /^(.*?)\s*(?::\s*(.*))?$/,
    /<!--[\s\S]*?-->/g,
    /<a\b[^>]*class="[^>]*>/,
  ]) {
    expect(worstFor(pattern), pattern.source).toBeDefined();
  }
});
