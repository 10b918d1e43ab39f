/** Cards of contacts (vcf) of every version (2.1, RFC 2426, RFC 6350), as text and as people that can be remembered. */
import { decodeText } from './kinds.js';
import { Unreadable } from './limits.js';

const MOST_OFFERED = 20;
const LONGEST_VALUE = 1_000;

export function* readCards(bytes, about) {
  const text = decodeCards(bytes, about);
  if (text === undefined) throw new Unreadable('broken');
  const people = [];
  let count = 0;
  for (const fields of cardsIn(text, about)) {
    count++;
    const name = nameOf(fields);
    const words = cardText(fields, name);
    if (people.length < MOST_OFFERED && name !== '') people.push({ name, text: words });
    yield { text: words, place: `card ${count}` };
  }
  about.parts = { unit: 'card', count };
  about.people = people;
}

/** Fields of version 2.1 say in which encoding they are; that of the first one is taken for all that are not UTF-8. */
function decodeCards(bytes, about) {
  const guess = {};
  const text = decodeText(bytes, guess);
  const [, declared] = (guess.guessed && /;CHARSET="?(?!utf)([\w.-]{1,40})/i.exec(text)) || [];
  return guess.guessed ? decodeText(bytes, about, { declared }) : text;
}

/** The fields of each card; one whose end is missing ends with the text. */
function* cardsIn(text, about) {
  const open = [];
  for (const line of fieldLines(text)) {
    const field = fieldOf(line, about);
    if (!field) continue;
    if (field.name === 'BEGIN') open.push([]);
    else if (field.name !== 'END') open.at(-1)?.push(field);
    else if (open.length > 0) yield open.pop();
  }
  yield* open.reverse();
}

const isQuotedPrintable = (head) => /;(?:ENCODING=)?QUOTED-PRINTABLE\b/i.test(head);
const isBinary = (head) => /;(?:ENCODING=)?(?:BASE64|B)(?:;|$)/i.test(head);
/** The name of a field with its parameters, up to the colon. */
const headOf = (line) => /^[\w.-]{1,60}(?:;[^:"]{0,200}(?:"[^"]{0,200}"[^:"]{0,200}){0,10})?(?=:)/.exec(line)?.[0];

/**
 * Lines that are folded as one: by a blank at the beginning of the next one; in version 2.1 a quoted text by `=` at its end. What is
 * binary goes on up to an empty line or the next field, whatever it ends with.
 */
function* fieldLines(text) {
  const lines = text.replace(/\r\n?/g, '\n').split('\n');
  for (let at = 0; at < lines.length; at++) {
    const parts = [lines[at]];
    const head = headOf(lines[at]) ?? '';
    const isQuoted = isQuotedPrintable(head);
    const isOfBytes = isBinary(head);
    while (at + 1 < lines.length) {
      const next = lines[at + 1];
      if (isQuoted && parts.at(-1).endsWith('=')) parts.push(parts.pop().slice(0, -1), next);
      else if (/^[ \t]/.test(next)) parts.push(next.slice(1));
      else if (!isOfBytes || next === '' || headOf(next) !== undefined) break;
      at++;
    }
    yield parts.join('');
  }
}

function fieldOf(line, about) {
  const head = headOf(line);
  if (head === undefined) return undefined;
  const [path, ...params] = head.split(';');
  const parameters = params.map((param) => {
    const [key, ...value] = param.split('=');
    return value.length === 0
      ? { key: '', value: key }
      : { key: key.toUpperCase(), value: value.join('=').replace(/"/g, '') };
  });
  const raw = line.slice(head.length + 1);
  const charset = parameters.find(({ key }) => key === 'CHARSET')?.value;
  return {
    group: path.includes('.') ? path.slice(0, path.lastIndexOf('.')).toUpperCase() : undefined,
    name: path.slice(path.lastIndexOf('.') + 1).toUpperCase(),
    parameters,
    value: isQuotedPrintable(head) ? unquoted(raw, charset, about) : raw,
  };
}

function unquoted(text, declared, about) {
  const bytes = text.replace(/=([0-9A-F]{2})/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
  return decodeText(Buffer.from(bytes, 'latin1'), about, { declared }) ?? text;
}

const plain = (value) =>
  value
    .replace(/\\n/gi, '\n')
    .replace(/\\([,;:\\])/g, '$1')
    .trim();

/** Parts of a value between semicolons that are not escaped. */
const partsOf = (value) => value.split(/(?<!\\);/).map(plain);

const findField = (fields, name) => fields.find((field) => field.name === name && plain(field.value) !== '');

/** As it is said: title, given names, family. */
function nameOf(fields) {
  const whole = findField(fields, 'FN');
  if (whole) return plain(whole.value);
  const [family, given, more, before, behind] = partsOf(findField(fields, 'N')?.value ?? '');
  const name = [before, given, more, family, behind].filter(Boolean).join(' ');
  const other = findField(fields, 'NICKNAME') ?? findField(fields, 'ORG');
  return (
    name ||
    partsOf(other?.value ?? '')
      .filter(Boolean)
      .join(', ')
  );
}

const TITLES = {
  NICKNAME: 'Nickname',
  ORG: 'Company',
  TITLE: 'Title',
  ROLE: 'Role',
  TEL: 'Phone',
  EMAIL: 'Mail',
  ADR: 'Address',
  BDAY: 'Birthday',
  ANNIVERSARY: 'Anniversary',
  URL: 'Page',
  IMPP: 'Chat',
  NOTE: 'Note',
};
const STRUCTURED = new Set(['ORG', 'ADR']);
const TYPED = new Set(['TEL', 'EMAIL', 'ADR', 'IMPP', 'URL']);
/** Types that say nothing, and what is no type although version 2.1 writes it as one. */
const UNSAID = /^(?:internet|voice|pref|quoted-printable|base64|b|8bit|x-internet)$/;

function cardText(fields, name) {
  const lines = fields.flatMap((field) => {
    const title = TITLES[field.name];
    const parts = STRUCTURED.has(field.name) ? partsOf(field.value) : [plain(field.value)];
    const clean = parts
      .filter(Boolean)
      .join(', ')
      .replace(/^(?:tel|mailto):/i, '');
    if (!title || clean === '') return [];
    const types = TYPED.has(field.name) ? typesOf(field, fields) : [];
    const of = types.length > 0 ? ` (${types.join(', ')})` : '';
    return [`${title}${of}: ${clean.slice(0, LONGEST_VALUE)}`];
  });
  return [...(name === '' ? [] : [`Name: ${name}`]), ...lines].join('\n');
}

/** Types of a number or address: parameters, or the label that a telephone sets beside it. */
function typesOf({ group, parameters }, fields) {
  const label = fields.find(
    (field) => field.name === 'X-ABLABEL' && field.group !== undefined && field.group === group,
  );
  const named = label ? [plain(label.value).replace(/^_\$!<(.{1,60})>!\$_$/, '$1')] : [];
  const types = parameters.flatMap(({ key, value }) => (key === '' || key === 'TYPE' ? value.split(',') : []));
  return [...new Set([...types, ...named].map((type) => type.trim().toLowerCase()))].filter(
    (type) => type !== '' && !UNSAID.test(type),
  );
}
