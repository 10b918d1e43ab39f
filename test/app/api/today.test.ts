import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Browser, Programs } from '../../adapters/http/support.ts';

interface Entry {
  kind: string;
  id: string;
  text: string;
  time: string;
  day: string;
  repeats: string | null;
  put_off: boolean;
}

interface Today {
  today: string;
  overdue: Entry[];
  days: { day: string; entries: Entry[] }[];
  tasks: { id: string; title: string; done: number; steps: number; next: string; yours: boolean }[];
  lists: { id: string; name: string; items: string[] }[];
  said: { text: string }[];
  own: { name: string; day: string }[] | null;
}

interface Done {
  said: string;
  undo: { id: string; label: string } | null;
  reminder?: { id: string; status: string; next_at: string; tainted: boolean } | null;
  note?: { items: string[] };
  task?: { step: number; state: string };
  schedule?: { id: string; on: boolean };
}

let programs: Programs;
let ana: Browser;
let ben: Browser;
beforeAll(async () => {
  // Friday, 09:00 in Berlin.
  programs = await Programs.begin({ at: '2026-11-20T08:00:00Z' });
  await programs.coda.person('ben', { role: 'member' }).says('hello');
  ana = await programs.browser();
  ben = await programs.browser('ben');
});
afterAll(() => programs[Symbol.asyncDispose]());

const today = (who = ana) => who.get<Today>('/v1/today');
const remind = async (text: string, when: string, who = ana) =>
  (await who.send<Done>('POST', '/v1/reminders', { text, when })).reminder?.id ?? '';
const textsOf = (entries: readonly Entry[] = []) => entries.map(({ text, time }) => `${time} ${text}`);

describe('today', () => {
  beforeEach(async () => {
    for (const { id } of (await ana.get<{ reminders: { id: string }[] }>('/v1/reminders')).reminders) {
      await ana.send('DELETE', `/v1/reminders/${id}`);
    }
  });

  test('tells what is due by the person’s clock, day by day, and nobody else’s', async () => {
    await remind('call mum', 'today at 18:00');
    await remind('take out the bins', 'every Friday at 20:00');
    await remind('dentist', 'on Monday at 9');
    await remind('a secret of Ben', 'today at 19:00', ben);
    const { overdue, days, own } = await today();
    expect(overdue).toEqual([]);
    expect(days.map(({ day }) => day)).toEqual([
      '2026-11-20',
      '2026-11-21',
      '2026-11-22',
      '2026-11-23',
      '2026-11-24',
      '2026-11-25',
      '2026-11-26',
    ]);
    expect(textsOf(days[0]?.entries)).toEqual(['18:00 call mum', '20:00 take out the bins']);
    expect(days[0]?.entries[1]?.repeats).toBe('every Friday at 20:00');
    expect(textsOf(days[3]?.entries)).toEqual(['09:00 dentist']);
    expect(own?.map(({ name }) => name)).toContain('memory');
    const bens = await today(ben);
    expect(textsOf(bens.days[0]?.entries)).toEqual(['19:00 a secret of Ben']);
    expect(bens.own).toBeNull();
  });

  test('what has spoken is overdue until it is done, and done can be taken back', async () => {
    const id = await remind('water the plants', 'in 5 minutes');
    await programs.coda.passes({ minutes: 6 });
    expect((await today()).overdue.map(({ text }) => text)).toEqual(['water the plants']);
    const done = await ana.send<Done>('POST', `/v1/reminders/${id}/done`);
    expect(done.reminder?.status).toBe('completed');
    expect((await today()).overdue).toEqual([]);
    await ana.send('POST', '/v1/undo', { id: done.undo?.id });
    expect((await today()).overdue.map(({ text }) => text)).toEqual(['water the plants']);
    expect(await ana.status('POST', '/v1/undo', { id: done.undo?.id })).toBe(422);
  });

  test('is put off for as long as the person says, by words or to an instant', async () => {
    const id = await remind('the oven', 'in 5 minutes');
    await programs.coda.passes({ minutes: 6 });
    const now = programs.coda.world.clock.now().getTime();
    const later = async (until: { when?: string; at?: string } = {}) => {
      const { reminder } = await ana.send<Done>('POST', `/v1/reminders/${id}/snooze`, until);
      return (Date.parse(reminder?.next_at ?? '') - now) / 60_000;
    };
    expect(await later()).toBe(10);
    expect(await later({ when: '1 hour' })).toBe(60);
    expect(await later({ at: new Date(now + 25 * 60_000).toISOString() })).toBe(25);
    await later({ when: 'tonight' });
    expect((await today()).days[0]?.entries[0]).toMatchObject({ text: 'the oven', put_off: true });
    await later({ when: 'tomorrow' });
    expect((await today()).days[1]?.entries.map(({ text }) => text)).toEqual(['the oven']);
  });

  test('what a person does in their browser is their own word, and undone by nobody else', async () => {
    const made = await ana.send<Done>('POST', '/v1/reminders', { text: 'mine', when: 'tomorrow at 9' });
    expect(made.reminder?.tainted).toBe(false);
    expect(await ben.status('POST', '/v1/undo', { id: made.undo?.id })).toBe(422);
    expect(await ben.status('POST', `/v1/reminders/${made.reminder?.id}/done`)).toBe(404);
    await ana.send('POST', '/v1/undo');
    expect(await ana.status('GET', `/v1/reminders/${made.reminder?.id}`)).toBe(404);
  });

  test('a list is ticked off item by item', async () => {
    const { note } = await ana.send<{ note: { id: string } }>('POST', '/v1/notes', {
      text: 'shopping: milk, eggs, bread',
    });
    expect((await today()).lists).toEqual([{ id: note.id, name: 'shopping', items: ['milk', 'eggs', 'bread'] }]);
    const ticked = await ana.send<Done>('POST', `/v1/notes/${note.id}/items`, { remove: 'eggs' });
    expect(ticked.note?.items).toEqual(['milk', 'bread']);
    await ana.send('POST', '/v1/undo', { id: ticked.undo?.id });
    expect((await today()).lists[0]?.items).toEqual(['milk', 'eggs', 'bread']);
  });

  test('a task tells how far it is, and goes on by a press', async () => {
    const steps = ['invite everybody', 'order the cake'];
    const { task } = await ana.send<{ task: { id: string } }>('POST', '/v1/tasks', { title: 'the party', steps });
    expect((await today()).tasks).toMatchObject([
      { title: 'the party', done: 0, steps: 2, next: 'invite everybody', yours: true },
    ]);
    expect((await ana.send<Done>('POST', `/v1/tasks/${task.id}/done`)).task?.step).toBe(1);
    expect((await ana.send<Done>('POST', `/v1/tasks/${task.id}/done`)).task?.state).toBe('done');
    expect((await today()).tasks).toEqual([]);
    expect(await ben.status('GET', `/v1/tasks/${task.id}`)).toBe(404);
  });

  test('what a schedule has said stands there, and a schedule is paused and run', async () => {
    await remind('lock up', 'today at 22:00');
    const { schedule } = await ana.send<Done>('POST', '/v1/schedules', { when: 'every day at 8', run: 'briefing' });
    expect((await today()).days[1]?.entries.map(({ kind }) => kind)).toEqual(['schedules']);
    await ana.send('POST', `/v1/schedules/${schedule?.id}/run`);
    await programs.coda.passes({ minutes: 1 });
    await programs.coda.app.whenSettled();
    expect((await today()).said.map(({ text }) => text).join()).toContain('lock up');
    expect((await today(ben)).said).toEqual([]);
    await ana.send('PATCH', `/v1/schedules/${schedule?.id}`, { on: false });
    expect((await today()).days[1]?.entries).toEqual([]);
  });
});

describe('who is signed in', () => {
  test('is told their name, rights, and how much waits', async () => {
    const before = (await ana.get<{ counts: { due: number } }>('/v1/me')).counts.due;
    await remind('stretch', 'in 2 minutes');
    await programs.coda.passes({ minutes: 3 });
    const me = await ana.get<{ person: object; scopes: string[]; counts: { due: number }; system: string | null }>(
      '/v1/me',
    );
    expect(me).toMatchObject({
      person: { role: 'owner', zone: 'Europe/Berlin' },
      assistant: { name: expect.any(String) },
      platforms: expect.objectContaining({ discord: 'Discord', slack: 'Slack' }),
      model: 'none',
    });
    expect(me.scopes).toContain('admin');
    expect(me.counts.due).toBe(before + 1);
    const member = await ben.get<typeof me>('/v1/me');
    expect(member).toMatchObject({
      person: { name: 'ben', role: 'member' },
      counts: { due: 1, approvals: 0 },
      system: null,
      model: null,
    });
    expect(member.scopes).not.toContain('admin');
  });

  test('is offered the commands that they may use, by name', async () => {
    const offered = async (who: Browser) =>
      (await who.get<{ commands: { name: string; usage: string | null }[] }>('/v1/commands')).commands;
    const [all, some] = [await offered(ana), await offered(ben)];
    expect(all).toContainEqual(expect.objectContaining({ name: 'remind', usage: expect.stringContaining('<what') }));
    expect(some).toContainEqual(expect.objectContaining({ name: 'remind' }));
    const names = all.map(({ name }) => name);
    expect(names).toEqual(names.toSorted());
    expect(names).toContain('doctor');
    expect(some.map(({ name }) => name)).not.toContain('doctor');
  });
});
