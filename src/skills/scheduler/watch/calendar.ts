/** Appointments of a calendar (RFC 5545) and when each comes next. */
import { Pace } from '../../../base/async.ts';
import { shorten } from '../../../base/text.ts';
import { dayAt, isZone, occurrences } from '../../../time/index.ts';

export interface Appointment {
  id: string;
  title: string;
  at: Date;
}

const LONGEST = 2_000_000;
/** Events of a file that are looked at: those about now, and series. */
const MOST_EVENTS = 1_000;
const MOST_NEAR = 500;
/** Days of all series of a file that are looked at. A series with a count is played from its start. */
const MOST_DAYS = 100_000;
const LONGEST_SERIES = 300;
const DAY_MS = 86_400_000;

interface Field {
  value: string;
  zone: string | undefined;
}

type Fields = Map<string, Field>;

/**
 * The next beginning of each appointment from `from` on, before `to`; a whole day begins at midnight in `zone`. Other work of
 * the process runs between two of them: a thousand series take a fifth of a second.
 */
export async function appointmentsBetween(
  text: string,
  from: Date,
  to: Date,
  zone: string,
): Promise<Appointment[] | undefined> {
  if (!/^\s*BEGIN:VCALENDAR/i.test(text)) return undefined;
  const span = { from, to, zone, budget: { days: MOST_DAYS } };
  const pace = new Pace();
  const found: Appointment[] = [];
  for (const fields of await eventsIn(text.slice(0, LONGEST), span, pace)) {
    if (pace.isUp) await pace.rest();
    found.push(...nextOf(fields, span));
  }
  return found.sort((a, b) => a.at.getTime() - b.at.getTime()).slice(0, MOST_NEAR);
}

interface Span {
  from: Date;
  to: Date;
  zone: string;
  budget: { days: number };
}

async function eventsIn(text: string, span: Span, pace: Pace): Promise<Fields[]> {
  const events: Fields[] = [];
  let fields: Fields | undefined;
  for (const line of text
    .replaceAll('\r', '')
    .replace(/\n[ \t]/g, '')
    .split('\n')) {
    if (pace.isUp) await pace.rest();
    if (line === 'BEGIN:VEVENT') fields = new Map();
    else if (line === 'END:VEVENT') {
      if (fields && mayBeIn(fields, span) && events.push(fields) === MOST_EVENTS) break;
      fields = undefined;
    } else if (fields) addField(fields, line);
  }
  return events;
}

/** False for an event of one day that lies elsewhere, whatever its zone. */
function mayBeIn(fields: Fields, { from, to }: Span): boolean {
  if (seriesOf(fields) !== undefined) return true;
  const [, year, month, day] = /^(\d{4})(\d{2})(\d{2})/.exec(fields.get('DTSTART')?.value ?? '') ?? [];
  const at = Date.UTC(Number(year), Number(month) - 1, Number(day));
  return at >= from.getTime() - 2 * DAY_MS && at <= to.getTime() + 2 * DAY_MS;
}

/** The rule of a series. No appointments come several times a day: such a rule would only keep coda busy. */
function seriesOf(fields: Fields): string | undefined {
  const rule = fields.get('RRULE')?.value;
  const isUnfit = rule === undefined || rule.length > LONGEST_SERIES || /(?:SECOND|MINUTE|HOUR)/i.test(rule);
  return isUnfit ? undefined : rule;
}

function addField(fields: Fields, line: string): void {
  const colon = line.indexOf(':');
  const [name = '', ...params] = line.slice(0, colon).split(';');
  if (colon < 0) return;
  const zone = params.find((param) => param.startsWith('TZID='))?.slice(5);
  const before = fields.get(name.toUpperCase());
  const value = line.slice(colon + 1);
  // Several lines of days that are left out are one.
  fields.set(name.toUpperCase(), { value: before ? `${before.value},${value}` : value, zone });
}

function nextOf(fields: Fields, { from, to, zone, budget }: Span): Appointment[] {
  const begins = fields.get('DTSTART');
  const [, day, time, isUtc] = /^(\d{8})(?:T(\d{6})(Z)?)?$/.exec(begins?.value ?? '') ?? [];
  if (begins === undefined || day === undefined || fields.get('STATUS')?.value === 'CANCELLED') return [];
  const named = begins.zone !== undefined && isZone(begins.zone) ? begins.zone : zone;
  const own = isUtc ? 'UTC' : named;
  const rule = seriesOf(fields) ?? 'FREQ=DAILY;COUNT=1';
  const skipped = new Set((fields.get('EXDATE')?.value ?? '').split(',').map((each) => each.slice(0, 8)));
  const title = shorten(plain(fields.get('SUMMARY')?.value ?? ''), 200) || 'appointment';
  const series = `DTSTART;TZID=${own}:${day}T${time ?? '000000'}\nRRULE:${rule}`;
  for (const at of occurrences(series, { after: from, before: to, budget })) {
    if (skipped.has(dayAt(at, own).replaceAll('-', ''))) continue;
    return [{ id: `${fields.get('UID')?.value ?? title} ${at.toISOString()}`, title, at }];
  }
  return [];
}

const plain = (value: string): string =>
  value
    .replace(/\\n/gi, ' ')
    .replace(/\\([,;\\])/g, '$1')
    .trim();
