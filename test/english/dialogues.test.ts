/**
 * Journeys of people who type plain English, as text. Blocks between blank lines, each a person of their own:
 *
 *   @ 2026-11-20T09:00   when the file begins, in London
 *   # a comment
 *   > words              typed; `\n` is a line break
 *   ! label              presses the newest button that begins so
 *   + 10m                the clock moves; what moves it stands last in its file
 *   " words              the answer holds them; `"! words`: it does not
 *   = reminders 2        so many of theirs are pending, or notes, memories, schedules or tasks kept
 */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type Play, type PlayedPerson, play } from '../support/play.ts';

const FOLDER = new URL('./dialogues/', import.meta.url);

const KEPT: Readonly<Record<string, string>> = {
  reminders: `reminders where state = 'pending' and`,
  notes: 'notes where deleted_at is null and',
  memories: `memories where state = 'current' and`,
  schedules: `person_schedules where state in ('on', 'off') and`,
  tasks: `tasks where state in ('active', 'blocked') and`,
};

interface Journey {
  name: string;
  steps: string[];
}

function read(file: string): { at: string; journeys: Journey[] } {
  const text = readFileSync(new URL(file, FOLDER), 'utf8');
  const at = /^@ (\S+)/m.exec(text)?.[1] ?? '2026-11-20T09:00';
  const blocks = text.split(/\n\s*\n/).map((block) => block.split('\n').filter((line) => /^[>!+"=]/.test(line)));
  return {
    at,
    journeys: blocks.filter(({ length }) => length > 0).map((steps, index) => ({ name: `p${index + 1}`, steps })),
  };
}

async function count(coda: Play, what: string, { name }: PlayedPerson): Promise<number> {
  const { rows } = await coda
    .database()
    .read<{ count: number }>(
      `select count(*) as count from ${KEPT[what]} person_id = (select id from persons where name = $1)`,
      [name],
    );
  return rows[0]?.count ?? 0;
}

async function run(coda: Play, { name, steps }: Journey): Promise<void> {
  const person = coda.person(name);
  let answer = '';
  for (const [index, step] of steps.entries()) {
    const said = steps.slice(0, index + 1).join('\n');
    const words = step.slice(step.startsWith('"!') ? 3 : 2);
    const from = person.seen().length;
    if (step.startsWith('>')) await person.says(words.replaceAll('\\n', '\n'));
    else if (step.startsWith('!')) {
      const labels = person.seen().flatMap(({ buttons }) => buttons.map(({ label }) => label));
      await person.presses(labels.findLast((label) => label.startsWith(words)) ?? words);
    } else if (step.startsWith('+')) {
      const [, amount, unit] = /(\d+)([mhd])/.exec(words) ?? [];
      await coda.passes({ [{ m: 'minutes', h: 'hours', d: 'days' }[unit as 'm' | 'h' | 'd']]: Number(amount) });
    } else if (step.startsWith('=')) {
      const [what = '', wanted] = words.split(' ');
      expect(await count(coda, what, person), said).toBe(Number(wanted));
    } else if (step.startsWith('"!')) expect(answer, said).not.toContain(words);
    else expect(answer, said).toContain(words);
    if (/^[>!+]/.test(step)) {
      const seen = person.seen().slice(from);
      answer = seen
        .map(({ text, buttons }) => [text, ...buttons.map(({ label }) => `[${label}]`)].join('\n'))
        .join('\n');
    }
  }
}

const files = readdirSync(FOLDER).filter((name) => name.endsWith('.txt'));

test.each(files)('%s', async (file) => {
  const { at, journeys } = read(file);
  await using coda = await play({ zone: 'Europe/London', at: `${at}:00Z` });
  for (const journey of journeys) await run(coda, journey);
});

test('there are journeys for each capability, 120 and more', () => {
  const all = files.map((file) => read(file).journeys.length);
  expect(all.reduce((sum, one) => sum + one, 0)).toBeGreaterThanOrEqual(120);
});
