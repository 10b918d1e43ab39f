/** Calendars as other programs write them. `khal.json` has khal's times of each: `npm run bench -- calendars`. */
import { appointmentsIn, type CalendarReader } from '../../../src/media/index.ts';
import { instantOf } from '../../../src/time/index.ts';

export interface ProgramCalendar {
  lines: readonly string[];
  /** The reader's zone; Europe/Berlin. */
  zone?: string;
  /** Days, both included; December 2026. */
  from?: string;
  to?: string;
  /** The right times where khal has others, and the reason by RFC 5545. */
  right?: readonly string[];
  because?: string;
}

type ZoneChange = readonly [from: string, to: string, start: string, rule: string];

const BERLIN = 'Europe/Berlin';
const NEW_YORK = 'America/New_York';

interface ZoneRules {
  standard: ZoneChange;
  daylight: ZoneChange;
}

const EUROPE: ZoneRules = {
  standard: ['+0200', '+0100', '19701025T030000', 'FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU'],
  daylight: ['+0100', '+0200', '19700329T020000', 'FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU'],
};
const EASTERN: ZoneRules = {
  standard: ['-0400', '-0500', '20071104T020000', 'FREQ=YEARLY;BYMONTH=11;BYDAY=1SU'],
  daylight: ['-0500', '-0400', '20070311T020000', 'FREQ=YEARLY;BYMONTH=3;BYDAY=2SU'],
};
const SYDNEY: ZoneRules = {
  standard: ['+1100', '+1000', '20080406T030000', 'FREQ=YEARLY;BYMONTH=4;BYDAY=1SU'],
  daylight: ['+1000', '+1100', '20081005T020000', 'FREQ=YEARLY;BYMONTH=10;BYDAY=1SU'],
};

function zoneLines(name: string, rules: ZoneRules, ...more: string[]): string[] {
  const change = (kind: string, [from, to, start, rule]: ZoneChange) => [
    `BEGIN:${kind}`,
    `DTSTART:${start}`,
    `TZOFFSETFROM:${from}`,
    `TZOFFSETTO:${to}`,
    `RRULE:${rule}`,
    `END:${kind}`,
  ];
  return [
    'BEGIN:VTIMEZONE',
    `TZID:${name}`,
    ...more,
    ...change('DAYLIGHT', rules.daylight),
    ...change('STANDARD', rules.standard),
    'END:VTIMEZONE',
  ];
}

/** As Outlook writes it: rules since 1601. */
const since1601 = ({ standard, daylight }: ZoneRules): ZoneRules => ({
  standard: [standard[0], standard[1], `16010101${standard[2].slice(8)}`, standard[3]],
  daylight: [daylight[0], daylight[1], `16010101${daylight[2].slice(8)}`, daylight[3]],
});

const event = (uid: string, title: string, ...lines: string[]) => [
  'BEGIN:VEVENT',
  `UID:${uid}`,
  'DTSTAMP:20260901T120000Z',
  `SUMMARY:${title}`,
  ...lines,
  'END:VEVENT',
];

const times = (start: string, end: string, zone?: string) =>
  ['DTSTART', 'DTEND'].map((name, at) => `${name}${zone === undefined ? '' : `;TZID=${zone}`}:${[start, end][at]}`);
const days = (start: string, end: string) => [`DTSTART;VALUE=DATE:${start}`, `DTEND;VALUE=DATE:${end}`];

const inBerlin = (...lines: string[]) => [...zoneLines(BERLIN, EUROPE), ...lines];
const inNewYork = (...lines: string[]) => [...zoneLines(NEW_YORK, EASTERN), ...lines];

const AUTUMN = { from: '2026-10-12', to: '2026-11-15' };
const SPRING = { from: '2027-03-01', to: '2027-04-15' };
const YEAR = { from: '2026-12-01', to: '2027-11-30' };

/** A weekly meeting of Mondays, one of which is another thing. */
const weekly = (...other: string[]) =>
  inBerlin(
    ...event('w@x', 'Standup', ...times('20261102T093000', '20261102T100000', BERLIN), 'RRULE:FREQ=WEEKLY;BYDAY=MO'),
    ...other,
  );
const instead = (day: string, ...lines: string[]) =>
  event('w@x', 'Standup (moved)', `RECURRENCE-ID;TZID=${BERLIN}:${day}T093000`, ...lines);

const ofRule = (rule: string, start = '20261102T090000', zone = BERLIN) =>
  (zone === BERLIN ? inBerlin : inNewYork)(
    ...event('r@x', 'Series', ...times(start, `${start.slice(0, 9)}235900`, zone), `RRULE:${rule}`),
  );
const ofDays = (rule: string, start: string, ...more: string[]) =>
  event('d@x', 'Day', `DTSTART;VALUE=DATE:${start}`, `RRULE:${rule}`, ...more);

export const CALENDARS: Readonly<Record<string, ProgramCalendar>> = {
  'google: one in winter': {
    lines: inBerlin(...event('1', 'Dentist', ...times('20261210T141500', '20261210T150000', BERLIN))),
  },
  'google: one in UTC': { lines: event('1', 'Call', ...times('20261210T141500Z', '20261210T150000Z')) },
  'google: one of another zone': {
    lines: inNewYork(...event('1', 'Call', ...times('20261210T200000', '20261210T210000', NEW_YORK))),
  },
  'google: a reader elsewhere': {
    lines: inBerlin(...event('1', 'Call', ...times('20261210T090000', '20261210T093000', BERLIN))),
    zone: 'Asia/Tokyo',
  },
  'a time without a zone': { lines: event('1', 'Run', ...times('20261210T063000', '20261210T073000')), zone: NEW_YORK },
  'a length instead of an end': {
    lines: inBerlin(...event('1', 'Run', `DTSTART;TZID=${BERLIN}:20261210T063000`, 'DURATION:PT1H30M')),
  },
  'neither end nor length': { lines: inBerlin(...event('1', 'Run', `DTSTART;TZID=${BERLIN}:20261210T063000`)) },
  'over midnight': {
    lines: inBerlin(...event('1', 'Night train', ...times('20261210T223000', '20261211T063000', BERLIN))),
  },

  'every week, across the change in autumn': { lines: ofRule('FREQ=WEEKLY', '20260907T090000'), ...AUTUMN },
  'every week, across the change in spring': { lines: ofRule('FREQ=WEEKLY', '20260907T090000'), ...SPRING },
  'every day, across the change in New York': { lines: ofRule('FREQ=DAILY', '20261020T193000', NEW_YORK), ...AUTUMN },
  'every week south of the line': {
    lines: [
      ...zoneLines('Australia/Sydney', SYDNEY),
      ...event('1', 'Swim', ...times('20260901T060000', '20260901T070000', 'Australia/Sydney'), 'RRULE:FREQ=WEEKLY'),
    ],
    ...SPRING,
  },
  'every week in UTC': {
    lines: event('1', 'Sync', ...times('20260907T140000Z', '20260907T150000Z'), 'RRULE:FREQ=WEEKLY'),
    ...AUTUMN,
  },
  'every day at an hour that one day has not': {
    lines: ofRule('FREQ=DAILY', '20270320T023000'),
    from: '2027-03-25',
    to: '2027-03-31',
  },
  'every day at an hour that one day has twice': {
    right: [
      '2026-10-23T00:30Z Series',
      '2026-10-24T00:30Z Series',
      '2026-10-25T00:30Z Series',
      '2026-10-26T01:30Z Series',
      '2026-10-27T01:30Z Series',
      '2026-10-28T01:30Z Series',
    ],
    because: '3.3.5: a time that occurs twice is the first of the two',
    lines: ofRule('FREQ=DAILY', '20261020T023000'),
    from: '2026-10-23',
    to: '2026-10-28',
  },
  'every day in Kolkata, without changes': {
    lines: event(
      '1',
      'Yoga',
      ...times('20261201T060000', '20261201T070000', 'Asia/Kolkata'),
      'RRULE:FREQ=DAILY;COUNT=5',
    ),
  },

  'three days a week': { lines: ofRule('FREQ=WEEKLY;BYDAY=MO,WE,FR') },
  'every other week': { lines: ofRule('FREQ=WEEKLY;INTERVAL=2;BYDAY=TU') },
  'every other week, by weeks of Sunday': {
    lines: ofRule('FREQ=WEEKLY;INTERVAL=2;WKST=SU;BYDAY=TU,SU', '20261103T090000'),
  },
  'every other week, by weeks of Monday': {
    lines: ofRule('FREQ=WEEKLY;INTERVAL=2;WKST=MO;BYDAY=TU,SU', '20261103T090000'),
  },
  'ten times': { lines: ofRule('FREQ=DAILY;COUNT=10', '20261125T090000') },
  'every third day': { lines: ofRule('FREQ=DAILY;INTERVAL=3') },
  'until a time in UTC that is its last': { lines: ofRule('FREQ=DAILY;UNTIL=20261205T080000Z', '20261130T090000') },
  'until a minute before its last': { lines: ofRule('FREQ=DAILY;UNTIL=20261205T075900Z', '20261130T090000') },
  'until a day': { lines: ofDays('FREQ=DAILY;UNTIL=20261205', '20261130') },
  'an evening until a time in UTC of the next day': {
    lines: ofRule('FREQ=DAILY;UNTIL=20261206T003000Z', '20261201T193000', NEW_YORK),
    zone: NEW_YORK,
  },
  'the second Tuesday': { lines: ofRule('FREQ=MONTHLY;BYDAY=2TU', '20261110T090000'), ...YEAR },
  'the last Friday': { lines: ofRule('FREQ=MONTHLY;BYDAY=-1FR', '20261127T160000'), ...YEAR },
  'the last day of the month': { lines: ofRule('FREQ=MONTHLY;BYMONTHDAY=-1', '20261130T160000'), ...YEAR },
  'the 31st': { lines: ofRule('FREQ=MONTHLY', '20261031T090000'), ...YEAR },
  'the first workday': { lines: ofRule('FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1', '20261102T090000'), ...YEAR },
  'the last workday but one': {
    lines: ofRule('FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2', '20261127T090000'),
    ...YEAR,
  },
  'Friday the 13th': { lines: ofRule('FREQ=MONTHLY;BYMONTHDAY=13;BYDAY=FR', '20261113T090000'), ...YEAR },
  'every third month': { lines: ofRule('FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=1', '20260901T090000'), ...YEAR },
  'the fourth Thursday of November': { lines: ofRule('FREQ=YEARLY;BYMONTH=11;BYDAY=4TH', '20251127T120000'), ...YEAR },
  'the hundredth day': { lines: ofRule('FREQ=YEARLY;BYYEARDAY=100', '20260410T090000'), ...YEAR },
  'Monday of week 20': { lines: ofRule('FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO', '20260511T090000'), ...YEAR },
  'the 29th of February': { lines: ofDays('FREQ=YEARLY', '20240229'), from: '2026-12-01', to: '2028-12-31' },
  'the last Sunday of two months': { lines: ofRule('FREQ=YEARLY;BYMONTH=3,10;BYDAY=-1SU', '20261025T090000'), ...YEAR },
  'three times a day': { lines: ofRule('FREQ=DAILY;BYHOUR=8,12,18;COUNT=20', '20261201T080000') },
  'every six hours': { lines: ofRule('FREQ=HOURLY;INTERVAL=6;COUNT=12', '20261201T080000') },

  'whole days of one': { lines: event('1', 'Holiday', ...days('20261224', '20261225')) },
  'whole days of several': { lines: event('1', 'Holiday', ...days('20261224', '20261228')) },
  'a whole day without an end': { lines: event('1', 'Holiday', 'DTSTART;VALUE=DATE:20261224') },
  'a whole day elsewhere': { lines: event('1', 'Holiday', ...days('20261224', '20261225')), zone: 'Pacific/Auckland' },
  'a birthday': { lines: ofDays('FREQ=YEARLY', '19780612'), ...YEAR },
  'bins, whole days of every other week, one left out': {
    lines: ofDays('FREQ=WEEKLY;INTERVAL=2', '20261105', 'EXDATE;VALUE=DATE:20261203'),
  },
  'a whole day that was moved': {
    lines: [
      ...ofDays('FREQ=WEEKLY;COUNT=6', '20261126'),
      ...event('d@x', 'Day', 'RECURRENCE-ID;VALUE=DATE:20261210', 'DTSTART;VALUE=DATE:20261212'),
    ],
  },

  'one left out in its zone': { lines: ofRule(`FREQ=WEEKLY\r\nEXDATE;TZID=${BERLIN}:20261214T090000`) },
  'two left out in one line': { lines: ofRule(`FREQ=WEEKLY\r\nEXDATE;TZID=${BERLIN}:20261207T090000,20261221T090000`) },
  'two left out in two lines': {
    lines: ofRule(`FREQ=WEEKLY\r\nEXDATE;TZID=${BERLIN}:20261207T090000\r\nEXDATE;TZID=${BERLIN}:20261221T090000`),
  },
  'one left out in UTC': { lines: ofRule('FREQ=WEEKLY\r\nEXDATE:20261214T080000Z') },
  'an evening left out in UTC, which is the next day': {
    lines: ofRule('FREQ=DAILY;COUNT=10\r\nEXDATE:20261205T013000Z', '20261201T203000', NEW_YORK),
    zone: NEW_YORK,
  },
  'the first one left out': {
    lines: ofRule(`FREQ=WEEKLY;COUNT=4\r\nEXDATE;TZID=${BERLIN}:20261207T090000`, '20261207T090000'),
  },
  'one left out at another hour, which is none': {
    lines: ofRule(`FREQ=WEEKLY\r\nEXDATE;TZID=${BERLIN}:20261214T100000`),
  },
  'all of a series left out': {
    lines: ofRule(`FREQ=DAILY;COUNT=2\r\nEXDATE;TZID=${BERLIN}:20261201T090000,20261202T090000`, '20261201T090000'),
  },
  'one left out in another zone of the same hour': {
    lines: [...zoneLines(NEW_YORK, EASTERN), ...ofRule(`FREQ=WEEKLY\r\nEXDATE;TZID=${NEW_YORK}:20261214T030000`)],
  },
  'days that are added': {
    lines: inBerlin(
      ...event(
        '1',
        'Course',
        ...times('20261201T180000', '20261201T193000', BERLIN),
        `RDATE;TZID=${BERLIN}:20261203T180000,20261208T190000`,
      ),
    ),
  },
  'a day that is added to a rule': {
    lines: ofRule(`FREQ=WEEKLY;COUNT=3\r\nRDATE;TZID=${BERLIN}:20261210T170000`, '20261201T090000'),
  },
  'a whole day that is added': { lines: ofDays('FREQ=MONTHLY;COUNT=2', '20261205', 'RDATE;VALUE=DATE:20261219') },
  'a day that is added in UTC': { lines: ofRule('FREQ=WEEKLY;COUNT=2\r\nRDATE:20261216T160000Z', '20261201T090000') },

  'one moved to the evening': {
    lines: weekly(...instead('20261214', ...times('20261214T180000', '20261214T183000', BERLIN))),
  },
  'one moved to another day': {
    lines: weekly(...instead('20261214', ...times('20261216T093000', '20261216T100000', BERLIN))),
  },
  'one moved from a month before': {
    lines: weekly(...instead('20261109', ...times('20261209T093000', '20261209T100000', BERLIN))),
  },
  'one moved out of the month': {
    lines: weekly(...instead('20261214', ...times('20270120T093000', '20270120T100000', BERLIN))),
  },
  'one cancelled': {
    lines: weekly(...instead('20261214', ...times('20261214T093000', '20261214T100000', BERLIN), 'STATUS:CANCELLED')),
  },
  'one moved, one cancelled, one left out': {
    lines: [
      ...weekly(
        ...instead('20261207', ...times('20261208T093000', '20261208T100000', BERLIN)),
        ...instead('20261214', ...times('20261214T093000', '20261214T100000', BERLIN), 'STATUS:CANCELLED'),
      ).map((line) =>
        line.startsWith('RRULE') && line.includes('BYDAY=MO')
          ? `${line}\r\nEXDATE;TZID=${BERLIN}:20261221T093000`
          : line,
      ),
    ],
  },
  'one moved, named in UTC': {
    lines: weekly(
      ...event(
        'w@x',
        'Standup (moved)',
        'RECURRENCE-ID:20261214T083000Z',
        ...times('20261214T140000Z', '20261214T143000Z'),
      ),
    ),
  },
  'one with another title at its own time': {
    lines: weekly(
      ...event(
        'w@x',
        'Standup with Bo',
        `RECURRENCE-ID;TZID=${BERLIN}:20261214T093000`,
        ...times('20261214T093000', '20261214T100000', BERLIN),
      ),
    ),
  },
  'all from one on, an hour later': {
    lines: weekly(
      ...event(
        'w@x',
        'Standup (later)',
        `RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=${BERLIN}:20261214T093000`,
        ...times('20261214T103000', '20261214T110000', BERLIN),
      ),
    ),
  },
  'a series that ended and one that goes on (this and following, as Google splits it)': {
    lines: inBerlin(
      ...event(
        'a@x',
        'Choir',
        ...times('20261103T190000', '20261103T203000', BERLIN),
        'RRULE:FREQ=WEEKLY;UNTIL=20261214T225959Z;BYDAY=TU',
      ),
      ...event(
        'a_R20261215@x',
        'Choir',
        ...times('20261215T200000', '20261215T213000', BERLIN),
        'RRULE:FREQ=WEEKLY;BYDAY=TU',
      ),
    ),
  },
  'a cancelled single one': {
    lines: event('1', 'Picnic', ...times('20261210T141500Z', '20261210T150000Z'), 'STATUS:CANCELLED'),
  },
  'a cancelled series': {
    lines: inBerlin(
      ...event(
        '1',
        'Picnic',
        ...times('20261210T141500', '20261210T150000', BERLIN),
        'RRULE:FREQ=DAILY;COUNT=3',
        'STATUS:CANCELLED',
      ),
    ),
  },
  'a tentative one': {
    lines: event('1', 'Picnic', ...times('20261210T141500Z', '20261210T150000Z'), 'STATUS:TENTATIVE'),
  },
  'the change comes before its series': {
    lines: [
      ...zoneLines(BERLIN, EUROPE),
      ...instead('20261214', ...times('20261214T180000', '20261214T183000', BERLIN)),
      ...weekly().slice(zoneLines(BERLIN, EUROPE).length),
    ],
  },

  'outlook: a zone of Windows with its rules': {
    lines: [
      ...zoneLines('W. Europe Standard Time', since1601(EUROPE)),
      ...event(
        '1',
        'Review',
        ...times('20261012T100000', '20261012T110000', 'W. Europe Standard Time'),
        'RRULE:FREQ=WEEKLY;BYDAY=MO',
      ),
    ],
    ...AUTUMN,
  },
  'outlook: a zone of Windows in America': {
    lines: [
      ...zoneLines('Eastern Standard Time', since1601(EASTERN)),
      ...event(
        '1',
        'Review',
        ...times('20261012T160000', '20261012T170000', 'Eastern Standard Time'),
        'RRULE:FREQ=WEEKLY;BYDAY=MO',
      ),
    ],
    ...AUTUMN,
  },
  'outlook: a zone of its own': {
    lines: [
      ...zoneLines('Customized Time Zone', since1601(EUROPE)),
      ...event(
        '1',
        'Review',
        ...times('20261012T100000', '20261012T110000', 'Customized Time Zone'),
        'RRULE:FREQ=WEEKLY;BYDAY=MO',
      ),
    ],
    ...AUTUMN,
  },
  'exchange: a zone in words, in quotation marks': {
    lines: [
      ...zoneLines('(UTC+01:00) Amsterdam\\, Berlin\\, Bern\\, Rome', since1601(EUROPE)),
      ...event(
        '1',
        'Review',
        ...times('20261210T100000', '20261210T110000', '"(UTC+01:00) Amsterdam, Berlin, Bern, Rome"'),
      ),
    ],
  },
  'exchange: tzone://Microsoft/Custom': {
    lines: [
      ...zoneLines('tzone://Microsoft/Custom', since1601(EASTERN)),
      ...event(
        '1',
        'Review',
        ...times('20261012T100000', '20261012T110000', '"tzone://Microsoft/Custom"'),
        'RRULE:FREQ=WEEKLY;BYDAY=MO',
      ),
    ],
    ...AUTUMN,
  },
  'exchange: a series with one moved, in a zone of Windows': {
    lines: [
      ...zoneLines('W. Europe Standard Time', since1601(EUROPE)),
      ...event(
        'e',
        'Review',
        ...times('20261130T100000', '20261130T110000', 'W. Europe Standard Time'),
        'RRULE:FREQ=WEEKLY;COUNT=4',
        'EXDATE;TZID=W. Europe Standard Time:20261207T100000',
      ),
      ...event(
        'e',
        'Review',
        'RECURRENCE-ID;TZID=W. Europe Standard Time:20261214T100000',
        ...times('20261215T140000', '20261215T150000', 'W. Europe Standard Time'),
      ),
    ],
  },
  'evolution: a zone behind its path': {
    lines: [
      ...zoneLines('/freeassociation.sourceforge.net/Europe/Berlin', EUROPE, 'X-LIC-LOCATION:Europe/Berlin'),
      ...event(
        '1',
        'Review',
        ...times('20261012T100000', '20261012T110000', '/freeassociation.sourceforge.net/Europe/Berlin'),
        'RRULE:FREQ=WEEKLY',
      ),
    ],
    ...AUTUMN,
  },
  'apple: alarms, a place over lines, attendees': {
    lines: inBerlin(
      ...event(
        '1',
        'Theatre',
        ...times('20261212T193000', '20261212T220000', BERLIN),
        'LOCATION:Schaubühne\\nKurfürstendamm 153\\, 10709 Berlin',
        'X-APPLE-STRUCTURED-LOCATION;VALUE=URI;X-ADDRESS="Kurfürstendamm 153, 1070',
        ' 9 Berlin";X-APPLE-RADIUS=70;X-TITLE=Schaubühne:geo:52.498,13.303',
        'ATTENDEE;CN="Bo; Holm";PARTSTAT=ACCEPTED:mailto:bo@example.org',
        'BEGIN:VALARM',
        'ACTION:DISPLAY',
        'DESCRIPTION:Reminder',
        'SUMMARY:Alarm',
        'TRIGGER:-PT1H',
        'END:VALARM',
      ),
    ),
  },
  'a zone with dates of change instead of rules': {
    lines: [
      'BEGIN:VTIMEZONE',
      'TZID:Ours',
      'BEGIN:DAYLIGHT',
      'DTSTART:20260329T020000',
      'TZOFFSETFROM:+0100',
      'TZOFFSETTO:+0200',
      'RDATE:20260329T020000,20270328T020000',
      'END:DAYLIGHT',
      'BEGIN:STANDARD',
      'DTSTART:20251026T030000',
      'TZOFFSETFROM:+0200',
      'TZOFFSETTO:+0100',
      'RDATE:20251026T030000,20261025T030000,20271031T030000',
      'END:STANDARD',
      'END:VTIMEZONE',
      ...event('1', 'Review', ...times('20261012T100000', '20261012T110000', 'Ours'), 'RRULE:FREQ=WEEKLY'),
    ],
    ...AUTUMN,
  },
  'tasks beside appointments': {
    lines: [
      'BEGIN:VTODO',
      'UID:t',
      'DTSTAMP:20260901T120000Z',
      'SUMMARY:Taxes',
      'DUE:20261210T120000Z',
      'END:VTODO',
      ...event('1', 'Call', ...times('20261211T120000Z', '20261211T130000Z')),
    ],
  },

  'google: the zone of the calendar, for a time without one': {
    right: ['2026-12-10T11:30Z Run'],
    because: '3.3.5 leaves a time without a zone to its reader, and this property says where the calendar is kept',
    lines: ['X-WR-TIMEZONE:America/New_York', ...event('1', 'Run', ...times('20261210T063000', '20261210T073000'))],
  },
  'outlook: a zone of Windows without its rules': {
    lines: event('1', 'Review', ...times('20261210T100000', '20261210T110000', 'W. Europe Standard Time')),
    zone: 'UTC',
  },
  'teams: a changed one without its series': {
    lines: inBerlin(
      ...event(
        't',
        'Review',
        `RECURRENCE-ID;TZID=${BERLIN}:20261214T093000`,
        ...times('20261215T093000', '20261215T100000', BERLIN),
      ),
    ),
  },
  'a newer version beside the old one': {
    right: ['2026-12-16T08:30Z Review'],
    because: '3.8.7.4: of one UID the highest SEQUENCE holds',
    lines: inBerlin(
      ...event('v', 'Review', ...times('20261214T093000', '20261214T100000', BERLIN), 'SEQUENCE:0'),
      ...event('v', 'Review', ...times('20261216T093000', '20261216T100000', BERLIN), 'SEQUENCE:2'),
    ),
  },
  'times, and a day that is left out': {
    right: ['2026-12-01T08:00Z Series', '2026-12-02T08:00Z Series', '2026-12-04T08:00Z Series'],
    because: '3.8.5.1 allows a DATE; khal drops the whole series',
    lines: ofRule('FREQ=DAILY;COUNT=4\r\nEXDATE;VALUE=DATE:20261203', '20261201T090000'),
  },
  'a day called one with a time behind it': {
    right: ['2026-12-12 Fair'],
    because: '3.3.4: the declared type is a DATE',
    lines: event('1', 'Fair', 'DTSTART;VALUE=DATE:20261212T000000'),
  },
  'two rules of one appointment': {
    right: [
      '2026-12-04T08:00Z Series',
      '2026-12-07T08:00Z Series',
      '2026-12-11T08:00Z Series',
      '2026-12-14T08:00Z Series',
      '2026-12-18T08:00Z Series',
    ],
    because: '3.8.5.3: a second rule should not be there, and its times count; khal drops the whole series',
    lines: ofRule('FREQ=WEEKLY;BYDAY=MO;COUNT=3\r\nRRULE:FREQ=WEEKLY;BYDAY=FR;COUNT=3', '20261130T090000'),
  },
  'a series that begins on a day its rule has not': {
    lines: ofRule('FREQ=WEEKLY;BYDAY=WE,FR;COUNT=5', '20261201T090000'),
  },
  'a message that calls it off': {
    right: [],
    because: '3.7.2 and RFC 5546, 3.2.5: METHOD CANCEL takes the appointment away',
    lines: ['METHOD:CANCEL', ...event('1', 'Fair', ...times('20261210T063000Z', '20261210T073000Z'))],
  },
  'a period that is added': {
    right: ['2026-12-01T08:00Z Series', '2026-12-08T08:00Z Series', '2026-12-10T10:00Z Series'],
    because: '3.8.5.2: a PERIOD adds its beginning; khal drops the whole series',
    lines: ofRule('FREQ=WEEKLY;COUNT=2\r\nRDATE;VALUE=PERIOD:20261210T100000Z/PT1H', '20261201T090000'),
  },
  'one moved in a series of New York, across its change, read in Berlin': {
    lines: inNewYork(
      ...event('n', 'Board', ...times('20261007T170000', '20261007T180000', NEW_YORK), 'RRULE:FREQ=WEEKLY;BYDAY=WE'),
      ...event(
        'n',
        'Board',
        `RECURRENCE-ID;TZID=${NEW_YORK}:20261028T170000`,
        ...times('20261029T170000', '20261029T180000', NEW_YORK),
      ),
    ),
    ...AUTUMN,
  },
  'every fourth year': {
    lines: ofRule('FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8', '20241105T090000'),
    from: '2026-12-01',
    to: '2028-12-31',
  },
  'half an hour from UTC, with a change of half an hour': {
    lines: event(
      '1',
      'Surf',
      ...times('20260901T060000', '20260901T070000', 'Australia/Lord_Howe'),
      'RRULE:FREQ=WEEKLY',
    ),
    ...SPRING,
  },
};

export const spanOf = ({ zone = BERLIN, from = '2026-12-01', to = '2026-12-31' }: ProgramCalendar) => ({
  zone,
  from,
  to,
});

export const textOf = ({ lines }: ProgramCalendar): string =>
  ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//other//EN', ...lines, 'END:VCALENDAR', ''].join('\r\n');

/** The times that coda tells: `2026-12-10T13:15Z Dentist`, or a day; `?` before what it cannot tell. */
export async function timesOf(reader: CalendarReader, calendar: ProgramCalendar): Promise<string[]> {
  const { zone, from, to } = spanOf(calendar);
  const read = await reader.read(Buffer.from(textOf(calendar)), new AbortController().signal);
  if (typeof read === 'string') return [`?${read}`];
  const midnight = (day: string, more = 0) => instantOf(Date.parse(day) + more, zone);
  const span = { zone, from: new Date(midnight(from) - 1), to: new Date(midnight(to, 86_400_000)) };
  const { coming, unread } = await appointmentsIn(read, span);
  return [
    ...coming.map(
      ({ at, local, title }) => `${local.includes('T') ? `${at.toISOString().slice(0, 16)}Z` : local} ${title}`,
    ),
    ...unread.map(({ why, title }) => `?${why} ${title}`),
  ].sort();
}
