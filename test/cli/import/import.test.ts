import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { FORMATS, memoriesIn, wordsOfCron, wordsOfMinutes } from '../../../src/cli/import/formats.ts';
import { main } from '../../../src/cli/index.ts';
import '../../../src/cli/import/index.ts';
import { parseWhen } from '../../../src/time/index.ts';

/** A folder with these files. */
function folder(files: Record<string, string | Buffer>): string {
  const root = mkdtempSync(join(tmpdir(), 'coda-import-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  return root;
}

const SKILL = '---\nname: tea\ndescription: How to make tea.\n---\nBoil water.\n';

const openclaw = () =>
  folder({
    'workspace/SOUL.md': '# Who\nYou are calm.\n',
    'workspace/USER.md': '- Likes **green** tea\n- Lives in Berlin\n',
    'workspace/memory/2026-03-01.md': '# Sunday\n- Planted tomatoes\n- Likes green tea\n',
    'workspace/memory/broken.md': Buffer.from([0xff, 0xfe, 0x00]),
    'workspace/AGENTS.md': 'Rules.\n',
    'workspace/skills/tea/SKILL.md': SKILL,
    'cron/jobs.json': JSON.stringify({
      version: 1,
      jobs: [
        {
          name: 'brief',
          schedule: { kind: 'cron', expr: '0 8 * * 1-5', tz: 'Europe/Berlin' },
          payload: { message: 'Sum up\nthe news' },
        },
        { name: 'odd', schedule: { kind: 'cron', expr: '7-9 3 */2 * *' }, payload: { message: 'x' } },
        { name: 'off', enabled: false, schedule: { kind: 'every', everyMs: 7_200_000 }, payload: { text: 'stretch' } },
        { nonsense: true },
      ],
    }),
  });

const read = (format: string, root: string) => FORMATS[format]!(root);

test('OpenClaw: memories with their day, persona, skills, jobs in words, and what is broken by its file', () => {
  const { memories, persona, skills, jobs, problems } = read('openclaw', openclaw());
  expect(memories.map(({ text, date }) => [text, date])).toEqual([
    ['Likes green tea', undefined],
    ['Lives in Berlin', undefined],
    ['Planted tomatoes', '2026-03-01'],
  ]);
  expect(persona?.text).toContain('You are calm.');
  expect(skills.map(({ name }) => name)).toEqual(['tea']);
  expect(jobs.map(({ name, plan }) => [name, plan])).toEqual([
    ['brief', { when: 'every weekday at 08:00 Europe/Berlin', prompt: 'Sum up\nthe news' }],
    ['odd', undefined],
    ['off', undefined],
  ]);
  expect(problems.map(({ from }) => from).sort()).toEqual([
    'cron/jobs.json',
    'workspace/AGENTS.md',
    'workspace/memory/broken.md',
  ]);
});

test('Hermes: entries between § signs, and jobs of its own form', () => {
  const root = folder({
    'SOUL.md': 'You are brisk.',
    'memories/MEMORY.md': 'Prefers metric units\n§\nThe car is a van\n',
    'cron/jobs.json': JSON.stringify({
      jobs: [{ name: 'water', prompt: 'water the plants', schedule: { kind: 'interval', minutes: 120 } }],
    }),
  });
  const { memories, persona, jobs } = read('hermes', root);
  expect(memories.map(({ text }) => text)).toEqual(['Prefers metric units', 'The car is a van']);
  expect(persona?.text).toBe('You are brisk.');
  expect(jobs[0]?.plan).toEqual({ when: 'every 2 hours', prompt: 'water the plants' });
});

test('Letta: blocks of both forms of an agent file; one that is cut short is told', () => {
  const root = folder({
    'old.af': JSON.stringify({ core_memory: [{ label: 'human', value: 'Name: Sarah' }] }),
    'new.af': JSON.stringify({ agents: [{}], blocks: [{ label: 'persona', value: 'I am Sam.' }] }),
    'cut.af': '{"core_memory": [{"label"',
  });
  const { memories, persona, problems } = read('letta', root);
  expect(memories).toMatchObject([{ text: 'Name: Sarah', tags: ['human'] }]);
  expect(persona?.text).toBe('I am Sam.');
  expect(problems).toContainEqual({ from: 'cut.af', what: expect.stringContaining('is no JSON') });
});

test('Markdown: entries and paragraphs, without headings, code and front matter; no link leads out', () => {
  const text =
    '---\na: b\n---\n# Head\n- one\n  goes on\n- [ ] two\n\nA paragraph\nof two lines.\n```\ncode\n```\n<!-- hidden -->\n';
  expect(memoriesIn(text)).toEqual(['one goes on', 'two', 'A paragraph of two lines.']);
  const long = `${'word '.repeat(900)}end.`;
  expect(memoriesIn(long).join(' ')).toBe(long);
  expect(memoriesIn(long).every((each) => each.length <= 2_000)).toBe(true);
  const root = folder({ 'me.md': '- mine\n' });
  symlinkSync('/etc/passwd', join(root, 'link.md'));
  expect(read('markdown', root).memories.map(({ text: each }) => each)).toEqual(['mine']);
});

test.each([
  '0 8 * * *',
  '30 9 * * 1-5',
  '0 10 * * 6,0',
  '15 7 * * mon,wed',
  '0 9 1 * *',
  '0 */3 * * *',
  '*/10 * * * *',
  '0 * * * *',
])('the words for %s are understood as a series', (expression) => {
  const words = wordsOfCron(expression);
  const when = parseWhen(words ?? '', { now: new Date('2026-11-20T08:00:00Z'), zone: 'UTC' });
  expect(when.kind, words).toBe('recurring');
});

test('what cannot be said in words is not said', () => {
  for (const each of ['', '0 8 * * * *', '0 25 * * *', '5,10 8 * * *', '0 8 1 6 *', '0 8 1 * 1'])
    expect(wordsOfCron(each)).toBeUndefined();
  expect([60, 1_440, 90, 0, 0.5].map(wordsOfMinutes)).toEqual([
    'every hour',
    'every day',
    'every 90 minutes',
    undefined,
    undefined,
  ]);
});

/** What `coda import` says of this folder, again and again on one data folder. */
function importing(format: string, root: string) {
  const home = folder({
    'coda.yaml':
      'models:\n  default: a/b\n  providers:\n    a: { kind: openai-compatible, base_url: http://127.0.0.1:9/v1 }\n',
  });
  const dataDir = join(home, 'data');
  let status = 0;
  const coda = async (...args: string[]) => {
    let out = '';
    const stdout = { write: (text: string) => (out += text) };
    const env = { HOME: home, CODA_CONFIG: join(home, 'coda.yaml') };
    const io = {
      argv: ['node', 'coda', ...args, '--data', dataDir],
      env,
      stdout,
      stderr: stdout,
      prependListener() {},
      off() {},
    };
    status = await main(io as unknown as NodeJS.Process);
    return out;
  };
  return {
    home,
    dataDir,
    coda: (...args: string[]) => coda('import', format, root, ...args),
    any: coda,
    status: () => status,
  };
}

test('jobs become schedules, with their zone and their name; a dry run lists them, a second run brings none twice', async () => {
  const at = Date.UTC(2096, 2, 1, 9);
  const jobs = [
    {
      name: 'brief',
      schedule: { kind: 'cron', expr: '0 8 * * 1-5', tz: 'Asia/Tokyo' },
      payload: { message: 'Sum up\nthe news' },
    },
    { name: 'once', schedule: { kind: 'at', atMs: at }, payload: { text: 'renew the passport' } },
    { name: 'nowhere', schedule: { kind: 'cron', expr: '0 8 * * *', tz: 'Mars/Base' }, payload: { text: 'x' } },
  ];
  const { coda, any, dataDir, status } = importing('openclaw', folder({ 'cron/jobs.json': JSON.stringify({ jobs }) }));
  const dry = await coda();
  expect(dry).toContain('schedule cron/jobs.json: brief: every weekday at 08:00 Asia/Tokyo: Sum up the news');
  expect(existsSync(dataDir)).toBe(false);
  const said = await coda('--apply');
  expect(said).toMatch(/Schedule brief: .*weekday/);
  expect(said).toMatch(/Schedule nowhere: not made\./);
  expect(status()).toBe(65);
  const { planned } = JSON.parse(await any('schedules', 'list', '--json'));
  expect(planned.map(({ title }: { title: string }) => title).sort()).toEqual(['brief', 'once']);
  const { nextAt } = planned.find(({ title }: { title: string }) => title === 'brief');
  expect(new Date(nextAt).getUTCHours()).toBe(23);
  expect(planned.find(({ title }: { title: string }) => title === 'once').nextAt).toBe(new Date(at).toISOString());
  expect(await coda('--apply')).toMatch(/Schedule brief: is there already\.\nSchedule once: is there already\./);
  expect(JSON.parse(await any('schedules', 'list', '--json')).planned).toHaveLength(2);
});

test('jobs of one name, or of none, all come, with all of their words shown before', async () => {
  const daily = (hour: number, message: string, name?: string) => ({
    ...(name && { name }),
    schedule: { kind: 'cron', expr: `0 ${hour} * * *`, tz: 'UTC' },
    payload: { message },
  });
  const long = `Sum up ${'everything and '.repeat(20)}then say so`;
  const jobs = [
    daily(8, 'Sum up the mail', 'brief'),
    daily(18, 'Sum up the mail', 'brief'),
    daily(8, long, 'brief'),
    daily(9, 'water the plants'),
    daily(9, 'feed the cat'),
    { name: 'stretch', schedule: { kind: 'every', everyMs: 7_200_000 }, payload: { text: 'stretch' } },
  ];
  const { coda, any, status } = importing('openclaw', folder({ 'cron/jobs.json': JSON.stringify({ jobs }) }));
  expect(await coda()).toContain(long);
  expect(await coda('--apply')).not.toMatch(/is there already|not made/);
  expect(status()).toBe(0);
  const titles = async () =>
    JSON.parse(await any('schedules', 'list', '--json'))
      .planned.map(({ title }: { title: string }) => title)
      .sort();
  const all = ['brief', 'brief', 'brief', 'feed the cat', 'stretch', 'water the plants'];
  expect(await titles()).toEqual(all);
  expect((await coda('--apply')).match(/is there already/g)).toHaveLength(6);
  expect([await titles(), status()]).toEqual([all, 0]);
});

test('it shows what it would bring, brings it, and brings nothing twice', async () => {
  const root = folder({ 'SOUL.md': 'You are calm.\n', 'tea/SKILL.md': SKILL });
  const { home, dataDir, coda } = importing('markdown', root);
  expect(await coda()).toContain('0 memories, 1 skill, 0 jobs, a persona. Nothing was changed');
  expect(existsSync(dataDir)).toBe(false);
  expect(await coda('--apply')).toContain('Skill tea: copied to');
  expect(readFileSync(join(home, '.coda', 'skills', 'tea', 'SKILL.md'), 'utf8')).toBe(SKILL);
  expect(readFileSync(join(dataDir, 'imported', 'soul-markdown.md'), 'utf8')).toBe('You are calm.\n');
  expect(await coda('--apply')).toMatch(/is there already[\s\S]*Skill tea: is there already/);
  writeFileSync(join(home, '.coda', 'skills', 'tea', 'SKILL.md'), 'mine');
  expect(await coda('--apply')).toContain('another one of that name is there, and stays');
});
