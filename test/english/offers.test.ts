import { expect, test } from 'vitest';
import { type Embedder, likenessBy } from '../../src/vectors/index.ts';
import { hear, lineOf } from './hear.ts';

const labels = async (words: string, near?: (examples: readonly string[]) => readonly number[]) =>
  ((await hear(words, near ? { near } : {})).choices ?? []).map(({ label }) => label);

test('what nobody can read is offered by its meaning first, where an embedder says so', async () => {
  const agenda = (examples: readonly string[]) => examples.map((one) => (one === 'show my tasks' ? 0.7 : 0.2));
  expect(await labels('which chores are ahead?', agenda)).toEqual(['Show your tasks']);
  const unlike = (examples: readonly string[]) => examples.map(() => 0.3);
  for (const near of [unlike, undefined]) expect(await labels('which chores are ahead?', near)).toEqual([]);
});

test('a question that no form reads is looked up, in notes and memories where there are any', async () => {
  const line = async (say: string, has = (_: string) => true) => lineOf(await hear(say, { may: has }));
  expect(await line('what am I allergic to?')).toBe('memory_about what="what am I allergic to" most=3');
  const withoutMemory = (tool: string) => !tool.startsWith('memory');
  expect(await line('can I eat peanuts?', withoutMemory)).toBe('note_search query="eat peanuts"');
});

test.each(['tell me a joke', 'play some music', 'turn off the light', 'sing us a song'])(
  '%s is nothing to keep, and near no other thing',
  async (say) => {
    const { text, choices = [] } = await hear(say);
    expect(choices).toEqual([]);
    expect(text).toMatch(/^I did not understand that\. .*`\/help`.*System → Add/);
  },
);

test('a word of the form that is misspelt is no part of the text', async () => {
  for (const say of ['remnd me to call mum at 6', 'remimd me to call mum at 6'])
    expect((await labels(say))[0]).toBe('Set a reminder: “call mum”, at 6');
});

test.each([
  ['Notiz: Der Schlüssel liegt bei Ana', /^Ohne Sprachmodell .*deutsch/i, 'Keep a note: “Der Schlüssel liegt bei Ana”'],
  ['rappelle-moi demain de payer', /^Sans modèle de langage/, 'Set a reminder: “payer”, demain'],
  ['przypomnij mi jutro o 9 o spotkaniu', /^Bez modelu językowego/, 'Set a reminder: “o spotkaniu”, jutro o 9'],
  ['Was steht heute an?', /^Ohne Sprachmodell/, undefined],
  ['Hallo, wie geht es dir?', /^Ohne Sprachmodell/, undefined],
])('%s: who speaks another language is told in it, and the text is theirs alone', async (say, told, label) => {
  const { text, choices = [] } = await hear(say);
  expect(text).toMatch(told);
  if (label !== undefined) expect(choices.map((choice) => choice.label)).toContain(label);
});

test.each(['the mail is on the desk', 'take a look', 'ice cream for dad', 'hat for the trip', 'rappel down the cliff'])(
  '%s is English',
  async (say) => {
    expect((await hear(say)).text).not.toMatch(/Sprachmodell|modèle|modelo|modello|taalmodel|språkmodell/);
  },
);

test('a form that is misspelt is near', async () => {
  expect(await labels('turn off the breifing')).toContain('Switch the briefing off');
});

test.each([
  [
    'every day at 8 to take pills by Friday',
    '“take pills”, every day at 08:00, until Fri 27 Nov',
    '“take pills”, every Friday at 08:00',
  ],
  ['every day at 8 to walk for 2 weeks', '“walk”, every day at 8 for 2 weeks', '“walk for 2 weeks”, every day at 8'],
  [
    'every weekday at 9 to send the report by 5 December',
    '“send the report”, every weekday at 9 until 5 December',
    '“send the report by 5 December”, every weekday at 9',
  ],
])('%s: a series that ends, and the one that was said, are offered first', async (say, ...both) => {
  expect((await labels(say)).slice(0, 2)).toEqual(both.map((words) => `Set a reminder: ${words}`));
});

test.each([
  ['take pills every day at 8 by Friday', 'Set a reminder: “take pills”, every day at 8 by Friday'],
  ['put the bins out every friday at 8 until june', 'Set a reminder: “put the bins out”, every friday at 8 until june'],
])('%s: nothing is offered that leaves the time out', async (say, only) => {
  expect(await labels(say)).toEqual([only]);
});

test('a series to do something is offered as a reminder, without the word that leads to it', async () => {
  expect(await labels('every day at 8 to take pills')).toContain('Set a reminder: “take pills”, every day at 8');
});

/** Words as vectors: one axis a word. */
const axes = ['cat', 'dog', 'car'];
const byWord: Embedder = {
  id: 'axes',
  maxBatch: 2,
  dim: async () => axes.length,
  embed: async (texts) => texts.map((text) => Float32Array.from(axes, (axis) => (text.includes(axis) ? 1 : 0))),
  close: async () => {},
};

test('likeness comes from the embedder, each of the others embedded once; one that fails or hangs says nothing', async () => {
  const asked: string[] = [];
  const counted: Embedder = {
    ...byWord,
    embed: (texts, kind, signal) => {
      asked.push(...texts);
      return byWord.embed(texts, kind, signal);
    },
  };
  const likeness = likenessBy(counted);
  expect(await likeness('a dog', axes)).toEqual([0, 1, 0]);
  expect(await likeness('my car', axes)).toEqual([0, 0, 1]);
  expect(asked).toEqual(['cat', 'dog', 'car', 'a dog', 'my car']);
  const failing: Embedder = { ...byWord, embed: () => Promise.reject(new Error('away')) };
  expect(await likenessBy(failing)('a dog', axes)).toBeUndefined();
  const hanging: Embedder = { ...byWord, embed: () => new Promise<never>(() => {}) };
  expect(await likenessBy(hanging, 1)('a dog', axes)).toBeUndefined();
});

test('likeness of two messages at once is each one’s own, though the others of only one are being embedded', async () => {
  const likeness = likenessBy(byWord);
  expect(await Promise.all([likeness('a dog', ['cat']), likeness('a dog', ['dog', 'car'])])).toEqual([[0], [1, 0]]);
});
