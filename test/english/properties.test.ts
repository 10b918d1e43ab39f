/** Laws of the room: on words of frames put together at random, so that most of it is nearly a request. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Call, Toolbox } from '../../src/agent/index.ts';
import { builtInSkills } from '../../src/app/skills.ts';
import { type AllSkills, coreTools, type SkillDeps } from '../../src/chat/index.ts';
import { frames } from '../../src/english/frames/index.ts';
import { english } from '../../src/english/index.ts';
import { parsePattern, partsOf } from '../../src/english/matcher.ts';
import { type DoctorDeps, doctor } from '../../src/skills/doctor/index.ts';
import { LONG } from '../support/long.ts';
import { nothing } from '../support/tool-forms.ts';
import { at, hear, THINGS } from './hear.ts';

const WORDS = [
  ...new Set(
    frames.flatMap(({ says, verbs, nouns }) =>
      says.flatMap((pattern) => [...partsOf(parsePattern(pattern, { verb: verbs, noun: nouns })).words]),
    ),
  ),
  ...'mum dentist milk plants vet wifi nuts agenda party friday tomorrow at 9 5pm every monday 2 frob , ; . ? and'.split(
    ' ',
  ),
  ...'except unless maybe Zahnarzt 10:30 20 minutes first'.split(' '),
];
const messages = fc
  .array(fc.constantFrom(...WORDS), { minLength: 1, maxLength: 9 })
  .map((words) => words.join(' ').replace(/ ([,;.?])/g, '$1'));
const topics = fc.constantFrom(
  undefined,
  at('reminder', 'r-mum'),
  at('note', 'n-vet'),
  at('reminder', undefined, 'shown'),
);
/** Messages in which each law is looked for: few in a push, many in a long run. */
const RUNS = { numRuns: LONG ? 1_000 : 100, seed: 20_261_120 };

const heard = (text: string, dialogue: ReturnType<typeof at> | undefined) =>
  hear(text, { ...(dialogue && { dialogue }) });
const changing = new Set(frames.flatMap(({ tool, changes }) => (changes && tool !== undefined ? [tool] : [])));

test('a word that belongs to no request is swallowed by none: only verbatim text may hold it', async () => {
  const strange = fc.tuple(fc.array(fc.constantFrom(...WORDS), { minLength: 1, maxLength: 6 }), fc.nat(6));
  await fc.assert(
    fc.asyncProperty(strange, async ([words, place]) => {
      const text = [...words.slice(0, place), 'xyzzy', ...words.slice(place)].join(' ');
      const { calls, text: said = '' } = await hear(text);
      // It stands in what is kept or looked for, or is said not to be understood.
      const holding = calls.filter(({ input }) => JSON.stringify(input).includes('xyzzy'));
      expect(calls.length === 0 || holding.length > 0 || said.includes('xyzzy'), text).toBe(true);
    }),
    RUNS,
  );
});

test('nothing is changed or ended but a thing that the words name by number, as the one at hand, or by its own text', async () => {
  const ids = new Set(Object.values(THINGS).flatMap((things) => things.map(({ id }) => id)));
  const isExact = ({ input }: Call): boolean => {
    const which = input.which ?? (typeof input.name === 'string' && ids.has(input.name) ? input.name : undefined);
    return (
      which === undefined || which === '' || ids.has(String(which)) || /^(?:\d{1,3}|all|.* list)$/.test(String(which))
    );
  };
  await fc.assert(
    fc.asyncProperty(messages, topics, async (text, dialogue) => {
      const { calls } = await heard(text, dialogue);
      for (const call of calls.filter(({ tool }) => changing.has(tool)))
        expect(isExact(call), `${text}: ${JSON.stringify(call)}`).toBe(true);
    }),
    RUNS,
  );
});

test('whoever may use no tool is offered none, and of a tool that is not there nothing is called', async () => {
  await fc.assert(
    fc.asyncProperty(messages, async (text) => {
      const { choices = [] } = await hear(text, { may: () => false });
      expect(choices).toEqual([]);
      const { calls } = await hear(text, { has: () => false });
      expect(calls).toEqual([]);
    }),
    RUNS,
  );
});

/** No frame names their tools. */
const OUTSIDE = new Set(['web', 'firecrawl', 'improvement', 'self-coding']);

const gate = { may: () => true, asksFirst: () => false };
const toolbox = new Toolbox(
  [
    ...coreTools({ name: 'coda', commands: [], gate }),
    ...[...builtInSkills.filter(({ name }) => !OUTSIDE.has(name)), doctor(nothing as DoctorDeps)].flatMap(
      ({ tools }) => tools?.(nothing as SkillDeps, nothing as AllSkills) ?? [],
    ),
  ],
  new Map(),
  gate as never,
);

test('what is called or offered has the form of its tool, at most three buttons, whatever is said', async () => {
  await fc.assert(
    fc.asyncProperty(messages, topics, async (text, dialogue) => {
      const { calls, choices = [] } = await heard(text, dialogue);
      expect(choices.length).toBeLessThanOrEqual(3);
      for (const { tool, input } of [...calls, ...choices]) {
        const checked = toolbox.check({ tool, input }, true);
        expect('ok' in checked ? checked.message : '', `${text}: ${JSON.stringify({ tool, input })}`).toBe('');
      }
    }),
    RUNS,
  );
});

test('there is a tool for each frame, and an example for help', () => {
  const known = new Set(toolbox.names());
  const missing = frames.flatMap(({ tool }) => (tool === undefined || known.has(tool) ? [] : [tool]));
  expect(missing).toEqual([]);
  expect(english.examples.length).toBeGreaterThan(8);
});

test.each(['remind me ', 'every day ', 'not ( [ { | ', '? ', '"', 'and delete ', 'move it to ', 'in in in '])(
  'nothing of 10,000 characters of %j is too much',
  async (part) => {
    const { text = '', calls } = await hear(part.repeat(10_000 / part.length));
    expect(text !== '' || calls.length > 0).toBe(true);
  },
);

test('a message of more than 10,000 characters is refused in words', async () => {
  const { text, calls } = await hear(`note: ${'x'.repeat(10_000)}`);
  expect(calls).toEqual([]);
  expect(text).toContain('10000');
});
