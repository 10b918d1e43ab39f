/**
 * Calendars as other programs write them, read by coda and by khal: `npm run bench -- calendars`, where khal is installed (on
 * Debian `apt-get install khal`). With `-- calendars --record` khal's times are written into test/media/calendar/khal.json, which
 * a test compares with coda's.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { silentLog } from '../src/base/log.ts';
import { openCalendarReader } from '../src/media/index.ts';
import { CALENDARS, spanOf, textOf, timesOf } from '../test/media/calendar/programs.ts';
import { Report } from './support/report.ts';

const RECORDED = 'test/media/calendar/khal.json';

type Said = Record<string, readonly string[]>;

/** Undefined where khal is not installed. */
function askKhal(): Said | undefined {
  const input = Object.entries(CALENDARS).map(([name, each]) => ({ name, text: textOf(each), ...spanOf(each) }));
  const { status, stdout } = spawnSync('/usr/bin/python3', ['bench/support/ask-khal.py'], {
    input: JSON.stringify(input),
    encoding: 'utf8',
  });
  if (status !== 0) return undefined;
  const lines = stdout.trim().split('\n');
  const answers = lines.map((line) => JSON.parse(line) as { name: string; times?: string[]; fault?: string });
  return Object.fromEntries(answers.map(({ name, times, fault }) => [name, times ?? [`?${fault}`]]));
}

/** One calendar a line. */
const linesOf = (times: Said): string =>
  `{\n${Object.entries(times)
    .map((each) => each.map((part) => JSON.stringify(part)).join(': '))
    .join(',\n')}\n}\n`;

const asked = askKhal();
const said = asked ?? (JSON.parse(readFileSync(RECORDED, 'utf8')) as Said);
if (asked && process.argv.includes('--record')) writeFileSync(RECORDED, linesOf(asked));

const report = new Report();
const reader = openCalendarReader(silentLog());
// Nothing else keeps this process from ending while a calendar is read.
const alive = setInterval(() => {}, 1_000);
let same = 0;
let khalWrong = 0;
let wrong = 0;
let count = 0;
for (const [name, each] of Object.entries(CALENDARS)) {
  const own = await timesOf(reader, each);
  const right = each.right ?? said[name] ?? [];
  count += right.length;
  if (own.join() !== right.join()) {
    wrong++;
    const [more, fewer] = [own.filter((time) => !right.includes(time)), right.filter((time) => !own.includes(time))];
    process.stderr.write(`${name}: told ${more.join(', ') || 'nothing more'}; missed ${fewer.join(', ') || 'none'}\n`);
  } else if (each.right) khalWrong++;
  else same++;
}
await reader.close();
clearInterval(alive);
const by = asked ? 'khal' : 'khal, as recorded';
report.add(`calendars of other programs read as ${by}`, `${same} of ${same + khalWrong + wrong}`);
report.add('right by RFC 5545 where khal is not', String(khalWrong));
report.add('calendars with a time that is wrong', String(wrong), { beside: `${count} times`, wanted: '0' });
report.print();
