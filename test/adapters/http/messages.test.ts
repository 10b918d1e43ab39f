import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Watchers } from '../../../src/adapters/http/chat/watchers.ts';
import { deferred } from '../../../src/base/async.ts';
import { eventually } from '../../support/eventually.ts';
import { Outside } from '../../support/outside.ts';
import { ScriptedModel } from '../../support/scripted-model.ts';
import { type Answer, eventsOf, Programs } from './support.ts';

interface Run {
  skills: { name: string }[];
  executed: boolean;
  answer?: Answer;
}

describe('a program that talks over HTTP', () => {
  let programs: Programs;
  beforeAll(async () => {
    programs = await Programs.begin();
  });
  afterAll(() => programs[Symbol.asyncDispose]());

  test('is answered as its person is', async () => {
    const answer = await programs.say('/remind tomorrow at 9 call the dentist');
    expect(answer).toMatchObject({ status: 'done', conversation: 'main' });
    expect(answer.text).toContain('call the dentist');
    expect((await programs.say('/reminders')).text).toContain('call the dentist');
    expect((await programs.say('remind me tomorrow at 10 to water the plants')).text).toContain('water the plants');
  });

  test('says a thing once however often it sends it, and gets the first answer', async () => {
    const key = { 'Idempotency-Key': 'note-1' };
    const first = await programs.say('/note buy milk', {}, key);
    expect(await programs.say('/note buy milk', {}, key)).toEqual(first);
    const both = await Promise.all(
      [0, 1, 2].map(() => programs.say('/note buy bread', {}, { 'Idempotency-Key': 'note-2' })),
    );
    expect(both[1]).toEqual(both[0]);
    expect(both[2]).toEqual(both[0]);
    expect(await programs.coda.count('notes')).toBe(2);
    const other = await programs.post('/v1/messages', { text: '/note buy wine' }, key);
    expect([other.status, await other.json()]).toMatchObject([409, { code: 'HTTP_CONFLICT' }]);
    // In another conversation it is another message.
    await programs.say('/note buy wine', { conversation: 'other' }, key);
    expect(await programs.coda.count('notes')).toBe(3);
  });

  test('presses buttons, and a press that is repeated happens once', async () => {
    const made = await programs.say('/note to be taken back');
    const undo = made.parts.flatMap(({ buttons = [] }) => buttons).find(({ label }) => label === 'Undo');
    const key = { 'Idempotency-Key': 'press-1' };
    const before = await programs.coda.count('notes');
    const pressed = (await (await programs.post(`/v1/buttons/${undo?.id}`, {}, key)).json()) as Answer;
    expect(pressed.status).toBe('done');
    expect(await (await programs.post(`/v1/buttons/${undo?.id}`, {}, key)).json()).toEqual(pressed);
    expect(await programs.coda.count('notes where deleted_at is null')).toBe(before - 1);
    const gone = await programs.post(`/v1/buttons/${'x'.repeat(22)}`, {});
    expect(gone.status).toBe(404);
  });

  test('is told when the key of a press was used for another button', async () => {
    const undoOf = async (conversation: string) => {
      const { parts } = await programs.say('/note to be taken back, too', { conversation });
      return parts.flatMap(({ buttons = [] }) => buttons).find(({ label }) => label === 'Undo')?.id;
    };
    const [first, second, elsewhere] = [await undoOf('main'), await undoOf('main'), await undoOf('other')];
    const key = { 'Idempotency-Key': 'press-2' };
    expect((await programs.post(`/v1/buttons/${first}`, {}, key)).status).toBe(200);
    for (const other of [second, elsewhere]) {
      const answer = await programs.post(`/v1/buttons/${other}`, {}, key);
      expect([answer.status, await answer.json()]).toMatchObject([409, { code: 'HTTP_CONFLICT' }]);
    }
  });

  test('is not streamed to when its form says so', async () => {
    const form = new FormData();
    form.set('text', '/notes');
    form.set('stream', 'false');
    const answer = await programs.ask('/v1/messages', { method: 'POST', body: form });
    expect(answer.headers.get('content-type')).toContain('application/json');
    form.set('stream', 'true');
    const streamed = await programs.ask('/v1/messages', { method: 'POST', body: form });
    expect(streamed.headers.get('content-type')).toBe('text/event-stream');
    await streamed.text();
  });

  test('watches nothing when it has left before it begins', async () => {
    const watchers = new Watchers(programs.coda.world.clock);
    const watch = watchers.watch(['own/main'], () => 'data: told\n\n', AbortSignal.abort());
    watchers.tell('own/main', { type: 'typing' });
    expect(watchers.has('own/main')).toBe(false);
    for await (const text of watch) expect.unreachable(text);
  });

  test('reads what was said, in its own conversations only', async () => {
    await programs.say('/note first', { conversation: 'log' });
    await programs.say('/note second', { conversation: 'log' });
    const { messages } = await programs.get<{ messages: { role: string; text: string }[] }>('/v1/conversations/log');
    expect(messages.map(({ role, text }) => [role, text.includes('first') || text.includes('second')])).toEqual([
      ['user', true],
      ['assistant', true],
      ['user', true],
      ['assistant', true],
    ]);
    expect((await programs.get<{ conversations: string[] }>('/v1/conversations')).conversations).toContain('log');
    const stranger = await programs.coda.app.tokens.add({ name: 'stranger', scopes: ['messages'] });
    expect((await programs.ask('/v1/conversations/log', { token: stranger })).status).toBe(404);
  });

  test('sends files as base64 and as a form, and fetches what it is handed', async () => {
    const data = Buffer.from('the contract').toString('base64');
    await programs.say('look', { files: [{ name: 'a.txt', content_type: 'text/plain', data }] });
    const form = new FormData();
    form.set('text', 'look');
    form.set('file', new Blob(['the same, as a form'], { type: 'text/html' }), 'b.html');
    const sent = await programs.ask('/v1/messages', { method: 'POST', body: form });
    expect(sent.status).toBe(200);
    const { rows } = await programs.coda
      .database()
      .read<{ hash: string }>(
        `select f ->> 'hash' as hash from inbox, jsonb_array_elements(payload -> 'files') f order by seq`,
      );
    const [text, html] = await Promise.all(rows.map(({ hash }) => programs.ask(`/v1/artifacts/${hash}`)));
    expect([text?.headers.get('content-type'), await text?.text()]).toEqual(['text/plain', 'the contract']);
    expect([html?.headers.get('content-type'), await html?.text()]).toEqual([
      'application/octet-stream',
      'the same, as a form',
    ]);
    expect((await programs.ask(`/v1/artifacts/${'0'.repeat(64)}`)).status).toBe(404);
    const stranger = await programs.coda.app.tokens.add({ name: 'thief', scopes: ['messages'] });
    expect((await programs.ask(`/v1/artifacts/${rows[0]?.hash}`, { token: stranger })).status).toBe(404);
  });

  test('hears of a reminder as it comes, and signs of life while nothing does', async () => {
    await programs.say('/remind in 10 minutes take the cake out', { conversation: 'kitchen' });
    const stop = new AbortController();
    const stream = eventsOf(await programs.ask('/v1/conversations/kitchen/events', { signal: stop.signal }));
    expect((await stream.next()).value).toMatchObject({ name: 'ready' });
    await programs.coda.passes({ seconds: 15 });
    expect((await stream.next()).value).toMatchObject({ name: 'heartbeat' });
    await programs.coda.passes({ minutes: 10 });
    let event = (await stream.next()).value;
    while (event?.name === 'heartbeat') event = (await stream.next()).value;
    expect(event).toMatchObject({ name: 'part', data: { kind: 'reminder' } });
    expect(event?.data.text).toContain('take the cake out');
    stop.abort();
  });

  test('is limited as everybody is', async () => {
    const answers = await Promise.all(
      Array.from({ length: 70 }, (_, index) =>
        programs.post('/v1/messages', { text: '/help', conversation: 'fast' }, { 'Idempotency-Key': `fast-${index}` }),
      ),
    );
    const limited = answers.find(({ status }) => status === 429);
    expect(await limited?.json()).toMatchObject({ code: 'HTTP_TOO_FAST' });
    await programs.coda.passes({ minutes: 2 });
  });
});

describe('an answer that takes its time', () => {
  test('grows in a stream, and is there for who went away meanwhile', async () => {
    const [first, second] = [deferred(), deferred()];
    const model = new ScriptedModel(
      [{ hold: first }, 'here it is'],
      ['once upon a time ', { hold: second }, 'there was an end'],
    );
    model.streams = true;
    await using programs = await Programs.begin({ model });
    const stop = new AbortController();
    const key = { 'Idempotency-Key': 'gone' };
    const left = programs.post('/v1/messages', { text: 'hello' }, key, { signal: stop.signal });
    left.catch(() => {});
    await eventually(() => model.requests.length === 1);
    stop.abort();
    await expect(left).rejects.toThrow();
    const early = await programs.post('/v1/messages', { text: 'hello', wait: 0 }, key);
    expect([early.status, early.headers.get('location')]).toEqual([202, '/v1/conversations/main/messages/gone']);
    first.resolve();
    await programs.coda.app.whenSettled();
    const fetched = await programs.get<Answer>('/v1/conversations/main/messages/gone');
    expect(fetched).toMatchObject({ status: 'done', text: 'here it is' });

    const stream = await programs.post('/v1/messages', { text: 'tell me a story', stream: true });
    const events = [];
    for await (const event of eventsOf(stream)) {
      events.push(event);
      if (event.name === 'part' && event.data.text?.startsWith('once')) second.resolve();
    }
    expect(events[0]?.name).toBe('accepted');
    expect(events.at(-1)).toMatchObject({ name: 'done', data: { text: 'once upon a time there was an end' } });
    const parts = events.filter(({ name }) => name === 'part');
    expect(new Set(parts.map(({ data }) => data.id)).size).toBe(1);
    expect(parts.length).toBeGreaterThan(1);
    expect(parts.at(-1)?.data.text).toBe('once upon a time there was an end');
  });

  test('goes on for who leaves in the middle of a stream, and is whole when it is fetched', async () => {
    const go = deferred();
    const model = new ScriptedModel(['a beginning ', { hold: go }, 'and an end']);
    model.streams = true;
    await using programs = await Programs.begin({ model });
    const stop = new AbortController();
    const key = { 'Idempotency-Key': 'left' };
    const body = { text: 'tell me a story', stream: true };
    for await (const { name } of eventsOf(await programs.post('/v1/messages', body, key, { signal: stop.signal }))) {
      if (name === 'part') break;
    }
    stop.abort();
    go.resolve();
    await programs.coda.app.whenSettled();
    const fetched = await programs.get<Answer>('/v1/conversations/main/messages/left');
    expect(fetched).toMatchObject({ status: 'done', text: 'a beginning and an end' });
    expect(model.requests).toHaveLength(1);
  });

  test('runs the skill that fits a query best, as a call by its name in chat', async () => {
    const model = new ScriptedModel(['Here is a plan.']);
    await using programs = await Programs.begin({ model }, ['messages', 'skills']);
    const asked = { query: 'plan a trip to Lisbon', execute: true, conversation: 'trips' };
    const run = (await (await programs.post('/run', asked)).json()) as Run;
    expect(run).toMatchObject({ executed: true, answer: { status: 'done', text: 'Here is a plan.' } });
    expect(run.skills[0]?.name).toBe('travel-plan');
    expect(JSON.stringify(model.requests[0]?.messages)).toContain('travel-plan');
    const { messages } = await programs.get<{ messages: { text: string }[] }>('/v1/conversations/trips');
    expect(messages[0]?.text).toBe('/travel-plan plan a trip to Lisbon');
    const nothing = (await (await programs.post('/run', { query: 'qwxyz', execute: true })).json()) as Run;
    expect(nothing).toEqual({ skills: [], executed: false });
  });

  test('asks before it acts; a program decides only with a token that was made for that', async () => {
    const outside = new Outside();
    const letter = [{ call: 'letter_send', input: { to: 'Max' } }];
    const model = new ScriptedModel(letter, ['sent'], ['I did not understand']);
    await using programs = await Programs.begin({ model, skills: [outside.skill] });
    const asked = await programs.say('write to Max', {}, { 'Idempotency-Key': 'letter' });
    expect(asked).toMatchObject({ status: 'waiting', parts: [{ kind: 'approval' }] });
    const yes = asked.parts[0]?.buttons?.[0];
    const refused = (await (await programs.post(`/v1/buttons/${yes?.id}`, {})).json()) as Answer;
    expect(refused.parts[0]?.kind).toBe('error');
    expect(outside.sent).toEqual([]);
    expect((await programs.get<Answer>('/v1/conversations/main/messages/letter')).status).toBe('waiting');
  });

  test('a press is answered before its turn is over when one does not wait', async () => {
    const outside = new Outside().hold();
    const model = new ScriptedModel([{ call: 'letter_send', input: { to: 'Max' } }], ['It is sent.']);
    await using programs = await Programs.begin({ model, skills: [outside.skill] }, ['messages', 'consent']);
    const asked = await programs.say('write to Max');
    const press = (wait: number) =>
      programs.post(`/v1/buttons/${asked.parts[0]?.buttons?.[0]?.id}`, { wait }, { 'Idempotency-Key': 'yes' });
    const early = await press(0);
    // The letter is still held: whether the press itself is over by then is a race.
    expect([200, 202]).toContain(early.status);
    await outside.begun.promise;
    outside.release();
    const late = (await (await press(60)).json()) as Answer;
    expect(late.status).toBe('done');
    expect(outside.sent).toEqual(['Max']);
  });
});
