import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ModelRequest } from '../../../src/agent/index.ts';
import { type Play, type PlayedPerson, play } from '../../support/play.ts';
import { type Line, lastSaid, ScriptedModel } from '../../support/scripted-model.ts';
import { drawing } from '../drawing.ts';

let people = 0;
/** Somebody who has not spoken before: one started coda is everybody's. */
const somebody = (coda: Play, role: 'owner' | 'member' = 'owner'): PlayedPerson =>
  coda.person(`ana${++people}`, { role });
const tasksOf = ({ name }: PlayedPerson) => `tasks t join persons p on p.id = t.person_id where p.name = '${name}'`;

let plain: Play;
beforeAll(async () => {
  plain = await play();
});
afterAll(() => plain[Symbol.asyncDispose]());

describe('tasks, in plain English and by buttons', () => {
  test('are kept, shown, worked on, held up, put off and finished, and each act can be taken back', async () => {
    const ana = somebody(plain);
    const made = await ana.says('new task plan the party: find a date; write the invitations; buy drinks');
    expect(made).toContain('I keep the task “plan the party”');
    expect(made).toContain('▸ 1. you: find a date');
    expect(await ana.presses('Done')).toContain('Next, step 2 of 3: you: write the invitations');
    expect(await ana.says('undo')).toContain('as it was before');
    expect(await ana.says('/tasks')).toContain('▸ 1. you: find a date');
    await ana.says('step done');
    expect(await ana.presses('Block…', { reason: 'the answer of the hall' })).toContain('the answer of the hall');
    expect(await ana.presses('Go on')).toContain('next: write the invitations');
    expect(await ana.presses('Later…', { when: 'Monday at 9' })).toContain('I come back to “plan the party”');
    await plain.passes({ days: 7 });
    expect(ana.heard('“plan the party”, step 2 of 3, is yours: write the invitations').length).toBeGreaterThan(0);
    expect(await ana.presses('Done')).toContain('step 3 of 3');
    const over = await ana.says('step done in the party task');
    expect(over).toContain('Finished “plan the party”');
    expect(over).toContain('3. buy drinks');
    expect(await ana.says('/tasks')).toContain('no unfinished tasks');
    expect(await ana.says('undo')).toContain('as it was before');
    expect(await ana.says('cancel the party task')).toContain('Cancelled');
    expect(await ana.presses('Undo')).toContain('as it was before');
    expect(await ana.says('/tasks')).toContain('▸ 3. you: buy drinks');
  });

  test('block and later ask for what they need where no form was filled in', async () => {
    const ana = somebody(plain);
    await ana.says('/task move house: pack; hire a van');
    expect(await ana.presses('Block…')).toContain('What does it wait for?');
    expect(await ana.presses('Later…')).toContain('When should I come back');
    expect(await plain.count(tasksOf(ana))).toBe(1);
  });

  test('the briefing and the weekly review know them', async () => {
    const ana = somebody(plain);
    await ana.says('/task move house: pack; hire a van');
    expect(await ana.says('/briefing')).toContain('move house');
    await ana.says('/task one thing: do it');
    await ana.says('/tasks one thing');
    await ana.says('step done in the task one thing');
    const review = await ana.says('/week');
    expect(review).toMatch(/Tasks finished\*\*\n- one thing/);
    expect(review).toMatch(/Tasks\*\*\n- move house/);
  });

  test('are a person’s own', async () => {
    const [ana, bob] = [somebody(plain), somebody(plain, 'member')];
    await ana.says('/task move house: pack; hire a van');
    expect(await bob.says('/tasks')).toContain('no unfinished tasks');
    expect(await bob.says('cancel the house task')).not.toContain('Cancelled');
  });
});

/** No model is asked for anything but answers. */
const QUIET = { 'memory.auto': 'off' };

describe('what coda takes up by itself', () => {
  /** What the model says of each task, answer by answer, by a word of its title; the last answer is given again. */
  const scripts = new Map<string, Line[][]>();
  const asked: ModelRequest[] = [];
  const model = new ScriptedModel((request) => {
    const [word = '', answers = []] = [...scripts].find(([key]) => lastSaid(request).includes(key)) ?? [];
    asked.push(request);
    if (answers.length > 1) scripts.set(word, answers.slice(1));
    return answers[0] ?? [];
  });
  const askedOf = (word: string) => asked.filter((request) => lastSaid(request).includes(word));
  let coda: Play;
  beforeAll(async () => {
    coda = await play({ model, config: QUIET, skills: [drawing] });
  });
  afterAll(() => coda[Symbol.asyncDispose]());

  test('a task whose time has come is worked on in a turn of the person, and its end is one message', async () => {
    scripts.set('whales', [
      [
        {
          call: 'task_create',
          input: { title: 'trip to the whales', steps: ['find a train', 'find a hotel'], when: 'tomorrow at 9' },
        },
      ],
      ['It is kept.'],
      [{ call: 'task_advance', input: { which: 'it', step: 1, result: 'the 8:04' } }],
      [{ call: 'task_advance', input: { which: 'it', step: 2, result: 'the Savoy' } }],
      ['All is booked: the 8:04 and the Savoy.'],
    ]);
    const ana = somebody(coda);
    expect(await ana.says('plan my trip to the whales')).toContain('It is kept.');
    const before = ana.seen().length;
    await coda.passes({ days: 2 });
    expect(
      ana
        .seen()
        .slice(before)
        .map(({ text }) => text),
    ).toEqual(['All is booked: the 8:04 and the Savoy.']);
    expect(await ana.says('/tasks')).toContain('no unfinished');
    expect(askedOf('whales').at(-1)?.messages.at(-1)?.text).toContain('Finished “trip to the whales”');
  });

  test('a finished task brings the files of its steps, also those of earlier days', async () => {
    scripts.set('garden', [
      [{ call: 'task_create', input: { title: 'plan of the garden', steps: ['draw it', 'look at it again'] } }],
      ['It is kept.'],
      [{ call: 'picture_draw', input: { name: 'garden' } }],
      [{ call: 'task_advance', input: { which: 'it', step: 1, files: ['garden.txt'] } }],
      ['It is drawn.'],
      [{ call: 'task_advance', input: { which: 'it', step: 2 } }],
      ['All is done.'],
    ]);
    const ana = somebody(coda);
    await ana.says('make a plan of the garden');
    await coda.passes({ days: 3 });
    const over = ana.seen().filter(({ text }) => text === 'All is done.');
    expect(over.map(({ files }) => files.map(({ name }) => name))).toEqual([['garden.txt']]);
  });

  test('it asks and rests after so many attempts, and goes on when the person says so', async () => {
    scripts.set('mountains', [
      [{ call: 'task_create', input: { title: 'trip to the mountains', steps: ['find a train'] } }],
      ['It is kept.'],
      ['Nothing yet.'],
    ]);
    const ana = somebody(coda);
    await ana.says('plan my trip to the mountains');
    await coda.passes({ days: 3 });
    expect(ana.heard('Nothing yet.')).toHaveLength(3);
    expect(ana.heard('Shall I go on?')).toHaveLength(1);
    expect(await ana.presses('Go on')).toContain('I go on with “trip to the mountains”');
    await coda.passes({ days: 3 });
    expect(ana.heard('Nothing yet.')).toHaveLength(6);
    expect(ana.heard('Shall I go on?')).toHaveLength(2);
  });

  test('a step of the person’s is brought up every day, then rests', async () => {
    scripts.set('islands', [
      [{ call: 'task_create', input: { title: 'trip to the islands', steps: ['find a train', 'you: pay'] } }],
      ['It is kept.'],
      [{ call: 'task_advance', input: { which: 'it', step: 1, result: 'the 8:04' } }],
      ['The 8:04 it is; please pay.'],
    ]);
    const ana = somebody(coda);
    await ana.says('plan my trip to the islands');
    await coda.passes({ days: 9 });
    expect(ana.heard('is yours: pay')).toHaveLength(2);
    expect(ana.heard('Shall I go on?')).toHaveLength(1);
    expect(await ana.presses('Done')).toContain('Finished “trip to the islands”');
  });

  test('quiet hours hold what is said of it, and nothing of one that is over by then', async () => {
    const plan = (title: string) => [
      { call: 'task_create', input: { title, steps: ['you: pay'], when: 'today at 23:00' } },
    ];
    const cancels = [{ call: 'task_cancel', input: { which: 'hotel' } }];
    const model = new ScriptedModel(plan('ferry'), ['Kept.'], plan('hotel'), ['Kept.'], cancels, ['Cancelled.']);
    await using coda = await play({ model, config: QUIET });
    const ana = coda.person('ana');
    await ana.says('/quiet 22:00-07:00');
    await ana.says('plan the ferry');
    await ana.says('plan the hotel');
    await coda.passes({ hours: 15 });
    expect(ana.heard('is yours: pay')).toEqual([]);
    expect(await ana.says('cancel the hotel')).toContain('Cancelled.');
    await coda.passes({ hours: 8 });
    expect(ana.heard('is yours: pay')).toEqual([expect.stringContaining('ferry')]);
  });

  test('a blocked task waits for its time; a grid rounds the instants up', async () => {
    const model = new ScriptedModel(
      [{ call: 'task_create', input: { title: 'trip', steps: ['find a train'], when: 'tomorrow at 9:07' } }],
      ['It is kept.'],
      [
        {
          call: 'task_block',
          input: { which: 'it', type: 'waiting_for_time', reason: 'sales begin', until: 'in two days at 10:01' },
        },
      ],
      ['I look again then.'],
      [{ call: 'task_advance', input: { which: 'it', result: 'the 8:04' } }],
      ['Booked.'],
    );
    await using coda = await play({ model, config: { ...QUIET, 'tasks.resume_cron': '*/15 * * * *' } });
    const ana = coda.person('ana');
    await ana.says('plan my trip');
    const next = async () =>
      (await coda.database().read<{ at: Date }>('select next_at as at from tasks')).rows[0]?.at.toISOString();
    expect(await next()).toBe('2026-11-21T08:15:00.000Z');
    await coda.passes({ days: 1, hours: 2 });
    expect(await next()).toBe('2026-11-23T09:15:00.000Z');
    await coda.passes({ days: 3 });
    expect(ana.heard('Booked.')).toHaveLength(1);
  });

  test('a turn that comes after the task is over says nothing and asks no model', async () => {
    scripts.set('castles', [
      [{ call: 'task_create', input: { title: 'trip to the castles', steps: ['find a train'] } }],
      [{ call: 'task_advance', input: { which: 'it', result: 'the 8:04' } }],
      ['Found at once.'],
    ]);
    const ana = somebody(coda);
    await ana.says('plan my trip to the castles');
    await coda.passes({ days: 1 });
    expect(ana.seen().map(({ text }) => text)).toEqual(['Found at once.']);
    expect(askedOf('castles')).toHaveLength(3);
  });
});

describe('bad input', () => {
  test('is refused with what would do', async () => {
    const ana = somebody(plain);
    const many = Array.from({ length: 1_000 }, (_, index) => `step ${index}`).join('; ');
    expect(await ana.says(`/task big: ${many}`)).toContain('at most 50 steps, and this has 1,000');
    expect(await ana.says(`/task long: ${'x'.repeat(100_000)}`)).toContain('1,000 characters');
    expect(await ana.says('/task')).toContain('What is the task?');
    expect(await ana.says('/task nothing else')).toContain('at least one step');
    expect(await ana.says('/tasks nothing like that')).toContain('no unfinished task');
    expect(await plain.count(tasksOf(ana))).toBe(0);
    for (const name of ['a', 'b', 'c', 'd', 'e']) await ana.says(`/task ${name}: do it`);
    expect(await ana.says('/task f: do it')).toContain('5 unfinished tasks');
    expect(await plain.count(tasksOf(ana))).toBe(5);
  });

  test('of a person who is removed nothing is taken up any more', async () => {
    const ana = somebody(plain);
    await ana.says('/task move house: coda: pack; hire a van');
    await ana.says('/forget');
    expect(await plain.count(tasksOf(ana))).toBe(1);
    await ana.presses('Yes, forget me');
    expect(await plain.count(tasksOf(ana))).toBe(0);
  });

  test('where tasks are switched off there are none', async () => {
    await using coda = await play({ config: { 'tasks.enabled': false } });
    expect(await coda.person('ana').says('/tasks')).toContain('I do not know');
  });
});
