import pg from 'pg';
import { expect, test } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { play } from '../../support/play.ts';
import { POSTGRES_URL } from '../../support/postgres.ts';

test.skipIf(!POSTGRES_URL)('a reminder that speaks while it is renamed does not speak again', async () => {
  let direct = '';
  const url = async (of: string) => {
    direct = of;
    return of;
  };
  await using coda = await play({ engine: 'PostgreSQL', url });
  const ana = coda.person('ana');
  await ana.says('remind me to call Bob in 5 minutes');
  // As another process does that is in the middle of saying it.
  const other = new pg.Client({ connectionString: direct });
  await other.connect();
  await other.query('begin; update reminders set planned_at = null, firing = firing + 1');
  const renamed = ana.says('rename the call Bob reminder to phone Bob');
  await eventually(async () => {
    const { rows } = await other.query(
      `select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`,
    );
    return rows.length > 0;
  });
  await other.query('commit');
  await other.end();
  expect(await renamed).toContain('phone Bob');
  const { rows } = await coda.database().read('select text, planned_at from reminders');
  expect(rows).toEqual([{ text: 'phone Bob', planned_at: null }]);
});

test('what quiet hours hold is said when they are switched off, and held on when they are made longer', async () => {
  await using coda = await play({ at: '2026-11-20T20:00:00Z', config: { 'reminders.catch_up': 'skip' } });
  const ana = coda.person('ana');
  await ana.says('/quiet 22:00-07:00');
  await ana.says('remind me to call Bob at 22:30');
  await coda.passes({ hours: 3 });
  await ana.says('/quiet 21:00-09:00');
  await coda.passes({ hours: 8, minutes: 30 });
  expect(ana.heard('⏰')).toEqual([]);
  await ana.says('/quiet off');
  await coda.passes({ minutes: 1 });
  expect(ana.heard('⏰')).toEqual(['⏰ call Bob\n(was due on Fri 20 Nov at 22:30)']);
});
