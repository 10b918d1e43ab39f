/** A schedule over HTTP: a run that is under way is told apart from the one before. */
import { expect, test } from 'vitest';
import { Outside } from '../../support/outside.ts';
import { ScriptedModel } from '../../support/scripted-model.ts';
import { Programs } from './support.ts';

test('a schedule is off until a date, its record may be sent again, and null takes that away', async () => {
  await using programs = await Programs.begin({ at: '2026-11-20T08:00:00Z' });
  const body = { when: 'every day at 10', prompt: 'look after bob' };
  const made = (await (await programs.send('POST', '/v1/schedules', body)).json()) as { schedule: { id: string } };
  const path = `/v1/schedules/${made.schedule.id}`;
  const record = () => programs.get<{ off_until: string | null; next_at: string }>(path);
  const change = async (off_until: string | null) => (await programs.send('PATCH', path, { off_until })).status;
  expect(await change('in a week')).toBe(200);
  const paused = { on: true, off_until: '2026-11-26T23:00:00.000Z', next_at: '2026-11-27T09:00:00.000Z' };
  expect(await record()).toMatchObject(paused);
  expect(await change('2026-11-26T23:00:00.000Z')).toBe(200);
  expect(await record()).toMatchObject(paused);
  expect(await change('last year')).toBe(422);
  expect(await change(null)).toBe(200);
  expect(await record()).toMatchObject({ off_until: null, next_at: '2026-11-20T09:00:00.000Z' });
});

interface Schedule {
  id: string;
  running: boolean;
  last_at: string | null;
  last_outcome: string | null;
}

test('a record says that a run is under way, since when, and how the one before ended', async () => {
  const { skill, sent } = new Outside();
  const model = new ScriptedModel(['all is well'], [{ call: 'letter_send', input: { to: 'bob' } }], ['sent']);
  await using programs = await Programs.begin({ model, skills: [skill], at: '2026-11-20T08:00:00Z' });
  const { coda } = programs;
  const body = { when: 'every day at 10', prompt: 'look after bob' };
  const made = (await (await programs.send('POST', '/v1/schedules', body)).json()) as { schedule: Schedule };
  const record = () => programs.get<Schedule>(`/v1/schedules/${made.schedule.id}`);
  expect(await record()).toMatchObject({ running: false, last_at: null, last_outcome: null });
  await coda.passes({ hours: 2 });
  const first = await record();
  expect(first).toMatchObject({ running: false, last_outcome: 'done' });
  await coda.passes({ hours: 23 });
  await coda.passes({ minutes: 2 });
  expect(sent).toEqual([]);
  const second = await record();
  expect(second).toMatchObject({ running: true, last_outcome: 'done' });
  expect(Date.parse(second.last_at ?? '') - Date.parse(first.last_at ?? '')).toBe(86_400_000);
});
