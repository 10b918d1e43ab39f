import { expect, test } from 'vitest';
import { modelServer } from '../../support/model-server/suite.ts';
import { modelConfig } from '../../support/models.ts';
import { play } from '../../support/play.ts';
import { call, Mind, spawn } from './mind.ts';

const server = await modelServer();

test('three days: a trip is planned with two specialists, waits for the person, is resumed, blocked and finished', async () => {
  const mind = new Mind(server);
  const config = { ...modelConfig(server), 'memory.auto': 'off' };
  await using coda = await play({ at: '2026-11-20T09:00:00Z', zone: 'Europe/Berlin', config });
  const ana = coda.person('ana');
  const step = (number: number, result: string) => call('task_advance', { which: 'Prague', step: number, result });

  // Friday: both are asked at once, the plan becomes a task, and its first step is done right away.
  mind.says({
    main: [
      spawn({ planner: 'A weekend in Prague in December.', research: 'Night trains from Berlin to Prague.' }),
      call('task_create', {
        title: 'Prague',
        steps: ['@research: find a train', 'you: choose a date', '@planner: plan the days'],
      }),
      { text: 'It is a plan: I look for trains first.' },
      spawn({ research: 'Which trains run from Berlin to Prague?' }),
      step(1, 'the 8:04 runs daily'),
      { text: 'The 8:04 runs daily. Please choose a date.' },
    ],
    planner: [call('task_status'), { text: 'Three steps.' }],
    research: [{ text: 'There are day trains only.' }, { text: 'The 8:04 runs daily [1].' }],
  });
  await ana.says('plan a weekend in Prague for me');
  expect(ana.seen().map(({ text }) => text)).toEqual([
    'It is a plan: I look for trains first.',
    'The 8:04 runs daily. Please choose a date.',
    '“Prague”, step 2 of 3, is yours: choose a date',
  ]);
  expect(mind.of('research')).toHaveLength(2);
  const resumed = mind.asked.find(({ last }) => last.includes('Hand it to the specialist research'));
  expect(resumed?.agent).toBe('main');

  // Saturday: the step is hers, so that she is reminded of it and nothing is done without her.
  mind.says({});
  await coda.passes({ days: 1, hours: 1 });
  expect(ana.heard('“Prague”, step 2 of 3, is yours: choose a date')).toHaveLength(2);
  expect(mind.asked).toEqual([]);
  mind.says({
    main: [
      spawn({ planner: 'Plan 12 and 13 December in Prague.' }),
      call('task_block', {
        which: 'Prague',
        type: 'waiting_for_time',
        reason: 'the castle sells tickets from Sunday',
        until: 'tomorrow at 10',
      }),
      { text: 'The castle sells tickets from tomorrow; I come back to it then.' },
    ],
    planner: [{ text: 'The castle cannot be booked yet.' }],
  });
  await ana.presses('Done');
  expect(ana.heard('I come back to it then')).toHaveLength(1);
  expect(await ana.says('/tasks')).toContain('the castle sells tickets from Sunday');

  // Sunday: its time has come, a restart in between changes nothing, and its end is one message.
  mind.says({
    main: [
      spawn({ planner: 'Plan 12 and 13 December in Prague; the castle can be booked.' }),
      step(3, 'castle on Saturday, river on Sunday'),
      { text: 'All is set: castle on Saturday, river on Sunday.' },
    ],
    planner: [
      call('note_save', { text: 'Prague: castle on Saturday' }),
      { text: 'Castle on Saturday, river on Sunday.' },
    ],
  });
  await coda.restart();
  const before = ana.seen().length;
  await coda.passes({ days: 1, hours: 2 });
  expect(
    ana
      .seen()
      .slice(before)
      .map(({ text }) => text),
  ).toEqual(['All is set: castle on Saturday, river on Sunday.']);
  expect(mind.asked.at(-1)?.last).toContain('Finished “Prague”');
  expect(await ana.says('/tasks')).toContain('no unfinished tasks');
  expect(await coda.count(`notes where text = 'Prague: castle on Saturday'`)).toBe(1);
});
