/** Files where no model answers, and whose they are. */
import { describe, expect, test } from 'vitest';
import { docx, paragraph } from '../../support/documents.ts';
import { pdf } from '../../support/pdf.ts';
import { type Play, play } from '../../support/play.ts';

const calendar = Buffer.from(
  [
    'BEGIN:VCALENDAR',
    'BEGIN:VEVENT\nSUMMARY:Dentist\nDTSTART:20261201T093000\nLOCATION:Main St 1\nEND:VEVENT',
    'BEGIN:VEVENT\nSUMMARY:Long ago\nDTSTART:20200101T100000\nEND:VEVENT',
    'BEGIN:VEVENT\nSUMMARY:Choir\nDTSTART:20261203T190000\nRRULE:FREQ=WEEKLY\nEND:VEVENT',
    'END:VCALENDAR',
  ].join('\n'),
);
const card = Buffer.from(
  'BEGIN:VCARD\nVERSION:3.0\nFN:Zoë Keller\nTEL;TYPE=CELL:0170 1234\nBDAY:1990-05-03\nEND:VCARD\n',
);

async function sent(coda: Play, bytes: Uint8Array, name: string, text = ''): Promise<string> {
  const before = coda.platform.messages.length;
  await coda.sends('ana', bytes, { name, text });
  return coda.platform.messages
    .slice(before)
    .map((message) => message.text)
    .join('\n');
}

describe('without a model', () => {
  test('a file that comes alone is summed up, read on, searched and kept as a note', async () => {
    await using coda = await play();
    const ana = coda.person('ana');
    const text = Array.from({ length: 60 }, (_, at) => paragraph(`Part ${at + 1} of the car costs ${at * 3} euros.`));
    const answer = await sent(coda, docx([paragraph('Warranty of three years.'), ...text].join('')), 'car.docx');
    expect(answer).toContain('car.docx: a Word document');
    expect(answer).toContain('Warranty of three years.');
    expect(await ana.presses('More')).toContain('Part 50 of the car');
    expect(await ana.says('what is in this file?')).toContain('Warranty of three years.');
    expect(await ana.says("find 'part 44' in it")).toContain('Part 44 of the car costs 129 euros.');
    await ana.says('keep it as a note #car');
    expect(await ana.says('show my notes tagged car')).toContain('Warranty of three years.');
  });

  test('what cannot be read is said with its reason', async () => {
    await using coda = await play();
    expect(await sent(coda, Buffer.from('7f454c4602010100', 'hex'), 'tool.bin')).toContain(
      'I cannot read tool.bin: it is a program',
    );
    expect(await sent(coda, docx(paragraph('x')).subarray(0, 90), 'offer.docx')).toContain('it is broken');
    expect(await coda.person('ana').says('find the price in it')).toContain('it is broken');
  });

  test('a calendar offers what is to come as reminders', async () => {
    await using coda = await play({ at: '2026-11-20T08:00:00Z' });
    const ana = coda.person('ana');
    const answer = await sent(coda, calendar, 'term.ics');
    expect(answer).toContain('2 appointments are in it');
    expect(answer).not.toContain('Long ago');
    await ana.presses('Dentist, 2026-12-01 09:30');
    await ana.presses('Choir, 2026-12-03 19:00');
    const list = await ana.says('/reminders');
    expect(list).toMatch(/Dentist \(Main St 1\)[^\n]*1 Dec|1 Dec[^\n]*Dentist \(Main St 1\)/);
    expect(list).toMatch(/every Thursday|weekly|every week/i);
  });

  test('an appointment in another zone is at its own time there', async () => {
    await using coda = await play({ at: '2026-11-20T08:00:00Z', zone: 'Europe/Berlin' });
    const ana = coda.person('ana');
    const event = (summary: string, zone: string, more = '') =>
      `BEGIN:VEVENT\nSUMMARY:${summary}\nDTSTART;TZID=${zone}:20261202T090000\n${more}END:VEVENT`;
    const zoned = [
      event('Board', 'America/New_York'),
      event('Sales', 'GMT Standard Time'),
      event('Yoga', '/freeassociation.sourceforge.net/Asia/Tokyo', 'RRULE:FREQ=WEEKLY\n'),
      event('Nowhere', 'Middle Earth Time'),
    ];
    const answer = await sent(coda, Buffer.from(`BEGIN:VCALENDAR\n${zoned.join('\n')}\nEND:VCALENDAR`), 'trip.ics');
    expect(answer).toContain('Nowhere: no reminder, I do not know its time zone “Middle Earth Time”');
    await ana.presses('Board, 2026-12-02 09:00 America/New_York');
    await ana.presses('Sales, 2026-12-02 09:00 Europe/London');
    await ana.presses('Yoga, 2026-12-02 09:00 Asia/Tokyo');
    const due = await coda
      .database()
      .read<{ text: string; at: string }>(
        "select text, to_char(next_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI') as at from reminders order by text",
      );
    expect(due.rows.map(({ text, at }) => `${text} ${at}`)).toEqual([
      'Board 2026-12-02 14:00',
      'Sales 2026-12-02 09:00',
      'Yoga 2026-12-02 00:00',
    ]);
  });

  test('what repeats on other days than its first one is offered once, not at other times', async () => {
    await using coda = await play({ at: '2026-11-20T08:00:00Z' });
    const ana = coda.person('ana');
    const event = (summary: string, rule: string) =>
      `BEGIN:VEVENT\nSUMMARY:${summary}\nDTSTART:20261203T190000\nRRULE:${rule}\nEND:VEVENT`;
    const events = [event('Each Monday', 'FREQ=MONTHLY;BYDAY=MO'), event('Choir', 'FREQ=WEEKLY;BYDAY=TH;WKST=MO')];
    await sent(coda, Buffer.from(`BEGIN:VCALENDAR\n${events.join('\n')}\nEND:VCALENDAR`), 'term.ics');
    await ana.presses('Each Monday, 2026-12-07 19:00');
    await ana.presses('Choir, 2026-12-03 19:00');
    const { rows } = await coda
      .database()
      .read('select text, rule is not null as repeats from reminders order by text');
    expect(rows).toEqual([
      { text: 'Choir', repeats: true },
      { text: 'Each Monday', repeats: false },
    ]);
  });

  test('a series is offered as its next occurrence, with what was moved and called off, and what is over is left out', async () => {
    await using coda = await play({ at: '2026-11-29T12:00:00Z', zone: 'Europe/Berlin' });
    const ana = coda.person('ana');
    const event = (...lines: string[]) => ['BEGIN:VEVENT', ...lines, 'END:VEVENT'].join('\r\n');
    const at = (key: string, time: string) => `${key};TZID=Europe/Berlin:${time}`;
    const lines = [
      'BEGIN:VCALENDAR',
      event(
        'UID:1',
        at('DTSTART', '20260302T183000'),
        'RRULE:FREQ=WEEKLY;BYDAY=MO,WE',
        at('EXDATE', '20261130T183000'),
        'SUMMARY:Choir',
      ),
      event(
        'UID:1',
        at('RECURRENCE-ID', '20261207T183000'),
        at('DTSTART', '20261208T190000'),
        'SUMMARY:Choir elsewhere',
      ),
      event('UID:2', at('DTSTART', '20260105T090000'), 'RRULE:FREQ=WEEKLY;UNTIL=20260330T235959Z', 'SUMMARY:Over'),
      event('UID:3', at('DTSTART', '20260301T100000'), 'RRULE:FREQ=MONTHLY;BYDAY=1SU;COUNT=24', 'SUMMARY:Flea market'),
      event('UID:4', at('DTSTART', '20260304T170000'), 'RRULE:FREQ=WEEKLY;INTERVAL=2', 'SUMMARY:Bins'),
      event('UID:5', 'DTSTART;VALUE=DATE:20261224', 'DTEND;VALUE=DATE:20261227', 'SUMMARY:Shop closed'),
      event('UID:6', 'DTSTART;VALUE=DATE:20261128', 'DTEND;VALUE=DATE:20261201', 'SUMMARY:Fair'),
      event('UID:7', at('DTSTART', '20261220T090000'), 'STATUS:CANCELLED', 'SUMMARY:Called off'),
      event(
        'UID:8',
        at('DTSTART', '20261220T090000'),
        'SUMMARY:Breakfast',
        'BEGIN:VALARM',
        'SUMMARY:Alarm',
        'END:VALARM',
      ),
      'END:VCALENDAR',
    ];
    const answer = await sent(coda, Buffer.from(lines.join('\r\n')), 'term.ics');
    expect(answer.split('\n').slice(1)).toEqual([
      '- Fair, 2026-11-28 to 2026-11-30 (it has begun)',
      '- Choir, 2026-12-02 18:30 Europe/Berlin: every Monday and Wednesday at 18:30, except 30 Nov 2026 and 7 Dec 2026 (Europe/Berlin)',
      '- Flea market, 2026-12-06 10:00 Europe/Berlin: on the first Sunday of every month at 10:00, 24 times (Europe/Berlin)',
      '- Choir elsewhere, 2026-12-08 19:00 Europe/Berlin',
      '- Bins, 2026-12-09 17:00 Europe/Berlin: every 2 weeks on Wednesday at 17:00 (Europe/Berlin)',
      '- Breakfast, 2026-12-20 09:00 Europe/Berlin',
      'There 7 appointments are in it. Which shall I remind you of? “More” shows 1 later one.',
    ]);
    await ana.presses('Choir, 2026-12-02 18:30 Europe/Berlin');
    expect(await ana.presses('More')).toContain('- Shop closed, 2026-12-24 to 2026-12-26');
    await ana.presses('Shop closed, 2026-12-24 to 2026-12-26');
    const due = await coda
      .database()
      .read<{ text: string; rule: string }>(
        "select text, to_char(next_at at time zone 'UTC', 'MM-DD HH24:MI') as at, rule from reminders order by text",
      );
    expect(due.rows).toEqual([
      { text: 'Choir', at: '12-02 17:30', rule: expect.stringContaining('EXDATE;VALUE=DATE:20261130,20261207') },
      { text: 'Shop closed', at: '12-24 08:00', rule: null },
    ]);
  });

  test('a card offers its people as memories', async () => {
    await using coda = await play();
    const ana = coda.person('ana');
    expect(await sent(coda, card, 'zoe.vcf')).toContain('1 person is in it');
    await ana.presses('Zoë Keller');
    expect(await ana.says('/memory')).toContain('0170 1234');
  });
});

describe('whose a file is', () => {
  test('nobody else finds it, the same bytes are read once, and it goes with its last message', async () => {
    await using coda = await play();
    const [ana, bob] = [coda.person('ana'), coda.person('bob')];
    await coda.sends('ana', pdf('The treasure is under the oak.'), { name: 'map.pdf', text: '' });
    await bob.says('hello');
    expect(await bob.says("find 'treasure' in it")).toContain('You have sent me no file');
    await coda.sends('bob', pdf('The treasure is under the oak.'), { name: 'same.pdf', text: '' });
    expect(await coda.count('file_texts')).toBe(1);
    await ana.says('/forget');
    await ana.presses('Yes, forget me');
    expect(await bob.says("find 'treasure' in it")).toContain('under the oak');
    await bob.says('/forget');
    await bob.presses('Yes, forget me');
    expect(await coda.count('file_texts')).toBe(0);
    expect(await coda.count('file_passages')).toBe(0);
  });

  test('in a channel only what was sent there is seen', async () => {
    await using coda = await play();
    await coda.sends('ana', pdf('The code is 4711.'), { name: 'code.pdf', text: '' });
    const here = coda.person('ana', { channel: 'family' });
    expect(await here.says("find 'code' in it")).toContain('You have sent me no file here');
  });

  test('its text goes in the night after its message has gone', async () => {
    await using coda = await play({ config: { 'retention.days': 7 } });
    await coda.sends('ana', pdf('The code is 4711.'), { name: 'code.pdf', text: '' });
    await coda.sleepsFor({ days: 12 });
    expect(await coda.count('file_texts')).toBe(0);
  });
});
