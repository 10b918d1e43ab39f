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
