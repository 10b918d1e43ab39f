/** Appointments of a calendar (RFC 5545) and when each comes next. Pure. */
import { shorten } from '../../../base/text.ts';
import { dayAt, isZone, occurrences } from '../../../time/index.ts';

export interface Appointment {
  id: string;
  title: string;
  at: Date;
}

const LONGEST = 2_000_000;
const MOST = 5_000;

interface Field {
  value: string;
  zone: string | undefined;
}

type Fields = Map<string, Field>;

/** The next beginning of each appointment from `from` on, before `to`; a whole day begins at midnight in `zone`. */
export function appointmentsBetween(text: string, from: Date, to: Date, zone: string): Appointment[] | undefined {
  if (!/^\s*BEGIN:VCALENDAR/i.test(text)) return undefined;
  return eventsIn(text.slice(0, LONGEST))
    .flatMap((fields) => nextOf(fields, { from, to, zone }))
    .sort((a, b) => a.at.getTime() - b.at.getTime());
}

function eventsIn(text: string): Fields[] {
  const events: Fields[] = [];
  let fields: Fields | undefined;
  for (const line of text
    .replaceAll('\r', '')
    .replace(/\n[ \t]/g, '')
    .split('\n')) {
    if (line === 'BEGIN:VEVENT') fields = new Map();
    else if (line === 'END:VEVENT') {
      if (fields && events.push(fields) === MOST) break;
      fields = undefined;
    } else if (fields) addField(fields, line);
  }
  return events;
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

function nextOf(fields: Fields, { from, to, zone }: { from: Date; to: Date; zone: string }): Appointment[] {
  const begins = fields.get('DTSTART');
  const [, day, time, isUtc] = /^(\d{8})(?:T(\d{6})(Z)?)?$/.exec(begins?.value ?? '') ?? [];
  if (begins === undefined || day === undefined || fields.get('STATUS')?.value === 'CANCELLED') return [];
  const named = begins.zone !== undefined && isZone(begins.zone) ? begins.zone : zone;
  const own = isUtc ? 'UTC' : named;
  const rule = fields.get('RRULE')?.value ?? 'FREQ=DAILY;COUNT=1';
  const skipped = new Set((fields.get('EXDATE')?.value ?? '').split(',').map((each) => each.slice(0, 8)));
  const title = shorten(plain(fields.get('SUMMARY')?.value ?? ''), 200) || 'appointment';
  for (const at of occurrences(`DTSTART;TZID=${own}:${day}T${time ?? '000000'}\nRRULE:${rule}`, { after: from })) {
    if (at >= to) return [];
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
