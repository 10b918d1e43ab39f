/** Names of zones as programs write them into calendars. */
import { describe, expect, test } from 'vitest';
import { zoneNamed } from '../../../src/media/calendar/zones.ts';
import { readZoneNames, wallAt } from '../../../src/time/index.ts';

/** The zone that is meant, or one with the same clock; undefined: nobody can be sure. */
const SPELLINGS: [written: string, meant: string | undefined][] = [
  ['Europe/Berlin', 'Europe/Berlin'],
  ['europe/berlin', 'Europe/Berlin'],
  ['"America/New_York"', 'America/New_York'],
  ['America/Argentina/Buenos_Aires', 'America/Argentina/Buenos_Aires'],
  ['/freeassociation.sourceforge.net/Europe/Berlin', 'Europe/Berlin'],
  ['/mozilla.org/20050126_1/Europe/Berlin', 'Europe/Berlin'],
  ['/softwarestudio.org/Olson_20011030_5/America/New_York', 'America/New_York'],
  ['/citadel.org/20210210_1/America/Indiana/Indianapolis', 'America/Indiana/Indianapolis'],
  ['UTC', 'UTC'],
  ['GMT', 'UTC'],
  ['Etc/UTC', 'UTC'],
  ['Z', 'UTC'],
  ['tzone://Microsoft/Utc', 'UTC'],
  ['tzone://Microsoft/Custom', undefined],
  ['Customized Time Zone', undefined],
  ['W. Europe Standard Time', 'Europe/Berlin'],
  ['GMT Standard Time', 'Europe/London'],
  ['GMT Standard Time 1', 'Europe/London'],
  ['Romance Standard Time', 'Europe/Paris'],
  ['Eastern Standard Time', 'America/New_York'],
  ['Eastern Daylight Time', 'America/New_York'],
  ['India Standard Time', 'Asia/Kolkata'],
  ['Pacific Standard Time (Mexico)', 'America/Tijuana'],
  ['US Mountain Standard Time', 'America/Phoenix'],
  ['E. Australia Standard Time', 'Australia/Brisbane'],
  ['UTC-11', 'Etc/GMT+11'],
  ['(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna', 'Europe/Berlin'],
  ['(UTC+01:00) Amsterdam\\, Berlin\\, Bern\\, Rome', 'Europe/Berlin'],
  ['(GMT+01.00) Amsterdam / Berlin / Bern / Rome / Stockholm / Vienna', 'Europe/Berlin'],
  ['(UTC-05:00) Eastern Time (US & Canada)', 'America/New_York'],
  ['(UTC-08:00) Pacific Time (US & Canada)', 'America/Los_Angeles'],
  ['(UTC) Coordinated Universal Time', 'UTC'],
  ['(UTC+00:00) Dublin, Edinburgh, Lisbon, London', 'Europe/London'],
  ['(UTC+05:30) Chennai, Kolkata, Mumbai, New Delhi', 'Asia/Kolkata'],
  ['(UTC+09:00) Osaka, Sapporo, Tokyo', 'Asia/Tokyo'],
  ['(UTC+03:00) Amsterdam, Berlin', undefined],
  ['(UTC+02:00) Nowhere', undefined],
  ['Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna', 'Europe/Berlin'],
  ['Berlin, Tokyo', undefined],
  ['UTC+01:00', '+01:00'],
  ['GMT-0500', '-05:00'],
  ['+0530', '+05:30'],
  ['Etc/GMT-1', '+01:00'],
  ['US/Eastern', 'America/New_York'],
  ['Asia/Calcutta', 'Asia/Kolkata'],
  ['Central European Time', 'Europe/Berlin'],
  ['Eastern Time', 'America/New_York'],
  ['Middle Earth Standard Time', undefined],
  ['Europe/Atlantis', undefined],
  ['CST', undefined],
  ['', undefined],
  ['x'.repeat(10_000), undefined],
];

const MOMENTS = [0, 3, 6, 9].flatMap((month) => [2024, 2026].map((year) => Date.UTC(year, month, 15)));
const clockIn = (zone: string) => MOMENTS.map((at) => wallAt(at, zone) - at);

describe('a zone', () => {
  test.each(SPELLINGS)('%s', (written, meant) => {
    const zone = zoneNamed(written);
    expect(zone && clockIn(zone)).toEqual(meant && clockIn(meant));
  });

  test('of Windows is known by each of its names', () => {
    for (const [zone, names] of Object.entries(readZoneNames('windows-zones')))
      for (const name of names.split('|'))
        expect([name, `${name} Standard Time`].map((each) => String(clockIn(zoneNamed(each) ?? 'UTC')))).toContain(
          String(clockIn(zone)),
        );
  });
});
