/** Calendars (ics) and cards of contacts (vcf), as text and as values that can be offered. */
import { decodeText } from './kinds.js';
import { Unreadable } from './limits.js';

const MOST_OFFERED = 20;

export function* readCalendar(bytes, about) {
  const events = [];
  let count = 0;
  for (const { name, fields } of componentsIn(bytes, about)) {
    if (name !== 'VEVENT' && name !== 'VTODO') continue;
    count++;
    const event = eventOf(fields);
    if (name === 'VEVENT' && events.length < MOST_OFFERED) events.push(event);
    yield { text: eventText(event), place: `${name === 'VEVENT' ? 'event' : 'task'} ${count}` };
  }
  about.parts = { unit: 'event', count };
  about.events = events.filter(({ start, summary }) => start && summary);
}

/** Lines that are folded as one (RFC 5545, 3.1); cards of version 2.1 fold in another way. */
function unfolded(text) {
  const lines = text.replace(/\r/g, '').replace(/\n[ \t]/g, '');
  return /quoted-printable/i.test(lines) ? lines.replace(/=\n/g, '') : lines;
}

/** The components, innermost first. */
function* componentsIn(bytes, about) {
  const text = decodeFields(bytes, about);
  if (text === undefined) throw new Unreadable('broken');
  const open = [];
  for (const line of unfolded(text).split('\n')) {
    const field = fieldOf(line, about);
    if (!field) continue;
    if (field.name === 'BEGIN') open.push({ name: field.value.trim().toUpperCase(), fields: [] });
    else if (field.name === 'END') {
      const component = open.pop();
      if (component) yield component;
    } else open.at(-1)?.fields.push(field);
  }
}

function fieldOf(line, about) {
  let isQuoted = false;
  for (let at = 0; at < line.length; at++) {
    if (line[at] === '"') isQuoted = !isQuoted;
    if (line[at] !== ':' || isQuoted) continue;
    const [name, ...params] = line.slice(0, at).split(';');
    const parameters = Object.fromEntries(
      params.map((param) => {
        const [key, ...value] = param.split('=');
        return [key.toUpperCase(), value.join('=').replace(/"/g, '')];
      }),
    );
    const raw = line.slice(at + 1);
    const isQuotedText = /quoted-printable/i.test(parameters.ENCODING ?? '') || 'QUOTED-PRINTABLE' in parameters;
    const value = isQuotedText ? unquoted(raw, parameters.CHARSET, about) : raw;
    return { name: name.replace(/^.*\./, '').toUpperCase(), parameters, value };
  }
  return undefined;
}

/** Fields of version 2.1 say in which encoding they are; that of the first one is taken for all that are not UTF-8. */
function decodeFields(bytes, about) {
  const guess = {};
  const text = decodeText(bytes, guess);
  const [, declared] = (guess.guessed && /;CHARSET="?(?!utf)([\w.-]{1,40})/i.exec(text)) || [];
  return guess.guessed ? decodeText(bytes, about, { declared }) : text;
}

function unquoted(text, declared, about) {
  const bytes = text.replace(/=([0-9A-F]{2})/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
  return decodeText(Buffer.from(bytes, 'latin1'), about, { declared }) ?? text;
}

const plain = (value) =>
  value
    .replace(/\\n/gi, '\n')
    .replace(/\\([,;\\])/g, '$1')
    .trim();

const findField = (fields, name) => fields.find((field) => field.name === name);
const textOf = (fields, name) => plain(findField(fields, name)?.value ?? '');

function eventOf(fields) {
  return {
    summary: textOf(fields, 'SUMMARY').replace(/\s+/g, ' ').slice(0, 300),
    ...timed('start', findField(fields, 'DTSTART') ?? findField(fields, 'DUE')),
    ...timed('end', findField(fields, 'DTEND')),
    location: textOf(fields, 'LOCATION').slice(0, 300),
    rule: textOf(fields, 'RRULE').slice(0, 300),
    about: textOf(fields, 'DESCRIPTION').slice(0, 2_000),
    isCancelled: textOf(fields, 'STATUS').toUpperCase() === 'CANCELLED',
  };
}

/** `2026-12-01T09:30`, with its zone; a day alone has no time. */
function timed(key, field) {
  const [, year, month, day, hour, minute, isUtc] =
    /^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(?:\d\d)?(Z)?)?/.exec(field?.value ?? '') ?? [];
  if (year === undefined) return {};
  const date = `${year}-${month}-${day}`;
  if (hour === undefined) return { [key]: date };
  const zone = isUtc ? 'UTC' : field.parameters.TZID;
  return { [key]: `${date}T${hour}:${minute}`, ...(zone && key === 'start' && { zone: zone.slice(0, 100) }) };
}

function eventText({ summary, start, end, zone, location, rule, about, isCancelled }) {
  const when = [start, end].filter(Boolean).join(' to ').replace(/T/g, ' ');
  return [
    `${isCancelled ? 'Cancelled: ' : ''}${summary || '(without a title)'}`,
    ...(when ? [`When: ${when}${zone ? ` (${zone})` : ''}`] : []),
    ...(location ? [`Where: ${location}`] : []),
    ...(rule ? [`Repeats: ${rule}`] : []),
    ...(about ? [about] : []),
  ].join('\n');
}
