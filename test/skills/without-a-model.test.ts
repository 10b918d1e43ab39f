/** Conversations of a first week without a model: questions, lists, things said twice. */
import { expect, test } from 'vitest';
import { play } from '../support/play.ts';

test('a question is answered out of notes and memories at once, with where it is from', async () => {
  await using coda = await play();
  const ana = coda.person('ana');
  await ana.says('remember that I am allergic to nuts');
  await ana.says('note: the nuts for the cake are in the cellar');
  await ana.says("note: the code for Bob's house is 4711");
  await ana.says('note: the wifi password is sunflower42');

  const told = await ana.says('what am I allergic to?');
  expect(told).toContain('What I remember about');
  expect(told).toMatch(/I am allergic to nuts — 20 November 2026, ana said so/);
  expect(await ana.says('how about the nuts?')).toMatch(/allergic to nuts[\s\S]*In your notes:[\s\S]*cellar/);
  expect(await ana.says('how tall is the Eiffel tower?')).toMatch(
    /^I find nothing about .* in your notes and in what I/,
  );
});

test('a note of other words only is never said to be the answer, nor shown without one that has the word', async () => {
  await using coda = await play();
  const ana = coda.person('ana');
  await ana.says("note: the code of Bob's house is 4711");
  await ana.says('note: guests get the wifi password on a card');
  await ana.says('note: parking level 3');
  expect(await ana.says('what is the password?')).toContain('wifi');
  expect(await ana.says('forget the note about guests')).toBeDefined();
});

test('in a shared place a question is looked up in notes alone', async () => {
  await using coda = await play();
  const ana = coda.person('ana');
  await ana.says('remember that I am allergic to nuts');
  const told = await coda.person('ana', { channel: 'home' }).says('what am I allergic to?');
  expect(told).toContain('I find nothing');
  expect(told).not.toContain('nuts');
});

test('an item that is on a list is not put on it twice, and one that is there twice can be taken off', async () => {
  await using coda = await play();
  const ana = coda.person('ana');
  await ana.says('note: shopping list: milk, eggs, mac and cheese, salt');
  expect(await ana.says('add the milk to my shopping list')).toMatch(
    /^“the milk” is on “shopping list: .*” already\.$/,
  );
  expect(await ana.says('add eggs and milk to my shopping list')).toContain('“eggs” and “milk” are on');
  // Words that are said are never dropped: these are other things.
  expect(await ana.says('add cheese to my shopping list')).toContain('mac and cheese, salt, cheese');
  expect(await ana.says('add salt and vinegar crisps to my shopping list')).toContain(
    'cheese, salt and vinegar crisps',
  );

  await ana.says('note: errands list: post, bank, post');
  expect(await ana.says('take post off my errands list')).toContain('errands list: post, bank');
  expect(await ana.says('take post off my errands list')).toContain('errands list: bank');
});

test('the same reminder set twice says so', async () => {
  await using coda = await play();
  const ana = coda.person('ana');
  expect(await ana.says('remind me tomorrow at 9:30 to call Bob')).not.toContain('twice');
  expect(await ana.says('remind me tomorrow at 9:30 to call Bob')).toContain('You had the same reminder already');
  expect(await ana.says('remind me tomorrow at 9:30 to call Eve')).not.toContain('twice');
  expect(await ana.says('remind me every day at 9:30 to call Bob')).not.toContain('twice');
});

test('a memory that contradicts another one is kept with a question', async () => {
  await using coda = await play();
  const ana = coda.person('ana');
  await ana.says('remember that I love coffee');
  const told = await ana.says('remember that I hate coffee');
  expect(told).toContain('I also remember “I love coffee”. Does that still hold?');
  expect(await ana.presses('Forget “I love coffee”')).toContain('Forgotten: “I love coffee”');
  expect(await ana.says('remember that I hate tea')).not.toContain('also remember');
  expect(await ana.says('remember that I do not hate coffee')).toContain('I also remember “I hate coffee”');
});

test('help is five sentences, and the rest when it is asked for', async () => {
  await using coda = await play();
  const ana = coda.person('ana');
  const first = await ana.says('/help');
  expect(first.match(/^- /gm)).toHaveLength(5);
  expect(first).toMatch(/More: `\/help reminders`, `\/help notes`, `\/help memory`, `\/help all`\.$/);
  const all = await ana.says('/help all');
  expect(all).toMatch(/Reminders:\n- `\/remind [\s\S]*Notes:\n- `\/note /);
  expect(all).toMatch(/More:\n[\s\S]*\/context/);
  const notes = await ana.says('/help notes');
  expect(notes).toContain('/notes');
  expect(notes).not.toContain('/remind ');
  expect(await ana.says('/help bananas')).toContain('`/help all`');
});

test('a task in another language is quoted, and the buttons of an unreadable unit name the units', async () => {
  await using coda = await play();
  const ana = coda.person('ana');
  await ana.says('/language German');
  expect(await ana.says('/remind übermorgen um 9:30 Müll rausbringen')).toContain(
    'remind you of “Müll rausbringen” on',
  );
  expect(await ana.says('/remind Müll')).toContain('When should I remind you of “Müll”?');
  expect(await ana.says('/remind Montag 8 Uhr')).toContain('What should I remind you of?');
  await ana.says('/language English');
  await ana.says('remind me in 2 hous to eat');
  const labels = ana
    .seen()
    .at(-1)
    ?.buttons.map(({ label }) => label);
  expect(labels).toContainEqual(expect.stringMatching(/^hours: Fri 20 Nov 11:00/));
  expect(labels).toContainEqual(expect.stringMatching(/^minutes: Fri 20 Nov 09:02/));
});
