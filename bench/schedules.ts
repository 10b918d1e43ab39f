/**
 * 10,000 scheduled scripts of 1,000 people, due within one minute, on three replicas of which one is killed:
 * `npm run bench -- schedules`, with CODA_TEST_POSTGRES. Running code is off, so that each run ends where its container would
 * begin: what is measured is coda. `--schedules N` plans fewer.
 */
import { sleep } from '../src/base/async.ts';
import { Fleet } from '../test/support/fleet/index.ts';
import { endedRuns, plantSchedules, scriptsInstead } from '../test/support/fleet/planned.ts';
import { Report } from './support/report.ts';

const COUNT = Number(process.argv[process.argv.indexOf('--schedules') + 1]) || 10_000;
const OVER_MS = 60_000;
const LONGEST_MS = 300_000;
const report = new Report();

const fleet = await Fleet.begin({ engine: 'PostgreSQL' });
const planted = await plantSchedules(fleet, { count: COUNT, people: 1_000, inMs: 10_000, overMs: OVER_MS });
await scriptsInstead(fleet, 'skill-creator/check_skill.py');
const replicas = await Promise.all([fleet.start(), fleet.start(), fleet.start()]);
for (const replica of replicas) await replica.order({ do: 'look' });
await sleep(planted.from - Date.now() + OVER_MS / 2);
replicas[0]?.kill('SIGKILL');
const until = Date.now() + LONGEST_MS;
while ((await endedRuns(fleet)).told < COUNT && Date.now() < until) await sleep(500);
const { ended = 0, twice = 0, interrupted = 0, told, twiceTold } = await endedRuns(fleet);
const times = await fleet.postgres?.sql(
  `select percentile_cont(0.5) within group (order by ms) as p50, percentile_cont(0.99) within group (order by ms) as p99
     from (select extract(epoch from ended_at - occurrence) * 1000 as ms from schedule_runs) r`,
);
const [late] = times as { p50: number; p99: number }[];
const rows: [string, string][] = [
  ['scripts that ended, of all', `${ended} of ${COUNT}`],
  ['begun twice', String(twice)],
  ['cut off by the kill, and told so', String(interrupted)],
  ['told, told twice', `${told}, ${twiceTold}`],
  ['from when one is due to when it is told, p50', `${Math.round(late?.p50 ?? 0)} ms`],
  ['p99, with the 15 s until the dead replica is found', `${Math.round(late?.p99 ?? 0)} ms`],
];
for (const [what, value] of rows) report.add(what, value);
report.print();
await fleet[Symbol.asyncDispose]();
