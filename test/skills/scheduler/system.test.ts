import { describe, expect, test } from 'vitest';
import type { Skill } from '../../../src/chat/index.ts';
import { load, problems } from '../../config/support.ts';
import { play } from '../../support/play.ts';
import { echo, ScriptedModel } from '../../support/scripted-model.ts';

test('an owner sees what coda does by itself, switches it off and on, and has it done now', async () => {
  await using coda = await play({ model: echo(), config: { 'retention.days': 1 } });
  const ana = coda.person('ana');
  await ana.says('old');
  const shown = await ana.says('/schedules all');
  expect(shown).toContain('- `audit`: next Sat 21 Nov 03:03');
  expect(shown).toContain('- `retention`: next Sat 21 Nov 03:23');
  expect(await ana.says('/schedules off retention')).toContain('is off');
  await coda.passes({ days: 3 });
  expect(await ana.says('/schedules all')).toContain('- `retention`: off');
  const before = await coda.count('inbox');
  // What is off stays off when coda starts again.
  await coda.restart();
  await coda.passes({ days: 1 });
  expect(await coda.count('inbox')).toBe(before);

  expect(await ana.says('/schedules run retention')).toContain('runs now');
  expect(await coda.count('inbox')).toBeLessThan(before);
  expect(await ana.says('/schedules all')).toMatch(/`retention`: off; last Tue 24 Nov \d\d:\d\d: went well, 0\.0 s/);
  expect(await ana.says('/schedules on retention')).toContain('is on');
  expect(await ana.says('/schedules all')).toContain('- `retention`: next Wed 25 Nov 03:23');

  expect(await ana.says('/schedules off retentoin')).toContain('Did you mean `retention`?');
  expect(await ana.says('/schedules purge retention')).toContain('/schedules on NAME');
  const bob = coda.person('bob', { role: 'member' });
  expect(await bob.says('/schedules all')).not.toContain('retention');
  expect(await bob.says('/schedules off retention')).toContain('I know no schedule');
});

/** A task that fails as often as it is told to. */
function failing(state: { fails: boolean }): Skill {
  return {
    name: 'flaky',
    work: {
      schedules: [{ name: 'flaky', kind: 'flaky', cron: '0 * * * *', missed: 'latest' }],
      jobs: () => [
        {
          kind: 'flaky',
          does: 'counts',
          run: async () => {
            if (state.fails) throw new Error('the moon is in the wrong house');
          },
        },
      ],
    },
  };
}

test('an owner is told once, with the reason, of a task that has failed three times in a row, and can switch it off', async () => {
  const state = { fails: true };
  await using coda = await play({ skills: [failing(state)] });
  const ana = coda.person('ana');
  await ana.says('hello');
  await coda.passes({ hours: 4 });
  expect(ana.heard('the moon is in the wrong house').filter((text) => text.includes('in a row'))).toHaveLength(1);
  expect(ana.heard('`flaky` has failed 3 times in a row')).toHaveLength(1);
  expect(await ana.says('/schedules all')).toMatch(
    /`flaky`: next .*; last .*: failed \(the moon is in .*; \d+ failures in a row/,
  );
  expect(await ana.presses('Switch it off')).toContain('is off');
  expect(await ana.says('/schedules all')).toContain('- `flaky`: off');
});

test('what the configuration says of a task wins over its default and over what was switched', async () => {
  const at = (set: Record<string, unknown>) => ({ 'scheduler.tasks': { retention: set } });
  await using coda = await play({ config: at({ cron: '30 4 * * *', zone: 'Asia/Tokyo', enabled: true }) });
  const ana = coda.person('ana');
  expect(await ana.says('/schedules all')).toContain('- `retention`: next Fri 20 Nov 20:30');
  expect(await ana.says('/schedules off retention')).toContain('scheduler.tasks.retention.enabled');
  await using other = await play({ config: at({ enabled: false }) });
  expect(await other.person('ana').says('/schedules all')).toContain('- `retention`: off');
});

test('a wrong cron expression is told at the start, with its field', async () => {
  const wrong = { 'scheduler.tasks': { retention: { cron: '30 25 * * *' } } };
  await expect(play({ config: wrong })).rejects.toThrow(/field 2 \(hour\) is "25"/);
  const file = [
    'scheduler:',
    '  tasks:',
    '    retention:',
    '      cron: "30 25 * * *"',
    '    audit: { cron: "0 3 * *" }',
    '    backup: { cron: "0 3 30 FEB *" }',
    '    memory: { cron: "0 3 1 * 1" }',
    'tasks:',
    '  resume_cron: "*/90 * * * *"',
    'backup:',
    '  cron: "0 3 * * FUNDAY"',
  ];
  expect(problems(file.join('\n'))).toEqual([
    'coda.yaml:4:13 scheduler.tasks.retention.cron: expected a cron expression of five fields such as "30 7 * * 1-5": field 2 (hour) is "25"; it takes 0 to 23, got "30 25 * * *"',
    'coda.yaml:5:20 scheduler.tasks.audit.cron: expected a cron expression of five fields such as "30 7 * * 1-5": it has 4 fields, not five, got "0 3 * *"',
    'coda.yaml:6:21 scheduler.tasks.backup.cron: expected a cron expression of five fields such as "30 7 * * 1-5": field 3 (day of the month) is "30"; no month of the expression has that day, got "0 3 30 FEB *"',
    'coda.yaml:7:21 scheduler.tasks.memory.cron: expected a cron expression of five fields such as "30 7 * * 1-5": it names days of the month and weekdays, by which programs mean different things, got "0 3 1 * 1"',
    'coda.yaml:9:16 tasks.resume_cron: expected a cron expression of five fields such as "*/15 * * * *", or "": field 1 (minute) is "*/90"; it steps further than the field goes, got "*/90 * * * *"',
    'coda.yaml:11:9 backup.cron: expected a cron expression of five fields such as "47 2 * * *", or off: field 5 (weekday) is "FUNDAY"; it takes 0 to 7, SUN to SAT, 5L, 1#2 or ?, got "0 3 * * FUNDAY"',
  ]);
});

test('a task that there is not is an error where it stands, with the one that was probably meant', () => {
  const file = [
    'scheduler:',
    '  tasks:',
    '    retentoin: { enabled: false }',
    '    weekly-dance: { cron: "0 3 * * 1" }',
  ];
  expect(problems(file.join('\n'))).toEqual([
    'coda.yaml:3:5 scheduler.tasks.retentoin: unknown key; did you mean retention?',
    expect.stringMatching(
      /^coda\.yaml:4:5 scheduler\.tasks\.weekly-dance: unknown key; known here: .*health\.check, .*memory, /,
    ),
  ]);
});

test('every task of coda has its place in the configuration', async () => {
  await using coda = await play({ engine: 'PGlite' });
  const listed = await coda.person('ana').says('/schedules all');
  const tasks = [...listed.matchAll(/^- `([^`]+)`/gm)].map(([, name = '']) => name);
  expect(tasks).toContain('health.check');
  const file = ['scheduler:', '  tasks:', ...tasks.map((name) => `    ${name}: { enabled: true }`)].join('\n');
  expect(load(file).origin('scheduler.tasks')).toMatchObject({ kind: 'file' });
});

describe('health.check', () => {
  const config = { 'scheduler.tasks': { 'health.check': { enabled: true } } };

  test('is off until it is switched on, and then looks every five minutes', async () => {
    await using coda = await play();
    const ana = coda.person('ana');
    expect(await ana.says('/schedules all')).toContain('- `health.check`: off');
    expect(await ana.says('/schedules on health.check')).toContain('is on');
    expect(await ana.says('/schedules all')).toMatch(/- `health\.check`: next Fri 20 Nov \d\d:[05][05]/);
  });

  test('tells owners, once, of what is amiss, and when it is in order again', async () => {
    let isWell = true;
    const check = {
      name: 'the moon',
      check: async () => ({ ok: isWell, says: isWell ? 'shines' : 'is gone', remedy: 'Wait.' }),
    };
    await using coda = await play({ config, skills: [{ name: 'moon', views: { checks: () => [check] } }] });
    const ana = coda.person('ana');
    await ana.says('hello');
    await coda.person('bob', { role: 'member' }).says('hello');
    const heard = (who: typeof ana) => who.heard('the moon').length;
    await coda.passes({ minutes: 6 });
    expect(heard(ana)).toBe(0);
    isWell = false;
    await coda.passes({ minutes: 11 });
    expect(heard(ana)).toBe(1);
    expect(ana.seen().at(-1)?.text).toBe('Something is amiss:\n✗ **the moon**: is gone\n→ Wait.');
    isWell = true;
    await coda.passes({ minutes: 11 });
    expect(ana.seen().at(-1)?.text).toBe('✓ **the moon** is in order again.');
    expect(heard(coda.person('bob', { role: 'member' }))).toBe(0);
  });
});

test('a model switches a task only with a yes', async () => {
  const model = new ScriptedModel([{ call: 'scheduler_toggle', input: { name: 'retention', on: false } }, 'done']);
  await using coda = await play({ model });
  const ana = coda.person('ana');
  await ana.says('no more cleaning up');
  expect(await ana.says('/schedules all')).toContain('- `retention`: next');
  await ana.presses('Approve');
  expect(await ana.says('/schedules all')).toContain('- `retention`: off');
});

test.each([
  [{ name: 'no such task', on: false }, 'no such task', {}],
  [{ name: 'retention', on: true, until: 'in a week' }, 'until', {}],
  [{ name: 'retention', on: false }, 'set in config.yaml', { 'scheduler.tasks': { retention: { enabled: true } } }],
])('nobody is asked about a switch that cannot be done: %j', async (input, why, config) => {
  const model = new ScriptedModel([{ call: 'scheduler_toggle', input }], ['It cannot be.']);
  await using coda = await play({ model, config });
  expect(await coda.person('ana').says('no more cleaning up')).toBe('It cannot be.');
  expect(JSON.stringify(model.requests.at(-1)?.messages.at(-1))).toContain(why);
});

test("one's own schedule is switched at once in plain English", async () => {
  await using coda = await play({});
  const ana = coda.person('ana');
  await ana.says('/schedule every weekday at 8\nsend me my agenda');
  expect(await ana.says('turn off the agenda schedule')).toContain('“send me my agenda” is off.');
  await ana.says('undo');
  expect(await ana.says('show my schedules')).toContain('next: ');
});
