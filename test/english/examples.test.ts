/** Each example of docs/offline.md, typed by somebody who has one thing of each kind, to a coda as it is installed. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packageRoot } from '../../src/base/root.ts';
import { play } from '../support/play.ts';

/** What was said before, by section. */
const BEFORE: Readonly<Record<string, readonly string[]>> = {
  Reminders: ['remind me every weekday at 10 to the team meeting', 'remind me tomorrow at 9 to see the dentist'],
  Notes: ['note: the vet is in Mill Lane', 'note: cake: flour'],
  Lists: ['add milk to my shopping list'],
  Memory: ["remember I'm allergic to nuts", "remember my sister's birthday is 3 May"],
  'Schedules and the briefing': ['schedule a look at my open tasks every Monday at 9'],
  Tasks: ['new task plan the party: find a date; write the invitations'],
};

const page = readFileSync(join(packageRoot(), 'docs/offline.md'), 'utf8');
const examples = page
  .split(/^### /m)
  .slice(1)
  .flatMap((section) => {
    const title = section.split('\n', 1)[0] ?? '';
    const rows = [...section.matchAll(/^\| (?!what|---)([^|]+) \| ([^|]+) \|/gm)];
    return rows.map(([, does = '', example = '']) => ({ title, does, example }));
  });

test('each example is understood as it is typed, or says which setting it needs', async () => {
  await using coda = await play({ zone: 'Europe/London', at: '2026-11-20T09:00:00Z' });
  const wrong: string[] = [];
  for (const [index, { title, does, example }] of examples.entries()) {
    const person = coda.person(`p${index}`);
    for (const said of BEFORE[title] ?? []) await person.says(said);
    const from = person.seen().length;
    await person.says(example);
    const answer = person
      .seen()
      .slice(from)
      .map(({ text }) => text)
      .join(' ');
    const [, setting] = /with `([\w.]+): true`/.exec(does) ?? [];
    const isRight =
      setting === undefined
        ? !/I did not understand|I am not sure|^$|That is off/.test(answer)
        : answer.includes(setting);
    if (!isRight) wrong.push(`${example} → ${answer}`);
  }
  const owner = coda.person('owner');
  await owner.says('how do I add a model?');
  // No page runs here.
  expect(owner.seen().at(-1)?.text).toMatch(/^At a terminal/);
  expect(examples.length).toBeGreaterThan(90);
  expect(wrong).toEqual([]);
}, 240_000);
