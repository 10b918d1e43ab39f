import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { holdBefore } from '../../support/holds.ts';
import { Programs } from './support.ts';

interface Item {
  id: string;
  text: string;
  tainted: boolean;
  status?: string;
  next_at?: string | null;
  rule?: string | null;
  tags?: string[];
  pinned?: boolean;
  on?: boolean;
}

interface Made {
  said: string;
  reminder: Item;
  note: Item;
  schedule: Item & { title: string; prompt: string | null };
  memory: Item;
}

let programs: Programs;
beforeAll(async () => {
  const policies = [
    { skill_id: 'memory/*', required_permissions: ['memory:use'] },
    { skill_id: 'notes/note_pin', requires_approval: true },
  ];
  programs = await Programs.begin({ config: { 'access.policies': policies } });
});
afterAll(() => programs[Symbol.asyncDispose]());

/** The status and the JSON of an answer. */
async function of(answer: Promise<Response>): Promise<[number, Made & Record<string, unknown>]> {
  const came = await answer;
  return [came.status, (await came.json()) as Made & Record<string, unknown>];
}

/** All pages of a list. */
async function pages(path: string, name: string, limit: number, narrowed: string): Promise<Item[][]> {
  const all: Item[][] = [];
  for (let after = ''; ; ) {
    const page = await programs.get<Record<string, unknown>>(`${path}?limit=${limit}${narrowed}${after}`);
    all.push(page[name] as Item[]);
    if (page.next === null) return all;
    after = `&after=${page.next}`;
  }
}

describe('what a person keeps', () => {
  test('reminders are made, changed, done and deleted, and speak in time', async () => {
    const [status, made] = await of(
      programs.send('POST', '/v1/reminders', { text: 'the cake', when: 'in 10 minutes' }),
    );
    expect([status, made.reminder]).toMatchObject([201, { text: 'the cake', status: 'pending', tainted: true }]);
    const at = `/v1/reminders/${made.reminder.id}`;
    expect(await programs.get(at)).toEqual(made.reminder);
    const [, moved] = await of(programs.send('PATCH', at, { when: 'every weekday at 9' }));
    expect(moved.reminder.rule).toContain('BYDAY=MO,TU,WE,TH,FR');
    expect((await of(programs.send('DELETE', at)))[0]).toBe(200);
    expect((await of(programs.ask(at)))[0]).toBe(404);
    const [, soon] = await of(programs.send('POST', '/v1/reminders', { text: 'the tea', when: 'in 3 minutes' }));
    await programs.coda.passes({ minutes: 3 });
    expect((await programs.say('/reminders')).text).toContain('the tea');
    const done = await of(programs.send('PATCH', `/v1/reminders/${soon.reminder.id}`, { status: 'completed' }));
    expect(done).toMatchObject([200, { reminder: { status: 'completed' } }]);
    const listed = await programs.get<{ reminders: Item[] }>('/v1/reminders?status=completed');
    expect(listed.reminders.map(({ text }) => text)).toEqual(['the tea']);
  });

  test('notes are made, found by tag, added to, pinned', async () => {
    const [, { note }] = await of(programs.send('POST', '/v1/notes', { text: 'spare key #home', tags: ['keys'] }));
    expect(note.tags?.toSorted()).toEqual(['home', 'keys']);
    const at = `/v1/notes/${note.id}`;
    const [, { note: longer }] = await of(programs.send('PATCH', at, { append: 'under the pot' }));
    expect(longer.text).toBe('spare key #home\nunder the pot');
    const { notes } = await programs.get<{ notes: Item[] }>('/v1/notes?tag=keys');
    expect(notes.map(({ id }) => id)).toEqual([note.id]);
    expect((await programs.say('find my notes on pot')).text).toContain('spare key');
  });

  test('schedules are made, switched off and deleted', async () => {
    const record = { digest: null, urgent: false, seen: null, escalate: null };
    const body = { when: 'every day at 8', prompt: 'tell me the news', ...record };
    const [status, { schedule }] = await of(programs.send('POST', '/v1/schedules', body));
    expect([status, schedule]).toMatchObject([201, { on: true, prompt: 'tell me the news', tainted: true }]);
    const at = `/v1/schedules/${schedule.id}`;
    expect((await of(programs.send('PATCH', at, { on: false })))[1].schedule.on).toBe(false);
    expect((await of(programs.send('PATCH', at, { title: 'News' })))[1].schedule.title).toBe('News');
    expect(await of(programs.send('PATCH', at, record))).toMatchObject([
      200,
      { schedule: { ...record, title: 'News' } },
    ]);
    expect((await programs.send('POST', '/v1/schedules', { ...body, urgent: true })).status).toBe(400);
    expect((await programs.send('DELETE', at)).status).toBe(200);
    expect((await programs.get<{ schedules: Item[] }>('/v1/schedules')).schedules).toEqual([]);
  });

  test('a rule is refused by its fields, and what its tool or script is given can be changed', async () => {
    type Refused = { fields?: { field: string; detail: string }[] };
    const refused = async (method: string, path: string, body: object) => {
      const answered = await programs.send(method, path, body);
      const { fields = [] } = (await answered.json()) as Refused;
      return [answered.status, ...fields.map(({ field }) => field)];
    };
    const source = { kind: 'feed', url: 'https://project.example/releases.atom' };
    const feed = { source, when: 'every hour' };
    expect(await refused('POST', '/v1/schedules', { ...feed, rule: { from: '08:00' } })).toEqual([400, 'rule.to']);
    expect(await refused('POST', '/v1/schedules', { ...feed, rule: { days: ['someday'] } })).toEqual([
      400,
      'rule.days.0',
    ]);
    expect(await refused('POST', '/v1/schedules', { ...feed, when: 'yesterday' })).toEqual([422, 'when']);
    expect(await refused('POST', '/v1/schedules', { ...feed, tell: '#nowhere' })).toEqual([422, 'tell']);
    expect(await refused('POST', '/v1/schedules', { ...feed, seen: 'soon' })).toEqual([422, 'seen']);
    const [, { schedule }] = await of(programs.send('POST', '/v1/schedules', feed));
    const at = `/v1/schedules/${schedule.id}`;
    expect(await refused('PATCH', at, { rule: { from: '08:00' } })).toEqual([422, 'rule.to']);
    expect(await refused('PATCH', at, { escalate: { to: 'nobody' } })).toEqual([422, 'escalate.to']);
    expect(await refused('PATCH', at, { input: { job: 'main' } })).toEqual([422, 'input']);
    expect(await programs.get('/v1/targets')).toEqual({ targets: [] });
    expect((await programs.send('DELETE', at)).status).toBe(200);
  });

  test('memories are made, put right and forgotten', async () => {
    const [, { memory }] = await of(programs.send('POST', '/v1/memories', { text: 'Ana is allergic to walnuts' }));
    const [, { memory: right }] = await of(
      programs.send('PATCH', `/v1/memories/${memory.id}`, { text: 'Ana is allergic to hazelnuts' }),
    );
    const { memories } = await programs.get<{ memories: Item[] }>('/v1/memories?type=fact');
    expect(memories.map(({ text }) => text)).toEqual(['Ana is allergic to hazelnuts']);
    expect(await programs.get<Item>(`/v1/memories/${memory.id}`)).toMatchObject({ status: 'past' });
    // Whatever was given when it was made can be changed, too; its words stay.
    const fields = { type: 'event', importance: 5, tags: ['health'], date: '2026-11-23' };
    const change = (id: string, body: object) => of(programs.send('PATCH', `/v1/memories/${id}`, body));
    const [, { memory: event }] = await change(right.id, fields);
    expect(event).toMatchObject({ text: 'Ana is allergic to hazelnuts', ...fields });
    const [, { memory: undated }] = await change(event.id, { date: null });
    expect(undated).toMatchObject({ ...fields, date: null });
    expect((await change(undated.id, {}))[0]).toBe(400);
    expect((await change(undated.id, { importance: 6 }))[0]).toBe(400);
    expect((await programs.send('DELETE', `/v1/memories/${undated.id}`)).status).toBe(200);
    expect((await programs.ask(`/v1/memories/${undated.id}`)).status).toBe(404);
  });

  test('what a reminder takes it gives back, and takes again as it came', async () => {
    const body = { dm: true, urgent: true, catch_up: 'skip', nag: '20 minutes' };
    const made = await of(
      programs.send('POST', '/v1/reminders', { text: 'the oven', when: 'tomorrow at 9', ...body, escalate: null }),
    );
    expect(made).toMatchObject([201, { reminder: { ...body, escalate: null } }]);
    const at = `/v1/reminders/${made[1].reminder.id}`;
    const changed = { dm: false, urgent: false, catch_up: 'late', nag: '2 hours' };
    expect(await of(programs.send('PATCH', at, changed))).toMatchObject([200, { reminder: changed }]);
    expect(await of(programs.send('PATCH', at, { nag: 'off' }))).toMatchObject([200, { reminder: { nag: null } }]);
    const none = { dm: false, urgent: false, catch_up: null, nag: null, escalate: null };
    expect(await of(programs.send('PATCH', at, changed))).toMatchObject([200, { reminder: changed }]);
    expect((await programs.send('PATCH', at, none)).status).toBe(200);
    expect(await programs.get(at)).toMatchObject(none);
    expect(await of(programs.send('PATCH', at, { nag: 'frogs' }))).toMatchObject([422, { fields: [{ field: 'nag' }] }]);
    expect((await programs.send('DELETE', at)).status).toBe(200);
  });

  test('lists go from page to page, the newest first, whatever is made meanwhile', async () => {
    for (const text of ['one', 'two', 'three', 'four', 'five']) {
      await programs.send('POST', '/v1/notes', { text, tags: ['paged'] });
    }
    for (const text of ['Ana has a cat', 'The car is red', 'Ben plays chess', 'Rent is due in May', 'The door code']) {
      await programs.send('POST', '/v1/memories', { text, type: 'event', tags: ['paged'] });
    }
    const first = await programs.get<{ notes: Item[]; next: string }>('/v1/notes?tag=paged&limit=2');
    await programs.send('POST', '/v1/notes', { text: 'six', tags: ['paged'] });
    const second = await programs.get<{ notes: Item[] }>(`/v1/notes?tag=paged&limit=2&after=${first.next}`);
    expect([...first.notes, ...second.notes].map(({ text }) => text)).toEqual(['five', 'four', 'three', 'two']);
    const memories = await pages('/v1/memories', 'memories', 2, '&tag=paged');
    expect(memories.map(({ length }) => length)).toEqual([2, 2, 1]);
    expect(new Set(memories.flat().map(({ id }) => id)).size).toBe(5);
  });

  test('is undone, and written down, as in chat; the words are not taken for the person’s own', async () => {
    const [, { note }] = await of(
      programs.send('POST', '/v1/notes', { text: 'to be taken back', conversation: 'undoing' }),
    );
    expect(note.tainted).toBe(true);
    await programs.say('/undo', { conversation: 'undoing' });
    expect((await programs.ask(`/v1/notes/${note.id}`)).status).toBe(404);
    const { rows } = await programs.coda
      .database()
      .read<{ origin: string; tainted: boolean; detail: { input: object } }>(
        `select origin, tainted, detail from audit_log where subject = 'note_save' order by seq desc limit 1`,
      );
    expect(rows[0]).toMatchObject({ origin: 'http', detail: { input: { text: '[private]' } } });
  });

  test('is made once under one key, at once or later, and answered the same', async () => {
    const key = { 'Idempotency-Key': 'once' };
    const body = { text: 'made once', tags: ['once'] };
    const answers = await Promise.all([0, 1, 2].map(() => of(programs.send('POST', '/v1/notes', body, key))));
    expect(answers[0]?.[0]).toBe(201);
    expect([answers[1], answers[2]]).toEqual([answers[0], answers[0]]);
    expect((await programs.get<{ notes: Item[] }>('/v1/notes?tag=once')).notes).toHaveLength(1);
    const other = await of(programs.send('POST', '/v1/notes', { text: 'another' }, key));
    expect(other).toMatchObject([409, { code: 'HTTP_CONFLICT' }]);
  });

  test('what cannot be done is refused with its reason, and asks nothing in the conversation', async () => {
    const never = await of(programs.send('POST', '/v1/reminders', { text: 'x', when: 'on the day of frogs' }));
    expect(never).toMatchObject([422, { code: 'HTTP_REFUSED' }]);
    const [status, asked] = await of(programs.send('POST', '/v1/reminders', { text: 'x', when: 'at 5 or 6' }));
    expect([status, asked]).toMatchObject([
      422,
      { reason: 'AMBIGUOUS', choices: [expect.any(String), expect.any(String)] },
    ]);
    const open = await programs.coda.count(`dialogues where question is not null`);
    expect(open).toBe(0);
    // Words that would find something in chat are no id.
    await programs.send('POST', '/v1/notes', { text: 'frogs' });
    expect((await programs.send('DELETE', '/v1/notes/frogs')).status).toBe(404);
    const wrong: [string, string, object][] = [
      ['POST', '/v1/notes', { text: '' }],
      ['POST', '/v1/notes', { text: 'a', owner: 'me' }],
      ['PATCH', '/v1/reminders/abc', {}],
      ['PATCH', '/v1/reminders/abc', { status: 'completed', text: 'a' }],
    ];
    for (const [method, path, body] of wrong) {
      expect((await programs.send(method, path, body)).status, `${method} ${path}`).toBe(400);
    }
    expect((await programs.ask('/v1/notes?after=%27')).status).toBe(400);
  });
});

describe('whose it is', () => {
  test('nobody sees or changes another person’s', async () => {
    const ben = programs.coda.person('ben');
    await ben.says('/note ben keeps this');
    const token = await programs.coda.app.tokens.add({ name: 'ben', person: 'ben', scopes: ['data'] });
    const own = (await (await programs.ask('/v1/notes', { token })).json()) as { notes: Item[] };
    expect(own.notes.map(({ text }) => text)).toEqual(['ben keeps this']);
    const theirs = `/v1/notes/${own.notes[0]?.id}`;
    expect((await programs.ask(theirs)).status).toBe(404);
    expect((await programs.send('PATCH', theirs, { text: 'mine' })).status).toBe(404);
    expect((await programs.send('DELETE', theirs)).status).toBe(404);
    expect((await programs.ask(theirs, { token })).status).toBe(200);
  });

  test('it speaks where the person is told something, and not only over HTTP', async () => {
    const eve = programs.coda.person('eve');
    await eve.says('hello');
    const token = await programs.coda.app.tokens.add({ name: 'eve', person: 'eve', scopes: ['data'] });
    await programs.send('POST', '/v1/reminders', { text: 'the laundry', when: 'in 5 minutes' }, {}, token);
    await programs.coda.passes({ minutes: 5 });
    expect(eve.seen().at(-1)?.text).toContain('the laundry');
  });

  test('a token without the scope, and a person who may not, are refused', async () => {
    const token = await programs.coda.app.tokens.add({ name: 'talker', scopes: ['messages'] });
    expect(await of(programs.ask('/v1/notes', { token }))).toMatchObject([403, { code: 'HTTP_FORBIDDEN' }]);
    await programs.coda.person('max', { role: 'member' }).says('hello');
    const data = await programs.coda.app.tokens.add({ name: 'max', person: 'max', scopes: ['data'] });
    expect((await programs.ask('/v1/memories', { token: data })).status).toBe(403);
    expect((await programs.send('POST', '/v1/memories', { text: 'Max is here' }, {}, data)).status).toBe(403);
    expect((await programs.ask('/v1/notes', { token: data })).status).toBe(200);
  });

  test('what asks its person first is done only with a token that was made to decide', async () => {
    const [, { note }] = await of(programs.send('POST', '/v1/notes', { text: 'to be pinned' }));
    const at = `/v1/notes/${note.id}`;
    expect((await programs.send('PATCH', at, { pinned: true })).status).toBe(403);
    const token = await programs.coda.app.tokens.add({ name: 'decider', scopes: ['data', 'consent'] });
    expect((await of(programs.send('PATCH', at, { pinned: true }, {}, token)))[1].note.pinned).toBe(true);
    const told = { text: 'take the pills', when: 'tomorrow at 9', escalate: { to: 'bo' } };
    expect((await programs.send('POST', '/v1/reminders', told)).status).toBe(403);
    const [, { detail }] = await of(programs.send('POST', '/v1/reminders', told, {}, token));
    expect(detail).toContain('I know no target “bo”');
  });

  test('a refusal says what to do about it', async () => {
    const pia = programs.coda.person('pia');
    const tim = programs.coda.person('tim');
    for (const each of [pia, tim]) await each.says('hello');
    await pia.says('/targets person tim');
    await tim.presses('Yes');
    await pia.says('/remind tomorrow at 9 take the drops --escalate tim');
    const token = await programs.coda.app.tokens.add({ name: 'pia', person: 'pia', scopes: ['data'] });
    const { reminders } = (await (await programs.ask('/v1/reminders', { token })).json()) as { reminders: Item[] };
    const edited = programs.send('PATCH', `/v1/reminders/${reminders[0]?.id}`, { text: 'win a prize' }, {}, token);
    const remedy = 'Have it told nobody else first, or make another reminder.';
    expect(await of(edited)).toMatchObject([403, { remedy }]);
  });

  test('nothing is kept for who is erased meanwhile', async () => {
    const { coda } = programs;
    const lea = coda.person('lea');
    await lea.says('hello');
    const token = await coda.app.tokens.add({ name: 'lea', person: 'lea', scopes: ['data'] });
    const writing = holdBefore(coda, 'http.write');
    const written = of(programs.send('POST', '/v1/notes', { text: 'lea keeps this' }, {}, token));
    await writing.reached;
    await lea.says('/forget');
    await lea.presses('Yes, forget me');
    writing.goOn();
    expect(await written).toMatchObject([403, { code: 'HTTP_FORBIDDEN' }]);
    expect(await coda.count(`notes where text = 'lea keeps this'`)).toBe(0);
  });

  test('is limited as everybody is', async () => {
    const zoe = programs.coda.person('zoe');
    await zoe.says('hello');
    const token = await programs.coda.app.tokens.add({ name: 'zoe', person: 'zoe', scopes: ['data'] });
    const made: number[] = [];
    for (let index = 0; index < 70; index++) {
      made.push((await programs.send('DELETE', '/v1/notes/nothing', undefined, {}, token)).status);
    }
    expect(new Set(made)).toEqual(new Set([404, 429]));
  });
});
