/** Regular expressions of the sources, on texts that anybody may write. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test, vi } from 'vitest';
import { inLong } from '../support/long.ts';
import { buildersOf, patternsOf } from '../support/patterns.ts';
import { hostileTexts } from '../support/pumps.ts';

const folder = fileURLToPath(new URL('../../src/', import.meta.url));

/** Patterns that take the square of their input, and the characters that it has been cut to before. */
const BOUNDED: Readonly<Record<string, number>> = {
  'delivery/text/growing.ts OPEN_LINK': 2_000,
  'english/slots.ts SIGNS_BEFORE': 200,
};

/** Long enough to tell an exponential pattern, and short enough to come back from it. */
const TINY = 24;
const SMALL = 4_000;
const LARGE = 16_000;
/** Milliseconds below which nothing is judged: a linear pattern takes a tenth of one, one that is not some hundred. */
const FLOOR_MS = 8;
/** Takes the square of its text: what the same length may cost at most on this machine, at this moment. */
const SQUARE = /[^y]*y/;
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

/** The least time of two works, measured by turns: a machine that is slow for a while slows both of them. */
function leastOfBoth(one: () => number, other: () => number): [number, number] {
  let [least, leastOther] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let run = 0; run < RUNS; run++) {
    least = Math.min(least, one());
    leastOther = Math.min(leastOther, other());
  }
  return [least, leastOther];
}

/** True if a text takes as long as the square of its length does, and longer than anything is judged. */
function isSquare(pattern: RegExp, text: string): boolean {
  const same = 'a'.repeat(text.length);
  const [own, square] = leastOfBoth(
    () => timeOf(pattern, text),
    () => timeOf(SQUARE, same),
  );
  return own > Math.max(FLOOR_MS, square);
}

const shown = (text: string): string => JSON.stringify(`${text.slice(0, 20)}…${text.slice(-5)}`);

/** The text that takes `pattern` more than linear time; undefined: none was found. */
function worstFor({ source, flags }: RegExp): string | undefined {
  const pattern = new RegExp(source, flags);
  for (const tiny of hostileTexts(source, flags, TINY))
    if (timeOf(pattern, tiny) > FLOOR_MS && isSquare(pattern, tiny)) return shown(tiny);
  const small = hostileTexts(source, flags, SMALL);
  for (const large of hostileTexts(source, flags, LARGE)) {
    const text = small.next().value as string;
    const first = timeOf(pattern, text);
    // The square of a short text is judged here: of a long one it takes a second.
    if (first > FLOOR_MS && isSquare(pattern, text)) return shown(text);
    const second = timeOf(pattern, large);
    if (second > FAR_TOO_LONG_MS) return shown(large);
    if (first < FLOOR_MS && second < FLOOR_MS) continue;
    // A collection of garbage falls into one of them, and not each time.
    const grows = () => {
      const [short, long] = leastOfBoth(
        () => timeOf(pattern, text),
        () => timeOf(pattern, large),
      );
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

/**
 * Functions that build a pattern of data when they are used, with the bound of what it meets or the reason for which it is
 * linear. What a module builds as it is loaded is judged as the literals are.
 */
const BUILT_WHEN_USED: Readonly<Record<string, string>> = {
  'adapters/slack/parse.ts names': 'an id and one class without what ends it; 40,000 characters at most',
  'adapters/slack/parse.ts wordsOf': 'the same, anchored',
  'agent/models/fault.ts numberBehind': 'a word, then counted repetitions',
  'agent/models/fault.ts placesOf': 'a literal of the same file once more, which is judged there',
  'agent/tools/resolve.ts namedAmong': 'words of the sources, anchored or behind one blank, without a repetition',
  'app/control.ts isShortPath': 'anchored and counted',
  'setup/files.ts editEnv': 'the name of a variable, on lines of the owner’s file',
  'sandbox/images.ts glob': 'the owner’s pattern, on the name of an image',
  'sandbox/redact.ts inName': 'secrets with one class between their characters, on the name of a file',
  'sandbox/redact.ts inNames': 'one class',
  'agent-skills/use/run.ts scriptIn': 'anchored, without a repetition',
  'skills/web/page/pages.ts closing': 'one of four names, without a repetition',
  'skills/web/tools.ts passagesWith': 'at most 200 characters of words, and blanks between them, which no word holds',
  'storage/values.ts onlyUsed': 'a number, on a statement of the sources',
  'trust/audit/rules.ts auditRules': 'patterns of assets/audit-rules.yaml, on lines of at most 2,000 characters',
};
/** Files whose built patterns take the square of their input, and the characters that it has been cut to before. */
const BUILT_BOUNDED: Readonly<Record<string, number>> = { 'agent-skills/images/images.ts': 512 };
/** The function that builds them is called with each of their parts, as the module is loaded. */
const BUILDERS = ['base/text.ts withFlags'];

// A minute: each module is loaded in a process of its own.
inLong(
  'no pattern that is built as its module is loaded takes more than linear time, and the others are named',
  async () => {
    const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
      (name) => /\.tsx?$/.test(name) && !name.startsWith('web/'),
    );
    const sites = names.flatMap((file) =>
      buildersOf(join(folder, file)).map((name) => ({ file, name: `${file} ${name}` })),
    );
    const used = sites.filter(({ name }) => name in BUILT_WHEN_USED);
    expect([...new Set(used.map(({ name }) => name))].sort()).toEqual(Object.keys(BUILT_WHEN_USED).sort());
    const loaded = sites.filter(({ name }) => !(name in BUILT_WHEN_USED) && !BUILDERS.includes(name));
    const slow: object[] = [];
    for (const file of new Set(loaded.map((site) => site.file))) {
      const built = await builtBy(join(folder, file));
      expect(built.length, file).toBeGreaterThanOrEqual(loaded.filter((site) => site.file === file).length);
      for (const pattern of built) {
        const text = file in BUILT_BOUNDED ? undefined : worstFor(pattern);
        if (text !== undefined) slow.push({ file, source: pattern.source, text });
      }
    }
    expect(slow).toEqual([]);
  },
);

/** Patterns that a module builds as it is loaded, and those of what it loads. */
async function builtBy(file: string): Promise<RegExp[]> {
  const built: RegExp[] = [];
  const own = globalThis.RegExp;
  globalThis.RegExp = new Proxy(own, {
    construct(target, given, made) {
      const pattern = Reflect.construct(target, given, made) as RegExp;
      if (new Error().stack?.includes(file)) built.push(pattern);
      return pattern;
    },
  });
  try {
    vi.resetModules();
    await import(file);
  } finally {
    globalThis.RegExp = own;
  }
  return built;
}

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
