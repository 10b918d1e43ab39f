import { expect, test } from 'vitest';
import { z } from 'zod';
import { type AnyTool, carriedBy, done, outsideTool, policyOf } from '../../src/agent/index.ts';
import { type Policy, type PolicyQuestion, standIn } from '../../src/agent/tools/policy.ts';

const tool = (changes: object = {}): AnyTool =>
  ({
    ...outsideTool({
      name: 'thing_do',
      description: 'Does a thing.',
      effect: 'external',
      input: z.object({}),
      run: async () => done('done'),
    }),
    ...changes,
  }) as AnyTool;

const ana = { id: 'ana', name: 'ana', role: 'member' } as PolicyQuestion['person'];

const plain: PolicyQuestion = {
  tool: tool(),
  effect: 'external',
  input: {},
  person: ana,
  gate: 'allow',
  place: { adapter: 'fake', channel: 'dm-ana', space: 'test', kind: 'dm' },
  private: true,
  origin: 'person',
  agent: undefined,
  byName: false,
  tainted: false,
  files: false,
  targets: undefined,
  elsewhere: [],
  persons: [],
  said: [],
  found: [],
  own: false,
  followed: 0,
  rest: undefined,
  named: false,
  deletions: 0,
  remembered: false,
};

const strict = policyOf({ unasked: [], rememberable: [] });
const loose = policyOf({ unasked: ['thing_do'], rememberable: ['thing_do'] });
const says = (policy: Policy, changes: Partial<PolicyQuestion>) => policy({ ...plain, ...changes }).kind;

/** A page that only the result of a call names which was asked for. */
const linked = {
  effect: 'fetch',
  tainted: true,
  targets: ['https://b.example/1'],
  found: ['1. https://b.example/1'],
} as const;
/** What is typed into a page. */
const typed = {
  effect: 'fetch',
  tainted: true,
  tool: tool({ flow: { types: true, picks: true } }),
  targets: ['Ana'],
} as const;
const words = { said: ['read https://a.example/x for me'], targets: ['https://a.example/x'] };

test.each<[string, Partial<PolicyQuestion>, 'allow' | 'ask' | 'deny', Policy?]>([
  ['one’s own data is read', { effect: 'read', tainted: true }, 'allow'],
  ['one’s own data is written', { effect: 'write', tainted: true }, 'allow'],
  ['a page is read', { effect: 'fetch' }, 'allow'],
  ['a page is read in a tainted turn', { effect: 'fetch', tainted: true }, 'ask'],
  ['a page that was named is read in a tainted turn', { effect: 'fetch', tainted: true, ...words }, 'allow'],
  [
    'another page is read in a tainted turn',
    { effect: 'fetch', tainted: true, ...words, targets: ['https://b.example'] },
    'ask',
  ],
  [
    'two pages, one of them named',
    { effect: 'fetch', tainted: true, ...words, targets: [...words.targets, 'https://b.example'] },
    'ask',
  ],
  ['a page that a result named which was asked for', linked, 'allow'],
  ['the third one', { ...linked, followed: 2 }, 'allow'],
  ['the fourth one', { ...linked, followed: 3 }, 'ask'],
  ['the fourth one, the person wants the rest', { ...linked, followed: 3, rest: 'approved' }, 'allow'],
  ['the fourth one, the person does not', { ...linked, followed: 3, rest: 'declined' }, 'deny'],
  ['the first one after a note was read', { ...linked, own: true }, 'ask'],
  ['the same, the person wanted the rest before', { ...linked, own: true, followed: 4, rest: 'approved' }, 'ask'],
  ['the same beside one’s own files', { ...linked, files: true }, 'ask'],
  ['the same in a turn that nobody else led', { ...linked, tainted: false, own: true, followed: 9 }, 'allow'],
  [
    'a page that was named, after a note was read and many pages',
    { ...linked, ...words, own: true, followed: 9 },
    'allow',
  ],
  ['a page is read beside one’s own files', { effect: 'fetch', files: true }, 'ask'],
  ['what names nothing is called in a tainted turn', { effect: 'fetch', tainted: true, targets: [] }, 'allow'],
  ['the fourth time', { effect: 'fetch', tainted: true, targets: [], followed: 3 }, 'ask'],
  ['the same after a note was read', { effect: 'fetch', tainted: true, targets: [], own: true }, 'ask'],
  ['what was said is typed', { ...typed, said: ['call me Ana there'] }, 'allow'],
  ['what only a page lists is typed', { ...typed, found: ['Ana or Bob?'] }, 'ask'],
  ['what was said is typed into the fourth field', { ...typed, said: ['call me Ana there'], followed: 3 }, 'ask'],
  ['what was said is typed after a note was read', { ...typed, said: ['call me Ana there'], own: true }, 'ask'],
  ['an act outside', {}, 'ask'],
  ['an act outside that the owner lets pass', {}, 'allow', loose],
  ['the same in a tainted turn', { tainted: true }, 'ask', loose],
  ['the same beside one’s own files', { files: true }, 'ask', loose],
  ['the same for a guest', { person: { ...ana, role: 'guest' } }, 'ask', loose],
  ['the same where the configuration denies it', { gate: 'deny' }, 'deny', loose],
  ['the same where the configuration asks', { gate: 'ask' }, 'ask', loose],
  ['a read where the configuration denies it', { effect: 'read', gate: 'deny' }, 'deny'],
  ['the same with a tool that always asks', { tool: tool({ policy: { confirm: true } }) }, 'ask', loose],
  ['the same to another place', { elsewhere: ['#lobby'] }, 'ask', loose],
  ['the same, dangerous', { effect: 'dangerous' }, 'ask', loose],
  [
    'an act that was approved for the conversation',
    { remembered: true },
    'allow',
    policyOf({ unasked: [], rememberable: ['thing_do'] }),
  ],
  ['the same, no longer rememberable', { remembered: true }, 'ask', strict],
  [
    'the same in a tainted turn',
    { remembered: true, tainted: true },
    'ask',
    policyOf({ unasked: [], rememberable: ['thing_do'] }),
  ],
  ['a write to another place', { effect: 'write', elsewhere: ['bob'] }, 'ask'],
  ['another person’s data', { effect: 'read', persons: ['bob'] }, 'deny'],
  [
    'another person’s data, asked by an owner',
    { effect: 'read', persons: ['bob'], person: { ...ana, role: 'owner' } },
    'deny',
  ],
  ['one deletion', { effect: 'write', tool: tool({ policy: { deletes: () => 1 } }), tainted: true }, 'allow'],
  [
    'a second one',
    { effect: 'write', tool: tool({ policy: { deletes: () => 1 } }), tainted: true, deletions: 1 },
    'ask',
  ],
  [
    'one beside one’s own files',
    { effect: 'write', tool: tool({ policy: { deletes: () => 1 } }), files: true },
    'allow',
  ],
  [
    'a second one there',
    { effect: 'write', tool: tool({ policy: { deletes: () => 1 } }), files: true, deletions: 1 },
    'ask',
  ],
  ['several at once there', { effect: 'write', tool: tool({ policy: { deletes: () => 2 } }), files: true }, 'ask'],
  [
    'a second one there that was asked for',
    { effect: 'write', tool: tool({ policy: { deletes: () => 1 } }), files: true, deletions: 1, named: true },
    'allow',
  ],
  [
    'a second one where nothing is in play',
    { effect: 'write', tool: tool({ policy: { deletes: () => 1 } }), deletions: 1 },
    'allow',
  ],
  [
    'a second one that was asked for',
    { effect: 'write', tool: tool({ policy: { deletes: () => 1 } }), tainted: true, deletions: 1, named: true },
    'allow',
  ],
])('%s: %j → %s', (_, changes, expected, policy = strict) => {
  expect(says(policy, changes)).toBe(expected);
});

test('of no target nobody has said anything', () => {
  expect(standIn([], ['see https://a.example'])).toBe(false);
});

test.each<[string, string, boolean]>([
  ['https://a.example/x', 'see https://a.example/x.', true],
  ['https://a.example/x', 'see <https://a.example/x>', true],
  ['https://a.example/', 'see a.example please', true],
  ['https://A.example', 'see https://a.example/', true],
  ['https://a.example/x', 'see https://a.example/xy', false],
  ['https://a.example/x?q=1', 'see https://a.example/x', false],
  ['https://a.example.evil.example/', 'see https://a.example', false],
  ['https://a.example@evil.example/', 'see https://a.example', false],
  ['https://evil.example/a.example', 'see a.example', false],
  ['https://а.example/', 'see https://a.example', false],
  ['https://a.example/x', 'see https://evil.example/?to=https://a.example/x', false],
  ['https://a.example/x', '(https://a.example/x), then more', true],
  ['https://a.example/x', `${'a'.repeat(400_000)} https://a.example/x`, true],
  ['https://bücher.example/x', 'see BÜCHER.example/x!', true],
  ['bob', 'write to Bob, please', true],
  ['bob', 'write to bobby', false],
  ['bob@a.example', 'write to bob@a.example', true],
  ['bob@a.example.evil.example', 'write to bob@a.example', false],
  ['a', 'a b c', false],
])('%s stands in "%.80s": %s', (target, text, expected) => {
  expect(standIn([target], [text])).toBe(expected);
});

test('a schema whose parts refer to one another is looked at once', () => {
  const again = Array.from({ length: 50 }, () => ({ $ref: '#/$defs/a' }));
  const schema = { type: 'object', properties: { field: { $ref: '#/$defs/a' } }, $defs: { a: { anyOf: again } } };
  expect(carriedBy({ field: { deep: 'the key is under the mat' } }, schema)).toContain('the key is under the mat');
});

test('a schema that refers to itself at each step is looked at once for a value', () => {
  const again = Array.from({ length: 40 }, () => ({ properties: { a: { $ref: '#' } } }));
  const schema = { type: 'object', properties: { a: { $ref: '#' }, on: { type: 'boolean' } }, anyOf: again };
  let input: object = { on: true, other: 1 };
  for (let level = 0; level < 60; level++) input = { a: input };
  expect(carriedBy(input, schema)).toEqual(['other', '1']);
});
