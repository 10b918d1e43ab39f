import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AuditRecord } from '../../src/audit/index.ts';
import type { ListedSchedule } from '../../src/jobs/index.ts';
import * as audit from '../../src/skills/audit/texts.ts';
import { taskLine } from '../../src/skills/scheduler/texts.ts';
import type { Task } from '../../src/skills/tasks/task.ts';
import { texts as tasks } from '../../src/skills/tasks/texts.ts';
import { parseWhen, type Reader } from '../../src/time/index.ts';
import { type Play, play } from '../support/play.ts';

/** Each locale with the form of its hours: people of one household, each with another platform's profile. */
const LOCALES = [
  ['en-US', 12],
  ['en-GB', 24],
  ['de', 24],
  ['fr-FR', 24],
  ['ja', 24],
  ['ko-KR', 12],
  // English of no country is that of the zone's.
  ['en', 24],
] as const;

/** A place where times are written, how somebody gets there, and what stands there in either form. */
const PLACES: readonly (readonly [place: string, says: string, in24: string, in12: string])[] = [
  ['the echo', 'remind me tomorrow at 15:00 to call Bob', 'on Sat 21 Nov at 15:00', 'on Sat 21 Nov at 3:00 PM'],
  ['a series', 'remind me every Monday at 8:30 to stretch', 'every Monday at 08:30', 'every Monday at 8:30 AM'],
  ['the list', '/reminders', 'call Bob — Sat 21 Nov 15:00', 'call Bob — Sat 21 Nov 3:00 PM'],
  ['a snooze', '/snooze until tomorrow at 16:30\ncall Bob', 'on Sat 21 Nov at 16:30', 'on Sat 21 Nov at 4:30 PM'],
  ['an undo', 'undo', 'on Sat 21 Nov at 15:00', 'on Sat 21 Nov at 3:00 PM'],
  ['what is skipped', 'skip the stretch reminder', 'on Mon 23 Nov at 08:30', 'on Mon 23 Nov at 8:30 AM'],
  ['the clock', 'what time is it', 'It is 09:00 on', 'It is 9:00 AM on'],
  ['a zone', '/timezone Madrid', 'where it is 09:00 on', 'where it is 9:00 AM on'],
  ['a schedule', 'turn on the daily briefing', 'every day at 08:00', 'every day at 8:00 AM'],
  ['the schedules', '/schedules', 'every day at 08:00', 'every day at 8:00 AM'],
  ['the week', '/week', 'Sat 21 Nov 15:00: call Bob', 'Sat 21 Nov 3:00 PM: call Bob'],
  ['a button of the week', '/week', 'every Friday at 16:00', 'every Friday at 4:00 PM'],
  ['the notes', '/notes', '— Fri 20 Nov 09:00', '— Fri 20 Nov 9:00 AM'],
  ['quiet hours', '/quiet 22:00-07:00', 'Between 22:00 and 07:00', 'Between 10:00 PM and 7:00 AM'],
  ['quiet hours, shown', '/quiet', 'from 22:00 to 07:00', 'from 10:00 PM to 7:00 AM'],
  ['held for the morning', 'remind me at 11pm to lock up', 'Fri 20 Nov at 23:00', 'Fri 20 Nov at 11:00 PM'],
];

let coda: Play;
beforeAll(async () => {
  coda = await play({ at: '2026-11-20T08:00:00Z', config: { 'http.listen': '127.0.0.1:0' } });
  for (const [locale] of LOCALES) {
    await (await coda.hear(locale, `dm-${locale}`, '/timezone Berlin', 'owner', `first-${locale}`, locale)).settled;
    await coda.person(locale).says('note: the wifi password is on the fridge');
  }
});
afterAll(() => coda[Symbol.asyncDispose]());

describe.each(LOCALES)('a person of %s reads hours by %i', (locale, hours) => {
  test.each(PLACES)('in %s', async (_, says, in24, in12) => {
    const told = await coda.person(locale).says(says);
    const { buttons = [] } = coda.person(locale).seen().at(-1) ?? {};
    expect([told, ...buttons.map(({ label }) => label)].join('\n')).toContain(hours === 12 ? in12 : in24);
  });
});

test.each([
  ['en-US', 12],
  ['de', 24],
] as const)('what was held for the morning tells %s when it was due', async (locale, hours) => {
  await coda.moveTo(new Date('2026-11-21T06:00:00Z'));
  const [said = ''] = coda.person(locale).heard('⏰ lock up');
  expect(said).toContain(`was due on Fri 20 Nov at ${hours === 12 ? '11:00 PM' : '23:00'}`);
});

test.each([
  ['en-US', '3:00 PM'],
  ['de', '15:00'],
] as const)('Today in a browser is in the form of %s, whatever the browser is set to', async (locale, planned) => {
  const { rows } = await coda.database().read<{ id: string }>('select id from persons where locale = $1', [locale]);
  const { code } = await coda.app.sessions.link(rows[0]?.id);
  const { cookie } = await coda.app.sessions.open(code);
  const headers = { Cookie: `coda_session=${cookie}`, 'Sec-Fetch-Site': 'same-origin' };
  const today = await fetch(`${coda.app.http?.url}/v1/today`, { headers });
  expect(await today.text()).toContain(`"time":"${planned}"`);
});

const AT = new Date('2026-11-21T15:30:05Z');
const entry = {
  at: AT,
  action: 'tool.call',
  subject: 'note_save',
  status: 'ok',
  code: null,
  durationMs: 3,
  detail: {},
};
const own = { name: 'backup', enabled: true, nextAt: AT, failures: 0 };

test.each<[place: string, write: (reader: Reader) => string, in24: string, in12: string]>([
  [
    'the audit',
    (to) => audit.line(entry as AuditRecord, to, false),
    'Nov 16:30:05 note_save',
    'Nov 4:30:05 PM note_save',
  ],
  [
    'coda’s own tasks',
    (to) => taskLine(own as ListedSchedule, to),
    'next Sat 21 Nov 16:30',
    'next Sat 21 Nov 4:30:05 PM',
  ],
  ['a task', (to) => tasks.later({ title: 'party' } as Task, AT, to), 'Sat 21 Nov 16:30', 'Sat 21 Nov 4:30:05 PM'],
])('%s is told in the reader’s form', (_, write, in24, in12) => {
  const reader = (locale: string) => ({ now: new Date('2026-11-20T08:00:00Z'), zone: 'Europe/Berlin', locale });
  expect(write(reader('en-GB'))).toContain(in24);
  expect(write(reader('en-US'))).toContain(in12);
  // The form is one of a locale, whoever writes it with an underscore or a character set.
  expect(write(reader('en_US.UTF-8'))).toContain(in12);
  expect(write(reader('en-US-u-hc-h23'))).toContain(in24);
});

test('a question about two hours offers each as its person reads it', () => {
  const asked = (locale: string) => {
    const when = parseWhen('tomorrow at 17:00 or 18:30', {
      now: new Date('2026-11-20T08:00:00Z'),
      zone: 'Europe/Berlin',
      locale,
    });
    return when.kind === 'ambiguous' ? when.readings.map(({ words }) => words) : when.kind;
  };
  expect(asked('en-US')).toEqual(['Sat 21 Nov 5:00 PM (Europe/Berlin)', 'Sat 21 Nov 6:30 PM (Europe/Berlin)']);
  expect(asked('de-DE')).toEqual(['Sat 21 Nov 17:00 (Europe/Berlin)', 'Sat 21 Nov 18:30 (Europe/Berlin)']);
});
