import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Browser, eventsOf, Programs } from '../../adapters/http/support.ts';

let programs: Programs;
let owner: Browser;
let ben: Browser;
beforeAll(async () => {
  programs = await Programs.begin({ at: '2026-11-20T08:00:00Z' });
  await programs.coda.person('ben', { role: 'member' }).says('hello');
  owner = await programs.browser();
  ben = await programs.browser('ben');
});
afterAll(() => programs[Symbol.asyncDispose]());

/** What the page of somebody hears is changed while `does` goes on, until `until` is heard. */
async function heard(who: Browser, does: () => Promise<unknown>, until: string): Promise<string[]> {
  const stream = await who.fetch('GET', '/v1/events');
  const all: string[] = [];
  let begun: Promise<unknown> | undefined;
  for await (const { name, data } of eventsOf(stream)) {
    begun ??= does();
    if (name === 'changed') all.push(String(data.what));
    if (all.includes(until)) break;
  }
  await begun;
  return all;
}

test('an open page is told what its person changes elsewhere', async () => {
  const note = () => programs.coda.person('ben', { role: 'member' }).says('/note the key is under the pot');
  expect(await heard(ben, note, 'notes')).toContain('notes');
  const remind = () => ben.send('POST', '/v1/reminders', { text: 'the oven', when: 'in 5 minutes' });
  expect(await heard(ben, remind, 'reminders')).toContain('reminders');
});

test('and when a reminder speaks, a letter is lost, or somebody is let in: of others’ only owners', async () => {
  expect(await heard(ben, () => programs.coda.passes({ minutes: 6 }), 'reminders')).toContain('reminders');
  const lose = async () => {
    programs.coda.platform.faults.push('refused');
    await programs.coda.person('carl', { role: 'member' }).says('hello');
    await programs.coda.app.whenSettled();
  };
  expect(await heard(owner, lose, 'undelivered')).toContain('undelivered');
  const both = async () => {
    await owner.send('POST', '/v1/notes', { text: 'not Ben’s' });
    await owner.send('POST', '/v1/tokens', { name: 'ci' });
    await ben.send('POST', '/v1/tasks', { title: 'the party', steps: ['invite'] });
  };
  const bens = await heard(ben, both, 'tasks');
  expect(bens).not.toContain('notes');
  expect(bens).not.toContain('people');
});
