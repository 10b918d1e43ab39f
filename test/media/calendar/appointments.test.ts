/** Calendars of many programs, and the instants of their appointments. */
import { afterAll, describe, expect, test } from 'vitest';
import { silentLog } from '../../../src/base/log.ts';
import { appointmentsIn, openCalendarReader } from '../../../src/media/index.ts';

const reader = openCalendarReader(silentLog());
afterAll(() => reader.close());

const HEAD = ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//test//EN'];
const event = (...lines: string[]) => ['BEGIN:VEVENT', 'UID:1', ...lines, 'END:VEVENT'];
const berlin = (at: string) => `DTSTART;TZID=Europe/Berlin:${at}`;

/** Central Europe as its rules say it, under a name that nobody knows. */
const OWN = (name: string, first = '16010101') => [
  'BEGIN:VTIMEZONE',
  `TZID:${name}`,
  'BEGIN:STANDARD',
  `DTSTART:${first}T030000`,
  'TZOFFSETFROM:+0200',
  'TZOFFSETTO:+0100',
  'RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10',
  'END:STANDARD',
  'BEGIN:DAYLIGHT',
  `DTSTART:${first}T020000`,
  'TZOFFSETFROM:+0100',
  'TZOFFSETTO:+0200',
  'RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3',
  'END:DAYLIGHT',
  'END:VTIMEZONE',
];

interface Case {
  lines: string[];
  /** `MM-DDTHH:MM` in UTC, and its title where it is not `x`; `?` before what cannot be read. */
  at: string[];
  from?: string;
  to?: string;
  zone?: string;
}

const CASES: Record<string, Case> = {
  'a single one in a zone, in winter': { lines: event(berlin('20261210T140000')), at: ['12-10T13:00'] },
  'in summer': { lines: event(berlin('20260710T140000')), at: ['07-10T12:00'], from: '2026-07-01', to: '2026-08-01' },
  'in UTC': { lines: event('DTSTART:20261210T140000Z'), at: ['12-10T14:00'] },
  'without a zone, by the reader’s': { lines: event('DTSTART:20261210T140000'), at: ['12-10T13:00'] },
  'without a zone, by X-WR-TIMEZONE': {
    lines: ['X-WR-TIMEZONE:America/New_York', ...event('DTSTART:20261210T140000')],
    at: ['12-10T19:00'],
  },
  'in UTC, whatever X-WR-TIMEZONE says': {
    lines: ['X-WR-TIMEZONE:America/New_York', ...event('DTSTART:20261210T140000Z')],
    at: ['12-10T14:00'],
  },
  'X-WR-TIMEZONE that nobody knows': {
    lines: ['X-WR-TIMEZONE:Middle Earth', ...event('DTSTART:20261210T140000')],
    at: ['?zone Middle Earth'],
  },
  'a zone of Windows': {
    lines: event('DTSTART;TZID=W. Europe Standard Time:20261211T140000'),
    at: ['12-11T13:00'],
  },
  'a zone of Exchange, in quotation marks': {
    lines: event('DTSTART;TZID="(UTC+01:00) Amsterdam, Berlin, Bern, Rome":20261210T140000'),
    at: ['12-10T13:00'],
  },
  'a zone of Exchange without them': {
    lines: event('DTSTART;TZID=(UTC-05:00) Eastern Time (US & Canada):20261210T140000'),
    at: ['12-10T19:00'],
  },
  'a zone in quotation marks': { lines: event('DTSTART;TZID="America/New_York":20261212T090000'), at: ['12-12T14:00'] },
  'a zone that the calendar has made itself': {
    lines: [...OWN('Customized Time Zone'), ...event('DTSTART;TZID=Customized Time Zone:20261210T140000')],
    at: ['12-10T13:00'],
  },
  'one of 1916, behind its appointments, in summer': {
    lines: [...event('DTSTART;TZID=Ours:20260710T140000'), ...OWN('Ours', '19160430')],
    at: ['07-10T12:00'],
    from: '2026-07-01',
    to: '2026-08-01',
  },
  'a series across the change of its own clock': {
    lines: [...OWN('Ours'), ...event('DTSTART;TZID=Ours:20261001T180000', 'RRULE:FREQ=WEEKLY')],
    at: ['10-22T16:00', '10-29T17:00', '11-05T17:00'],
    from: '2026-10-20',
    to: '2026-11-10',
  },
  'a zone of its own that is named beside it': {
    lines: [
      'BEGIN:VTIMEZONE',
      'TZID:tz1',
      'X-LIC-LOCATION:Asia/Tokyo',
      'END:VTIMEZONE',
      ...event('DTSTART;TZID=tz1:20261210T140000'),
    ],
    at: ['12-10T05:00'],
  },
  'a zone with an old rule and a new one': {
    lines: [
      'BEGIN:VTIMEZONE',
      'TZID:Ours',
      'BEGIN:STANDARD',
      'DTSTART:19900101T000000',
      'TZOFFSETFROM:+0300',
      'TZOFFSETTO:+0200',
      'RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU;UNTIL=20101031T010000Z',
      'END:STANDARD',
      'BEGIN:STANDARD',
      'DTSTART:20160327T030000',
      'TZOFFSETFROM:+0200',
      'TZOFFSETTO:+0300',
      'END:STANDARD',
      'END:VTIMEZONE',
      ...event('DTSTART;TZID=Ours:20261210T140000'),
    ],
    at: ['12-10T11:00'],
  },
  'a zone that nobody knows': {
    lines: event('DTSTART;TZID=Middle Earth Time:20261210T140000'),
    at: ['?zone Middle Earth Time'],
  },
  'a zone that nobody knows, long ago': { lines: event('DTSTART;TZID=Middle Earth Time:20201210T140000'), at: [] },
  'a day that there is not': { lines: event(berlin('20261310T140000')), at: ['?time 20261310T140000'] },
  'nothing that says when': { lines: event('SUMMARY:x'), at: ['?time '] },
  'every week, across the change of the clock': {
    lines: event(berlin('20260302T183000'), 'RRULE:FREQ=WEEKLY;BYDAY=MO,WE'),
    at: ['10-21T16:30', '10-26T17:30', '10-28T17:30'],
    from: '2026-10-20',
    to: '2026-10-30',
  },
  'a series in UTC does not follow the clock': {
    lines: event('DTSTART:20261001T163000Z', 'RRULE:FREQ=WEEKLY'),
    at: ['10-22T16:30', '10-29T16:30'],
    from: '2026-10-20',
    to: '2026-11-01',
  },
  'a count that is used up': {
    lines: event(berlin('20261201T090000'), 'RRULE:FREQ=DAILY;COUNT=3'),
    at: ['12-01T08:00', '12-02T08:00', '12-03T08:00'],
  },
  'until a time in UTC, which is its last': {
    lines: event(berlin('20261201T090000'), 'RRULE:FREQ=DAILY;UNTIL=20261203T080000Z'),
    at: ['12-01T08:00', '12-02T08:00', '12-03T08:00'],
  },
  'until a time on the wall': {
    lines: event(berlin('20261201T090000'), 'RRULE:FREQ=DAILY;UNTIL=20261202T090000'),
    at: ['12-01T08:00', '12-02T08:00'],
  },
  'until a day': {
    lines: event(berlin('20261201T190000'), 'RRULE:FREQ=DAILY;UNTIL=20261202'),
    at: ['12-01T18:00', '12-02T18:00'],
  },
  'an evening left out in UTC': {
    lines: event(
      'DTSTART;TZID=America/New_York:20261201T203000',
      'RRULE:FREQ=DAILY;COUNT=3',
      'EXDATE:20261203T013000Z',
    ),
    at: ['12-02T01:30', '12-04T01:30'],
  },
  'days left out, in one line and in two': {
    lines: event(
      berlin('20261201T090000'),
      'RRULE:FREQ=DAILY;COUNT=5',
      'EXDATE;TZID=Europe/Berlin:20261202T090000,20261203T090000',
      'EXDATE;TZID=Europe/Berlin:20261205T090000',
    ),
    at: ['12-01T08:00', '12-04T08:00'],
  },
  'a day left out of times': {
    lines: event(berlin('20261201T090000'), 'RRULE:FREQ=DAILY;COUNT=3', 'EXDATE;VALUE=DATE:20261202'),
    at: ['12-01T08:00', '12-03T08:00'],
  },
  'a time left out of days': {
    lines: event('DTSTART;VALUE=DATE:20261201', 'RRULE:FREQ=DAILY;COUNT=3', 'EXDATE:20261202T000000'),
    at: ['11-30T23:00', '12-02T23:00'],
  },
  'left out without its zone': {
    lines: event(berlin('20261201T090000'), 'RRULE:FREQ=DAILY;COUNT=2', 'EXDATE:20261201T090000'),
    at: ['12-02T08:00'],
  },
  'left out at another time of the day, which is none of it': {
    lines: event(berlin('20261201T090000'), 'RRULE:FREQ=DAILY;COUNT=1', 'EXDATE;TZID=Europe/Berlin:20261201T100000'),
    at: ['12-01T08:00'],
  },
  'left out by a rule': {
    lines: event(berlin('20261201T090000'), 'RRULE:FREQ=DAILY;COUNT=4', 'EXRULE:FREQ=DAILY;INTERVAL=2'),
    at: ['12-02T08:00', '12-04T08:00'],
  },
  'days that are added': {
    lines: event(
      berlin('20261201T090000'),
      'RDATE;TZID=Europe/Berlin:20261205T110000,20261207T120000',
      'RDATE;VALUE=PERIOD:20261209T100000Z/PT1H',
    ),
    at: ['12-01T08:00', '12-05T10:00', '12-07T11:00', '12-09T10:00'],
  },
  'one that is added to a rule, and one that the rule has': {
    lines: event(
      berlin('20261201T090000'),
      'RRULE:FREQ=WEEKLY;COUNT=2',
      'RDATE;TZID=Europe/Berlin:20261203T090000,20261208T090000',
    ),
    at: ['12-01T08:00', '12-03T08:00', '12-08T08:00'],
  },
  'one that was moved': {
    lines: [
      ...event(berlin('20261201T090000'), 'RRULE:FREQ=DAILY;COUNT=3'),
      ...event('RECURRENCE-ID;TZID=Europe/Berlin:20261202T090000', berlin('20261202T150000'), 'SUMMARY:later'),
    ],
    at: ['12-01T08:00', '12-02T14:00 later', '12-03T08:00'],
  },
  'one that was moved, before its series, by a time in UTC': {
    lines: [
      ...event('RECURRENCE-ID:20261202T080000Z', berlin('20261204T150000'), 'SUMMARY:later'),
      ...event(berlin('20261201T090000'), 'RRULE:FREQ=DAILY;COUNT=3'),
    ],
    at: ['12-01T08:00', '12-03T08:00', '12-04T14:00 later'],
  },
  'one that was called off': {
    lines: [
      ...event(berlin('20261201T090000'), 'RRULE:FREQ=DAILY;COUNT=3'),
      ...event('RECURRENCE-ID;TZID=Europe/Berlin:20261202T090000', berlin('20261202T090000'), 'STATUS:CANCELLED'),
    ],
    at: ['12-01T08:00', '12-03T08:00'],
  },
  'one that was moved twice': {
    lines: [
      ...event(berlin('20261201T090000'), 'RRULE:FREQ=DAILY;COUNT=2'),
      ...event('RECURRENCE-ID;TZID=Europe/Berlin:20261202T090000', berlin('20261202T170000'), 'SEQUENCE:2'),
      ...event('RECURRENCE-ID;TZID=Europe/Berlin:20261202T090000', berlin('20261202T150000'), 'SEQUENCE:1'),
    ],
    at: ['12-01T08:00', '12-02T16:00'],
  },
  'one that was moved into another month': {
    lines: [
      ...event(berlin('20261001T090000'), 'RRULE:FREQ=MONTHLY;COUNT=2'),
      ...event('RECURRENCE-ID;TZID=Europe/Berlin:20261101T090000', berlin('20261205T090000')),
    ],
    at: ['12-05T08:00'],
  },
  'all of them from one on': {
    lines: [
      ...event(berlin('20261201T090000'), 'RRULE:FREQ=DAILY;COUNT=4'),
      ...event('RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Berlin:20261203T090000', berlin('20261203T110000')),
    ],
    at: ['12-01T08:00', '12-02T08:00', '12-03T10:00', '12-04T10:00'],
  },
  'a changed one whose series was not sent': {
    lines: event('RECURRENCE-ID;TZID=Europe/Berlin:20261202T090000', berlin('20261202T150000')),
    at: ['12-02T14:00'],
  },
  'a series that was called off': {
    lines: event(berlin('20261201T090000'), 'RRULE:FREQ=DAILY', 'STATUS:CANCELLED'),
    at: [],
  },
  'a message that calls it off': { lines: ['METHOD:CANCEL', ...event(berlin('20261201T090000'))], at: [] },
  'a newer version of it': {
    lines: [
      ...event(berlin('20261201T090000'), 'SEQUENCE:1'),
      ...event(berlin('20261201T110000'), 'SEQUENCE:3'),
      ...event(berlin('20261201T100000'), 'SEQUENCE:2'),
    ],
    at: ['12-01T10:00'],
  },
  'several of one UID': {
    lines: [...event(berlin('20261201T090000')), ...event(berlin('20261203T090000'))],
    at: ['12-01T08:00', '12-03T08:00'],
  },
  'a whole day': { lines: event('DTSTART;VALUE=DATE:20261224', 'DTEND;VALUE=DATE:20261227'), at: ['12-23T23:00'] },
  'a whole day with a time beside it': { lines: event('DTSTART;VALUE=DATE:20261224T000000'), at: ['12-23T23:00'] },
  'a whole day that is not called one': { lines: event('DTSTART:20261224'), at: ['12-23T23:00'] },
  'a birthday': {
    lines: event('DTSTART;VALUE=DATE:19901202', 'RRULE:FREQ=YEARLY'),
    at: ['12-01T23:00'],
  },
  'the last Friday of the month': {
    lines: event(berlin('20260130T160000'), 'RRULE:FREQ=MONTHLY;BYDAY=-1FR'),
    at: ['12-25T15:00'],
  },
  'the first workday of the month': {
    lines: event(berlin('20260101T080000'), 'RRULE:FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1'),
    at: ['12-01T07:00'],
  },
  'every other week by weeks that begin on Sunday': {
    lines: event(berlin('20261201T090000'), 'RRULE:FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU'),
    at: ['12-01T08:00', '12-13T08:00', '12-15T08:00', '12-27T08:00'],
  },
  'the 31st of months that have one': {
    lines: event(berlin('20260131T090000'), 'RRULE:FREQ=MONTHLY'),
    at: ['12-31T08:00'],
    to: '2027-01-15',
  },
  'three times a day': {
    lines: event(berlin('20261201T080000'), 'RRULE:FREQ=DAILY;COUNT=4;BYHOUR=8,12,18'),
    at: ['12-01T07:00', '12-01T11:00', '12-01T17:00', '12-02T07:00'],
  },
  'every six hours': {
    lines: event(berlin('20261201T080000'), 'RRULE:FREQ=HOURLY;INTERVAL=6;COUNT=3'),
    at: ['12-01T07:00', '12-01T13:00', '12-01T19:00'],
  },
  'a rule that nobody can read': {
    lines: event(berlin('20261201T080000'), 'RRULE:FREQ=SOMETIMES'),
    at: ['?rule FREQ=SOMETIMES'],
  },
  'an hour that there is not, when the clock is set': {
    lines: event(berlin('20270328T023000')),
    at: ['03-28T01:30'],
    from: '2027-03-27',
    to: '2027-03-29',
  },
  'an hour that comes twice': {
    lines: event(berlin('20261025T023000')),
    at: ['10-25T00:30'],
    from: '2026-10-24',
    to: '2026-10-26',
  },
  'an alarm that has a title of its own': {
    lines: event(
      berlin('20261210T140000'),
      'SUMMARY:Board',
      'BEGIN:VALARM',
      'ACTION:DISPLAY',
      'SUMMARY:Alarm',
      'TRIGGER:-PT15M',
      'DESCRIPTION:Reminder',
      'END:VALARM',
    ),
    at: ['12-10T13:00 Board'],
  },
  'ALTREP with colons and semicolons, and lines that are folded': {
    lines: event(
      berlin('20261210T140000'),
      'DESCRIPTION;ALTREP="data:text/html,<p>a;b:c</p>":words',
      'SUMMARY;ALTREP="http://a.example:80/x;y";LANGUAGE=de:Vor',
      ' stand\\, groß',
    ),
    at: ['12-10T13:00 Vorstand, groß'],
  },
  'a line that is none, and one without a colon': {
    lines: event('this is no line', 'X-ODD;=;:', berlin('20261210T140000'), 'SUMMARY'),
    at: ['12-10T13:00'],
  },
  'small letters': {
    lines: ['begin:vevent', 'uid:9', 'dtstart;tzid=europe/berlin:20261210t140000', 'summary:x', 'end:vevent'],
    at: ['12-10T13:00'],
  },
  'one that is not ended before the next': {
    lines: ['BEGIN:VEVENT', 'UID:7', berlin('20261209T140000'), ...event(berlin('20261210T140000'))],
    at: ['12-09T13:00', '12-10T13:00'],
  },
  'tasks and notes beside it': {
    lines: [
      'BEGIN:VTODO',
      'UID:t',
      'DUE:20261210T140000Z',
      'END:VTODO',
      'BEGIN:VJOURNAL',
      'DTSTART:20261210T140000Z',
      'END:VJOURNAL',
      ...event(berlin('20261211T140000')),
    ],
    at: ['12-11T13:00'],
  },
  'for a reader elsewhere a day begins there': {
    lines: event('DTSTART;VALUE=DATE:20261224'),
    at: ['12-24T05:00'],
    zone: 'America/New_York',
  },
};

async function found(
  { lines, from = '2026-11-30', to = '2026-12-31T12:00:00Z', zone = 'Europe/Berlin' }: Case,
  eol = '\r\n',
) {
  const text = [...HEAD, ...lines, 'END:VCALENDAR', ''].join(eol);
  const calendar = await reader.read(Buffer.from(text), new AbortController().signal);
  if (typeof calendar === 'string') throw new Error(calendar);
  const span = { from: new Date(`${from.slice(0, 10)}T00:00:00Z`), to: new Date(to), zone };
  const { coming, unread } = await appointmentsIn(calendar, span);
  return [
    ...coming.map(
      ({ at, title }) => `${at.toISOString().slice(5, 16)}${/^(?:x|appointment)$/.test(title) ? '' : ` ${title}`}`,
    ),
    ...unread.map(({ why, written }) => `?${why} ${written}`),
  ];
}

describe('a calendar', () => {
  test.each(Object.entries(CASES))('%s', async (_, each) => {
    expect(await found(each)).toEqual(each.at);
  });

  test('is read with any ends of lines', async () => {
    const { 'an evening left out in UTC': each } = CASES as { 'an evening left out in UTC': Case };
    for (const eol of ['\n', '\r', '\r\n']) expect(await found(each, eol)).toEqual(each.at);
  });
});
