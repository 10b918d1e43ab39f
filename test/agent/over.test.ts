import { expect, test, vi } from 'vitest';
import { z } from 'zod';
import { done, failed, outsideTool, type TurnOver } from '../../src/agent/index.ts';
import { deadline } from '../../src/base/async.ts';
import type { Skill } from '../../src/chat/index.ts';
import { play } from '../support/play.ts';
import { ScriptedModel } from '../support/scripted-model.ts';

/** A skill that opens something in a call and hears when its turn is over. */
function holder(run: (turn: object | undefined) => void = () => {}) {
  const heard: TurnOver[] = [];
  const skill: Skill = {
    name: 'holder',
    tools: () => [
      outsideTool({
        name: 'thing_open',
        description: 'Opens a thing.',
        effect: 'fetch',
        input: z.object({}),
        async run(_, { turn: { key: turnKey } }) {
          run(turnKey);
          return done('open');
        },
      }),
      outsideTool({
        name: 'letter_send',
        description: 'Sends a letter.',
        effect: 'external',
        input: z.object({}),
        run: async () => failed('NOT_FOUND', 'Nobody is there.'),
      }),
    ],
    work: { turnOver: async (_, over) => void heard.push(over) },
  };
  return { skill, heard };
}

test('a skill hears that a turn is over, whose it was and what was answered', async () => {
  const turns: (object | undefined)[] = [];
  const { skill, heard } = holder((turn) => turns.push(turn));
  const model = new ScriptedModel([{ call: 'thing_open' }], ['It is open.']);
  await using coda = await play({ model, skills: [skill] });
  await coda.person('ana').says('open it');
  expect(heard).toMatchObject([{ how: 'answered', said: 'open it', answer: 'It is open.', private: true }]);
  expect(heard[0]?.person.name).toBe('ana');
  expect(turns).toEqual([heard[0]?.turnKey]);
});

test('it hears when the turn is parked, and again when what was decided is done', async () => {
  const { skill, heard } = holder();
  const model = new ScriptedModel([{ call: 'letter_send' }], ['It could not be sent.']);
  await using coda = await play({ model, skills: [skill] });
  const ana = coda.person('ana');
  await ana.says('send it');
  expect(heard.map(({ how }) => how)).toEqual(['waiting']);
  await ana.presses('Approve');
  expect(heard.map(({ how }) => how)).toEqual(['waiting', 'answered']);
  expect(heard[0]?.id).toBe(heard[1]?.id);
});

test('it hears of a turn without a model, and what it throws harms nobody', async () => {
  const { skill, heard } = holder();
  const broken: Skill = {
    name: 'broken',
    work: {
      turnOver: async () => {
        throw new Error('broken');
      },
    },
  };
  await using coda = await play({ skills: [broken, skill] });
  expect(await coda.person('ana').says('my notes')).toContain('no notes');
  expect(heard.map(({ how }) => how)).toEqual(['answered']);
});

test('a deadline stands still while it is held', async () => {
  vi.useFakeTimers();
  try {
    using limit = deadline(20);
    const goOn = limit.hold();
    const second = limit.hold();
    goOn();
    goOn();
    vi.advanceTimersByTime(1_000);
    expect(limit.hasPassed()).toBe(false);
    second();
    vi.advanceTimersByTime(19);
    expect(limit.hasPassed()).toBe(false);
    vi.advanceTimersByTime(2);
    expect(limit.hasPassed()).toBe(true);
  } finally {
    vi.useRealTimers();
  }
});
