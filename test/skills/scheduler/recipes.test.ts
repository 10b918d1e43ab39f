/** The ten recipes of docs/automations.md, each run as it stands there, and a month in which nobody says anything. */

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { packageRoot } from '../../../src/base/root.ts';
import { skillText, write } from '../../agent-skills/support.ts';
import { DOCKER } from '../../support/docker.ts';
import { eventually } from '../../support/eventually.ts';
import { hooksOf } from '../../support/hooks.ts';
import { answer, Faulty, rpc, said } from '../../support/mcp/faulty.ts';
import { type Play, type PlayedPerson, play } from '../../support/play.ts';
import { ScriptedModel } from '../../support/scripted-model.ts';
import { codeConfig } from '../code/play.ts';
import { Internet } from '../web/internet.ts';

const PAGE = readFileSync(join(packageRoot(), 'docs/automations.md'), 'utf8');
const RECIPES = [...PAGE.matchAll(/^\*\*([^*]+)\.\*\*[\s\S]*?```\n(\/schedule [^\n]+)\n```/gm)].map(
  ([, name = '', line = '']) => ({ name, line }),
);

/** The hooks that the page makes in a shell; test/cli/pages.test.ts runs the lines themselves. */
const HOOKS = [
  ...PAGE.matchAll(/^coda hooks add (\w+) --to \S+ --kind (\w+) --allow-unsigned --template "([^"]+)"$/gm),
].map(([, name = '', kind = '', text = '']) => ({ name, kind, text }));
/** The line that writes what the disk's hook is sent. */
const USED = /^df .*$/m.exec(PAGE)?.[0] ?? '';

let internet: Internet;
let ci: Faulty;
let coda: Play;
let ana: PlayedPerson;
let model: ScriptedModel;
let folder: string;

const DAYS = `import sys
from datetime import date
print((date.fromisoformat(sys.argv[1]) - date.today()).days)
`;
/** The sandbox has the clock of this machine. */
const SOON = new Date(Date.now() + 10 * 86_400_000).toISOString().slice(0, 10);

beforeAll(async () => {
  internet = await Internet.open();
  ci = await Faulty.open();
  folder = mkdtempSync(join(tmpdir(), 'coda-recipes-'));
  write(folder, 'house/SKILL.md', skillText('house', {}));
  write(folder, 'house/scripts/days-until.py', DAYS);
  write(folder, 'house/backup.log', 'Thu: done\n');
  model = new ScriptedModel(() => ['must not be asked']);
  coda = await play({
    at: '2026-11-20T08:00:30Z',
    model,
    config: {
      ...(DOCKER && codeConfig()),
      'egress.i_understand_private': [{ network: '127.0.0.22/32', port: internet.port }],
      'skills.agent_skill_dirs': [folder],
      'mcp.servers': { ci: { url: ci.url } },
      // What ana writes here is not to be remembered by a model.
      'memory.auto': 'off',
    },
  });
  ana = coda.person('ana');
  await eventually(async () => !(await ana.says('/mcp')).includes('is being started'));
  const house = await coda.app.agentSkills.inquire('house');
  if (typeof house !== 'string') await coda.app.agentSkills.approve('house', house.pin.hash);
  for (const { name, kind, text } of HOOKS)
    await hooksOf(coda).add({ name, person: 'ana', kind, allow_unsigned: true, template: { text } });
});
afterAll(async () => {
  await coda[Symbol.asyncDispose]();
  await ci[Symbol.asyncDispose]();
  await internet[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

/** The recipe's own line, but for addresses, which are here. */
async function plan(name: string): Promise<string> {
  const line = RECIPES.find((each) => each.name === name)?.line ?? '';
  const here = line
    .replace(/https:\/\/[\w.-]+/, `http://127.0.0.22:${internet.port}`)
    .replace('2027-01-10', SOON)
    .replace('build_status', 'go');
  return ana.says(here);
}

const told = (title: string) => ana.heard(`“${title}”`).filter((text) => !text.includes("I'll "));
let nth = 0;
async function send(hook: string, values: object): Promise<void> {
  await hooksOf(coda).takeLocal(hook, Buffer.from(JSON.stringify({ ...values, nth: ++nth })), undefined);
  await coda.app.whenSettled();
}

const serve = (path: string, text: string, type = 'text/html') => internet.serve(path, text, type);
const shop = (price: string) => `<html><body><main><h1>A kettle</h1><p>Price: ${price}</p></main></body></html>`;
const atom = (...titles: string[]) =>
  `<feed xmlns="http://www.w3.org/2005/Atom">${titles.map((title) => `<entry><id>${title}</id><title>${title}</title></entry>`).join('')}</feed>`;
const calendar = (...events: string[][]) =>
  ['BEGIN:VCALENDAR', ...events.flatMap((lines) => ['BEGIN:VEVENT', ...lines, 'END:VEVENT']), 'END:VCALENDAR'].join(
    '\r\n',
  );
const build =
  (text: string) =>
  ({ id, response }: { id: number; response: Parameters<typeof answer>[0] }) =>
    answer(response, 200, rpc({ id, result: said(text) }));

test('there are ten recipes', () => {
  expect(HOOKS.map(({ name }) => name)).toEqual(['disk', 'washer']);
  expect(RECIPES.map(({ name }) => name)).toEqual([
    'Disk',
    'Certificate',
    'Price',
    'Washing machine',
    'Feed',
    'Birthday',
    'Backup',
    'Meeting',
    'Garbage day',
    'Build',
  ]);
});

describe('the recipe', () => {
  test('disk', async () => {
    expect(await plan('Disk')).toMatch(/No model is asked\.$/);
    execFileSync('sh', ['-c', USED], { cwd: folder });
    expect(JSON.parse(readFileSync(join(folder, 'used.json'), 'utf8'))).toEqual({ used: expect.any(Number) });
    for (const used of [80, 93, 95, 60, 60]) await send('disk', { used });
    expect(told('disk')).toEqual([expect.stringContaining('93'), expect.stringContaining('is over')]);
  });

  test.skipIf(!DOCKER)('certificate', async () => {
    expect(await plan('Certificate')).toContain(`days-until.py ${SOON}`);
    await coda.passes({ days: 3 });
    expect(told('certificate')).toEqual([expect.stringMatching(/\b(?:9|10)\b/)]);
    await ana.says('/schedules delete certificate');
  });

  test('price', async () => {
    serve('/kettle', shop('49,90 €'));
    await plan('Price');
    await coda.passes({ hours: 13 });
    serve('/kettle', shop('39,90 €'));
    await coda.passes({ hours: 13 });
    expect(told('kettle')).toEqual([expect.stringContaining('39,90')]);
  });

  test('washing machine', async () => {
    await plan('Washing machine');
    for (const power of [900, 2, 700, 1, 1, 1, 1]) await send('washer', { power });
    expect(told('washing')).toHaveLength(1);
  });

  test('feed', async () => {
    serve('/releases.atom', atom('1.0'), 'application/atom+xml');
    await plan('Feed');
    await coda.passes({ hours: 1 });
    serve('/releases.atom', atom('1.2 security fix', '1.1', '1.0'), 'application/atom+xml');
    await coda.passes({ hours: 2 });
    expect(told('releases')).toEqual([expect.stringMatching(/1\.2 security fix/)]);
    expect(told('releases').join()).not.toContain('1.1');
  });

  test('birthday', async () => {
    serve(
      '/birthdays.ics',
      calendar(['UID:b', 'SUMMARY:Bo', 'DTSTART;VALUE=DATE:19901202', 'RRULE:FREQ=YEARLY']),
      'text/calendar',
    );
    await coda.sleepsUntil(new Date('2026-11-29T22:00:00Z'));
    await plan('Birthday');
    await coda.moveTo(new Date('2026-12-01T06:00:00Z'));
    expect(told('birthdays')).toEqual([]);
    await coda.moveTo(new Date('2026-12-03T22:00:00Z'));
    expect(told('birthdays')).toEqual([expect.stringContaining('Wed 2 Dec 00:00: Bo')]);
  });

  test('backup', async () => {
    await plan('Backup');
    await coda.passes({ days: 1 });
    write(folder, 'house/backup.log', 'Fri: no space left\n');
    await coda.passes({ days: 3 });
    expect(told('backup')).toEqual([expect.stringContaining('no space left')]);
  });

  test('meeting', async () => {
    const meeting = ['UID:m', 'SUMMARY:Standup', 'DTSTART;TZID=Europe/Berlin:20261207T091500', 'RRULE:FREQ=DAILY'];
    serve('/team.ics', calendar(meeting), 'text/calendar');
    // Saturday; until Tuesday there are two on weekdays.
    await coda.sleepsUntil(new Date('2026-12-12T12:00:00Z'));
    await plan('Meeting');
    await coda.moveTo(new Date('2026-12-15T12:00:00Z'));
    expect(told('meetings')).toHaveLength(2);
    expect(told('meetings')[0]).toContain('Mon 14 Dec 09:15: Standup');
    await ana.says('/schedules delete meetings');
  });

  test('garbage day', async () => {
    serve(
      '/garbage.ics',
      calendar(['UID:g', 'SUMMARY:Paper', 'DTSTART;VALUE=DATE:20261217', 'RRULE:FREQ=WEEKLY;INTERVAL=2']),
      'text/calendar',
    );
    await plan('Garbage day');
    await coda.moveTo(new Date('2026-12-16T17:30:00Z'));
    expect(told('garbage')).toEqual([]);
    await coda.moveTo(new Date('2026-12-18T17:30:00Z'));
    expect(told('garbage')).toEqual([expect.stringContaining('Thu 17 Dec 00:00: Paper')]);
  });

  test('build', async () => {
    ci.next.push(build('passed'), build('failed: 2 tests'), build('failed: 3 tests'), build('passed'));
    await plan('Build');
    await coda.passes({ hours: 1, minutes: 10 });
    expect(told('build')).toEqual([expect.stringContaining('failed: 2 tests'), expect.stringContaining('is over')]);
    await ana.says('/schedules delete build');
  });

  test('asks no model', () => {
    expect(model.requests).toEqual([]);
  });
});

test('a month of an idle household, with a change of the clock and two restarts, asks no model and repeats nothing', async () => {
  for (const title of ['kettle', 'releases', 'backup', 'birthdays', 'garbage', 'disk', 'washing'])
    expect(await ana.says('/schedules')).toContain(title);
  await ana.says(`/schedule every day at 9 page http://127.0.0.22:${internet.port}/kettle --title daily`);
  await coda.app.stop();
  await coda.world.clock.moveTo(new Date('2027-03-12T08:00:00Z'));
  await coda.start();
  await coda.app.whenSettled();
  const before = ana.seen().length;
  for (const until of ['2027-03-22T08:00:00Z', '2027-04-01T08:00:00Z', '2027-04-12T08:00:00Z']) {
    await coda.app.stop();
    // Nothing runs for the first of these days: the latest of what was missed is made up for.
    await coda.world.clock.moveTo(new Date(coda.world.clock.now().getTime() + 3 * 86_400_000));
    await coda.start();
    await coda.app.whenSettled();
    await coda.moveTo(new Date(until));
  }
  const heard = ana
    .seen()
    .slice(before)
    .map(({ text }) => text);
  // The paper is fetched every second Thursday; nobody has a birthday, and nothing else has changed.
  expect(heard.filter((text) => !text.includes('garbage'))).toEqual([]);
  expect(heard.length).toBeGreaterThanOrEqual(1);
  expect(heard.length).toBeLessThanOrEqual(3);
  expect(model.requests).toEqual([]);
  expect(await coda.count(`schedule_runs where state in ('waiting', 'running', 'interrupted')`)).toBe(0);
  // It keeps its wall time: 9:00 in Berlin on either side of 28 March.
  const { rows } = await coda.database().read<{ at: Date }>(
    `select occurrence as at from schedule_runs r join person_schedules s on s.id = r.schedule_id
      where s.title = 'daily' and occurrence between '2027-03-27' and '2027-03-30' order by 1`,
  );
  expect(rows.map(({ at }) => at.toISOString())).toEqual([
    '2027-03-27T08:00:00.000Z',
    '2027-03-28T07:00:00.000Z',
    '2027-03-29T07:00:00.000Z',
  ]);
});
