/** What people set about themselves over HTTP: each by the tool that sets it in chat, with its undo. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Programs } from './support.ts';

let programs: Programs;
beforeAll(async () => {
  programs = await Programs.begin({ at: '2026-11-20T08:00:00Z' });
});
afterAll(() => programs[Symbol.asyncDispose]());

interface Own {
  name: string;
  zone: string;
  locale: string | null;
  quiet: { from: string; to: string } | null;
}

const own = async () => (await programs.get<{ person: Own }>('/v1/me')).person;
const set = (body: object) => programs.send('PATCH', '/v1/me', body);

test('name, zone, quiet hours and language are set one at a time, and taken back', async () => {
  const before = await own();
  for (const body of [{ name: 'Rae' }, { zone: 'lisbon' }, { quiet: '22:00-07:00' }, { language: 'German' }])
    expect((await set(body)).status).toBe(200);
  expect(await own()).toMatchObject({
    name: 'Rae',
    zone: 'Europe/Lisbon',
    quiet: { from: '22:00', to: '07:00' },
    locale: expect.stringMatching(/^de/),
  });
  const { undo } = (await (await set({ name: 'Rae of the Hill' })).json()) as { undo: { id: string } };
  await programs.send('POST', '/v1/undo', { id: undo.id });
  expect(await own()).toMatchObject({ name: 'Rae' });
  for (const body of [{ name: before.name }, { zone: before.zone }, { quiet: 'off' }]) await set(body);
  expect(await own()).toMatchObject({ name: before.name, zone: before.zone, quiet: null });
});

test('what cannot be read is refused beside its field, and nothing is set', async () => {
  const before = await own();
  const refused = await set({ zone: 'Blorpville' });
  expect(refused.status).toBe(422);
  expect(await refused.json()).toMatchObject({ fields: [{ field: 'zone' }] });
  for (const body of [{}, { name: 'Rae', zone: 'Lisbon' }, { role: 'owner' }, { name: 'x'.repeat(101) }, { name: ' ' }])
    expect((await set(body)).status, JSON.stringify(body).slice(0, 60)).toBe(400);
  for (const name of ['a\u0000b', '\ud800', '\u202eabc', 'a\nb'])
    expect((await set({ name })).status, JSON.stringify(name)).toBe(422);
  expect((await set({ name: 'x'.repeat(100) })).status).toBeGreaterThanOrEqual(400);
  expect(await own()).toEqual(before);
});

interface Offer {
  text: string;
  choices: { id: string; label: string }[];
}

const idOf = (offer: Offer | null | undefined, label: string) =>
  offer?.choices.find((each) => each.label === label)?.id ?? 'none';

test('a new zone offers what keeps to the old clock, until it is moved or left so; what was pressed is taken back', async () => {
  await using programs = await Programs.begin({ at: '2026-11-20T08:00:00Z' });
  const owner = await programs.browser();
  const offers = async () => (await owner.get<{ offers: Offer[] }>('/v1/me/offers')).offers;
  const press = (id: string) =>
    owner.send<{ said: string; undo: { id: string }; offers: Offer[] }>('POST', `/v1/me/offers/${id}`, {});
  await owner.send('POST', '/v1/reminders', { text: 'stretch', when: 'every day at 7' });
  await owner.send('POST', '/v1/messages', { text: '/schedule every day at 06:00 do /notes' });
  await owner.send('PATCH', '/v1/me', { zone: 'Berlin' });
  expect(await offers()).toEqual([]);

  const set = await owner.send<{ said: string; offer: Offer }>('PATCH', '/v1/me', { zone: 'Lisbon' });
  expect(set.said).toBe('Your time zone is Europe/Lisbon now, where it is 08:00 on Friday 20 November 2026.');
  expect(set.offer.text).toContain('- “stretch” (repeats): Sat 21 Nov 06:00 → Sat 21 Nov 07:00');
  expect(set.offer.text).toMatch(/1 schedule keeps the time of Europe\/Berlin/);
  expect(await offers()).toMatchObject([{ setting: 'zone', text: set.offer.text }]);

  const moved = await press(idOf(set.offer, 'Move my schedules too'));
  expect(moved.said).toBe('Moved 1 schedule to Europe/Lisbon: the time of day stays.');
  expect(moved.offers).toMatchObject([{ text: expect.not.stringContaining('schedule') }]);
  // The offer has changed, and with it the ids: an old press moves nothing.
  expect(await owner.status('POST', `/v1/me/offers/${idOf(set.offer, 'Move my reminders too')}`, {})).toBe(422);
  await owner.send('POST', '/v1/undo', { id: moved.undo.id });
  expect(await offers()).toMatchObject([{ text: set.offer.text }]);

  const left = await press(idOf(set.offer, 'Leave them'));
  expect(await offers()).toEqual([]);
  await owner.send('POST', '/v1/undo', { id: left.undo.id });
  await press(idOf((await offers())[0], 'Move my reminders too'));
  expect(JSON.stringify(await owner.get('/v1/reminders'))).toContain('2026-11-21T07:00:00.000Z');
  expect(await offers()).toMatchObject([{ text: expect.not.stringContaining('reminder') }]);
});
