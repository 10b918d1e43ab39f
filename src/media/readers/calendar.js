/** Cards of contacts (vcf), as text and as values that can be offered. */
import { decodeText } from './kinds.js';
import { Unreadable } from './limits.js';

const MOST_OFFERED = 20;

export function* readCards(bytes, about) {
  const people = [];
  let count = 0;
  for (const { name, fields } of componentsIn(bytes, about)) {
    if (name !== 'VCARD') continue;
    count++;
    const text = cardText(fields);
    const named = textOf(fields, 'FN') || textOf(fields, 'N').split(';').filter(Boolean).reverse().join(' ');
    if (people.length < MOST_OFFERED && named) people.push({ name: named, text });
    yield { text, place: `card ${count}` };
  }
  about.parts = { unit: 'card', count };
  about.people = people;
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

const CARD = {
  FN: 'Name',
  ORG: 'Company',
  TITLE: 'Title',
  TEL: 'Phone',
  EMAIL: 'Mail',
  ADR: 'Address',
  BDAY: 'Birthday',
  URL: 'Page',
  NOTE: 'Note',
};

function cardText(fields) {
  const lines = fields.flatMap(({ name, parameters, value }) => {
    const title = CARD[name];
    const clean = plain(value)
      .split(';')
      .map((part) => part.trim())
      .filter(Boolean)
      .join(', ')
      .replace(/^tel:/, '');
    if (!title || clean === '') return [];
    const type = name === 'TEL' || name === 'EMAIL' || name === 'ADR' ? (parameters.TYPE ?? '').toLowerCase() : '';
    return [`${title}${type && type !== 'internet' ? ` (${type})` : ''}: ${clean.slice(0, 1_000)}`];
  });
  return lines.join('\n');
}
