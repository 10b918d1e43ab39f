import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { runWhen, type WhenOptions } from '../../src/cli/when.ts';

const HERE = { zone: 'Europe/Berlin', now: '2026-11-20T10:00:00Z' };

async function run(options: WhenOptions, input = ''): Promise<{ status: number; output: string }> {
  const stdout = new PassThrough();
  const output = text(stdout);
  const status = await runWhen(options, { stdin: Readable.from([input]), stdout });
  stdout.end();
  return { status, output: await output };
}

test('coda when says what it understood and the next five occurrences', async () => {
  const { status, output } = await run({ ...HERE, text: 'every other tuesday at 9' });
  expect(status).toBe(0);
  expect(output.split('\n').slice(0, 3)).toEqual([
    'every 2 weeks on Tuesday at 09:00 (Europe/Berlin), next: Tue 24 Nov',
    '  2026-11-24T08:00:00.000Z',
    '  2026-12-08T08:00:00.000Z',
  ]);
  expect(output.trim().split('\n')).toHaveLength(6);
});

test('a city stands for its zone', async () => {
  const { output } = await run({ ...HERE, zone: 'new york', text: 'tomorrow at 9' });
  expect(output).toContain('Sat 21 Nov 09:00 (America/New_York)');
});

test('words that do not say when end with a status and a hint', async () => {
  const { status, output } = await run({ ...HERE, text: 'hello' });
  expect(status).toBe(65);
  expect(output).toContain('When should that be?');
});

test('a time in another language is read beside a task, also where nobody says which language', async () => {
  const { status, output } = await run({ ...HERE, text: 'Zahnarzt am 3. Dezember um 10 Uhr' });
  expect(status).toBe(0);
  expect(output.split('\n').slice(0, 2)).toEqual(['Thu 3 Dec 10:00 (Europe/Berlin)', 'what: Zahnarzt']);
});

test('a time in another language is read whole: of "Montag 8 Uhr" nothing is left to be done', async () => {
  const { status, output } = await run({ ...HERE, text: 'jeden Montag 8 Uhr' });
  expect(status).toBe(0);
  expect(output).toContain('every Monday at 08:00 (Europe/Berlin), next: Mon 23 Nov');
  expect(output).not.toContain('what:');
});

test('of a cron expression it names the field that cannot be, and why', async () => {
  const { status, output } = await run({ ...HERE, text: '0 9 31 2 *' });
  expect(status).toBe(65);
  expect(output).toContain('field 3 (day of the month) is "31"; no month of the expression has that day');
});

test('--json answers with one object', async () => {
  const { output } = await run({ ...HERE, text: 'call mom tomorrow at 5pm', json: true });
  expect(JSON.parse(output)).toEqual({
    kind: 'once',
    at: '2026-11-21T16:00:00.000Z',
    local: '2026-11-21T17:00:00',
    zone: 'Europe/Berlin',
    task: 'call mom',
  });
});

test('--jsonl answers every line, also after one that is no question', async () => {
  const lines = [
    { id: 1, text: 'every day at 9', ...HERE },
    { id: 2, text: '3/4', now: HERE.now, zone: 'America/Toronto' },
    { id: 3, text: 'last Tuesday', ...HERE },
    { id: 4, text: 'tomorrow', now: HERE.now, zone: 'Mars/Phobos' },
    { id: 5, text: 'tomorrow', now: 'soon' },
  ].map((line) => JSON.stringify(line));
  const { status, output } = await run({ jsonl: true }, ['{not json', '', '[]', ...lines].join('\n'));
  const answers = output
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(status).toBe(0);
  expect(answers.map(({ id, kind, code }) => [id, kind, code])).toEqual([
    [null, 'reject', 'INPUT_INVALID'],
    [null, 'reject', 'INPUT_INVALID'],
    [1, 'recurring', undefined],
    [2, 'ambiguous', undefined],
    [3, 'reject', 'PAST'],
    [4, 'reject', 'NOT_A_DATE'],
    [5, 'reject', 'INPUT_INVALID'],
  ]);
  expect(answers[2]).toMatchObject({ next: expect.arrayContaining(['2026-11-21T08:00:00.000Z']) });
});

test('an instant that is none is refused as a usage', async () => {
  expect(await run({ text: 'tomorrow', now: 'yesterday-ish' })).toMatchObject({ status: 64 });
});
