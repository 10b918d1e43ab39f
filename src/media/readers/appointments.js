/** Calendars (RFC 5545): their appointments as text, and as values that `media/calendar/` finds the times of. */
import ICAL from 'ical.js';
import { decodeText } from './kinds.js';
import { Unreadable } from './limits.js';
import { unfoldBytes, unfoldText } from './unfold.js';

/** Values of times stay as they are written: here nothing is known of their zones. */
const TIMES = ['dtstart', 'dtend', 'due', 'recurrence-id', 'exdate', 'rdate', 'rrule', 'exrule', 'duration'];
const OFFSETS = ['tzoffsetfrom', 'tzoffsetto'];
const icalendar = ICAL.design.icalendar;
const DESIGN = {
  ...icalendar,
  property: {
    ...icalendar.property,
    ...Object.fromEntries([...TIMES, ...OFFSETS].map((name) => [name, { defaultType: 'written' }])),
  },
  value: { ...icalendar.value, date: {}, 'date-time': {}, period: {} },
};

const WORDS = ['uid', 'summary', 'location', 'description', 'status', 'sequence'];
const OF_ALL = ['x-wr-timezone', 'x-wr-calname', 'method', 'tzid', 'x-lic-location'];
const READ = new Set([...TIMES, ...OFFSETS, ...WORDS, ...OF_ALL]);
const LONGEST_FIELD = 40_000;
/** Bounds of one appointment: its times that are named one by one, and its rules. */
const MOST_TIMES = 2_000;
const MOST_RULES = 10;

export function* readCalendar(bytes, about) {
  let count = 0;
  for (const component of componentsIn(bytes, about)) {
    if (component.name === 'VCALENDAR') about.title ??= textOf(component, 'x-wr-calname').slice(0, 300);
    if (component.name !== 'VEVENT' && component.name !== 'VTODO') continue;
    count++;
    const entry = entryOf(component);
    yield { text: textOfEntry(entry), place: `${component.name === 'VEVENT' ? 'event' : 'task'} ${count}` };
  }
  about.parts = { unit: 'event', count };
}

/** The appointments of a calendar, its zones, and what holds for all of it; tasks are left out. */
export function* entriesIn(bytes, about) {
  if (!/BEGIN:VCALENDAR/i.test(decodeText(bytes.subarray(0, 4_096), {}, { isCut: true }) ?? ''))
    throw new Unreadable('kind');
  let zones = 0;
  for (const component of componentsIn(bytes, about)) {
    if (component.name === 'VEVENT') yield { entry: entryOf(component) };
    else if (component.name === 'VTIMEZONE' && zones++ < MOST_ZONES) yield { zone: zoneOf(component) };
    else if (component.name === 'VCALENDAR')
      yield {
        calendar: {
          zone: textOf(component, 'x-wr-timezone').slice(0, 300),
          isCancelled: textOf(component, 'method').toUpperCase() === 'CANCEL',
          isCut: about.isCut === true,
        },
      };
  }
}

/** The components, innermost first; each has the fields that stand in itself, and those within it. */
function* componentsIn(bytes, about) {
  const text = decodeFields(bytes, about);
  if (text === undefined) throw new Unreadable('broken');
  const open = [];
  for (const line of linesOf(text)) {
    const [, edge, name] = /^(BEGIN|END):\s*([\w-]+)\s*$/i.exec(line) ?? [];
    if (edge === undefined) {
      if (open.length > 0) addField(open.at(-1), line, about);
      continue;
    }
    if (edge.toUpperCase() === 'BEGIN') {
      // An appointment does not stand in another one: the one before was not ended.
      if (name.toUpperCase() === 'VEVENT' && open.at(-1)?.name === 'VEVENT') yield open.pop();
      open.push({ name: name.toUpperCase(), fields: new Map(), within: [] });
      continue;
    }
    if (!open.some((each) => each.name === name.toUpperCase())) continue;
    for (;;) {
      const component = open.pop();
      const isIt = component.name === name.toUpperCase();
      const { name: outer, within } = open.at(-1) ?? {};
      if (outer === 'VTIMEZONE' && within.length < MOST_CHANGES) within.push(component);
      if (isIt) {
        yield component;
        break;
      }
    }
  }
  // A file that was cut off: what holds for all of it stands at its beginning.
  about.isCut = open.some(({ name }) => name === 'VEVENT');
  for (const component of open) if (component.name === 'VCALENDAR') yield component;
}

/** Zones of one calendar, changes of the clock that one zone lists, and rules and days of one change. */
const MOST_ZONES = 200;
const MOST_CHANGES = 400;
const MOST_CHANGE_RULES = 2;
const MOST_CHANGE_DATES = 60;

function* linesOf(text) {
  for (let from = 0; from < text.length; ) {
    const end = text.indexOf('\n', from);
    const to = end < 0 ? text.length : end;
    const line = text.slice(from, to);
    // Version 1.0 goes on behind a "=" where a value is written so.
    if (!line.endsWith('=') || !/;(?:ENCODING=)?QUOTED-PRINTABLE[;:]/i.test(line.slice(0, 200))) {
      if (line !== '') yield line;
      from = to + 1;
      continue;
    }
    const pieces = [];
    let at = from;
    for (;;) {
      const stop = text.indexOf('\n', at);
      const piece = text.slice(at, stop < 0 ? text.length : stop);
      pieces.push(piece.replace(/=$/, ''));
      at = stop < 0 ? text.length : stop + 1;
      if (!piece.endsWith('=') || at >= text.length) break;
    }
    yield pieces.join('');
    from = at;
  }
}

/** A field may say its own encoding (version 1.0): that of the first one is taken for all that are not UTF-8. */
function decodeFields(bytes, about) {
  const unfolded = unfoldBytes(bytes);
  const guess = {};
  const text = decodeText(unfolded, guess);
  if (text === undefined) return undefined;
  const [, declared] = (guess.guessed && /;CHARSET="?(?!utf)([\w.-]{1,40})/i.exec(text)) || [];
  return unfoldText(guess.guessed ? decodeText(unfolded, about, { declared }) : text);
}

function addField(component, line, about) {
  const field = fieldOf(line.slice(0, LONGEST_FIELD), about);
  if (!field) return;
  const known = component.fields.get(field.name);
  if (!known) component.fields.set(field.name, [field]);
  else if (known.length < MOST_TIMES) known.push(field);
}

/** A line that nobody can read costs itself alone. */
function fieldOf(line, about) {
  const [, name = ''] = /^(?:[\w-]+\.)?([\w-]+)[;:]/.exec(line) ?? [];
  try {
    if (!READ.has(name.toLowerCase())) return undefined;
    const [, parameters, type, ...values] = ICAL.parse.property(isTime(name) ? quoteZone(line) : line, DESIGN);
    const value = values.map((each) => (typeof each === 'object' ? '' : String(each))).join(',');
    const isCoded = /quoted-printable/i.test(parameters.encoding ?? '') || /^[^:]*;QUOTED-PRINTABLE[;:]/i.test(line);
    return {
      name: name.toLowerCase(),
      type,
      parameters,
      value: isCoded ? unquoted(value, parameters.charset, about) : value,
    };
  } catch {
    return undefined;
  }
}

const isTime = (name) => TIMES.includes(name.toLowerCase());

const ZONE_GIVEN = ';TZID=';

/** Zones of Exchange have colons, and not everybody sets them in quotation marks. */
function quoteZone(line) {
  const at = line.toUpperCase().indexOf(ZONE_GIVEN);
  const end = line.lastIndexOf(':');
  const head = line.slice(0, at);
  if (at < 0 || end < at || /[:"]/.test(head) || !/^[\dTZ,/PDHMSW+-]*$/i.test(line.slice(end + 1))) return line;
  const given = line.slice(at + ZONE_GIVEN.length, end);
  const [zone = '', ...more] = given.split(';');
  const rest = more.join(';');
  if (!zone.includes(':') || zone.includes('"') || /[:"]/.test(rest)) return line;
  return `${head};TZID="${zone}"${more.length > 0 ? `;${rest}` : ''}${line.slice(end)}`;
}

function unquoted(text, declared, about) {
  const bytes = text.replace(/=([0-9A-F]{2})/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
  return decodeText(Buffer.from(bytes, 'latin1'), about, { declared }) ?? text;
}

const fieldsOf = ({ fields }, name) => fields.get(name) ?? [];
const textOf = (component, name) => (fieldsOf(component, name)[0]?.value ?? '').trim();

function entryOf(component) {
  const [start] = timesOf(
    component,
    component.name === 'VTODO' && !component.fields.has('dtstart') ? 'due' : 'dtstart',
  );
  const [end] = timesOf(component, 'dtend');
  const [replaces] = timesOf(component, 'recurrence-id');
  const [id] = fieldsOf(component, 'recurrence-id');
  const rules = (name) =>
    fieldsOf(component, name)
      .slice(0, MOST_RULES)
      .map(({ value }) => value.trim().slice(0, 500));
  return {
    uid: textOf(component, 'uid').slice(0, 500),
    summary: textOf(component, 'summary').replace(/\s+/g, ' ').slice(0, 300),
    location: textOf(component, 'location').slice(0, 300),
    about: textOf(component, 'description').slice(0, 2_000),
    isCancelled: textOf(component, 'status').toUpperCase() === 'CANCELLED',
    sequence: Number(/^\d{1,9}$/.exec(textOf(component, 'sequence'))?.[0] ?? 0),
    ...(start && { start }),
    ...(end && { end }),
    ...(component.fields.has('duration') && { duration: textOf(component, 'duration').slice(0, 100) }),
    ...(replaces && { replaces }),
    ...(/^thisandfuture$/i.test(id?.parameters.range ?? '') && { isFromThenOn: true }),
    rules: rules('rrule'),
    exceptRules: rules('exrule'),
    dates: timesOf(component, 'rdate'),
    without: timesOf(component, 'exdate'),
    ...(isTooLong(component) && { isCut: true }),
  };
}

/** Some of its times may have been left out. */
const isTooLong = (component) =>
  TIMES.some(
    (name) =>
      fieldsOf(component, name).length >= MOST_TIMES ||
      fieldsOf(component, name).some(({ value }) => value.length >= LONGEST_FIELD - 1_000) ||
      timesOf(component, name).length >= MOST_TIMES,
  );

/** Times as they are written: `20261201T093000`, or a day alone, and the zone that is named for them. */
function timesOf(component, name) {
  return fieldsOf(component, name)
    .flatMap(({ value, parameters, type }) =>
      value.split(',').map((each) => {
        // The beginning of a period (3.3.9); some write a day with the time that it begins at.
        const [written = ''] = each.trim().split('/');
        const at = type === 'date' ? written.slice(0, 8) : written;
        const zone = parameters.tzid?.trim();
        return { at: at.slice(0, 40), ...(zone && { zone: zone.slice(0, 300) }) };
      }),
    )
    .slice(0, MOST_TIMES);
}

/** A zone of the calendar's own: its changes of the clock, in the time before each. */
function zoneOf(component) {
  const changes = component.within.filter(({ name }) => name === 'STANDARD' || name === 'DAYLIGHT');
  return {
    name: textOf(component, 'tzid').slice(0, 300),
    location: textOf(component, 'x-lic-location').slice(0, 300),
    changes: changes.map((change) => ({
      start: textOf(change, 'dtstart').slice(0, 40),
      from: textOf(change, 'tzoffsetfrom').slice(0, 10),
      to: textOf(change, 'tzoffsetto').slice(0, 10),
      rules: fieldsOf(change, 'rrule')
        .slice(0, MOST_CHANGE_RULES)
        .map(({ value }) => value.slice(0, 500)),
      // The last ones count: appointments are later than most changes.
      dates: timesOf(change, 'rdate')
        .map(({ at }) => at)
        .sort()
        .slice(-MOST_CHANGE_DATES),
    })),
  };
}

const DAY_MS = 86_400_000;

function textOfEntry(entry) {
  const { summary, start, location, rules, dates, without, replaces, about, isCancelled } = entry;
  const last = lastOf(entry);
  const when = [start && wordsOf(start), last].filter(Boolean).join(' to ');
  const more = (name, times) => (times.length > 0 ? [`${name}: ${times.slice(0, 50).map(wordsOf).join(', ')}`] : []);
  return [
    `${isCancelled ? 'Cancelled: ' : ''}${summary || '(without a title)'}`,
    ...(when ? [`When: ${when}${start?.zone ? ` (${start.zone})` : ''}`] : []),
    ...(replaces ? [`Instead of: ${wordsOf(replaces)}`] : []),
    ...(location ? [`Where: ${location}`] : []),
    ...(rules.length > 0 ? [`Repeats: ${rules.join(', ')}`] : []),
    ...more('Also on', dates),
    ...more('Not on', without),
    ...(about ? [about] : []),
  ].join('\n');
}

/** The end in words; whole days end before the day that is named (3.6.1). */
function lastOf({ start, end }) {
  if (!end) return '';
  const day = /^(\d{4})(\d\d)(\d\d)$/.exec(end.at);
  if (!day) return end.at.slice(0, 8) === start?.at.slice(0, 8) ? wordsOf(end).slice(11) : wordsOf(end);
  const last = new Date(Date.UTC(Number(day[1]), Number(day[2]) - 1, Number(day[3])) - DAY_MS)
    .toISOString()
    .slice(0, 10);
  return start && last <= wordsOf(start).slice(0, 10) ? '' : last;
}

function wordsOf({ at }) {
  const [, year, month, day, hour, minute, isUtc] =
    /^(\d{4})-?(\d\d)-?(\d\d)(?:T(\d\d):?(\d\d)[\d:]*(Z)?)?/i.exec(at) ?? [];
  if (year === undefined) return at;
  return `${year}-${month}-${day}${hour === undefined ? '' : ` ${hour}:${minute}${isUtc ? ' UTC' : ''}`}`;
}
