/** Numbers as a sheet shows them: the formats of Office (ECMA-376, 18.8.30 and 18.8.31), in English. */

const BUILT_IN = {
  0: 'General',
  1: '0',
  2: '0.00',
  3: '#,##0',
  4: '#,##0.00',
  9: '0%',
  10: '0.00%',
  11: '0.00E+00',
  12: '# ?/?',
  13: '# ??/??',
  14: 'yyyy-mm-dd',
  15: 'd-mmm-yy',
  16: 'd-mmm',
  17: 'mmm-yy',
  18: 'h:mm AM/PM',
  19: 'h:mm:ss AM/PM',
  20: 'h:mm',
  21: 'h:mm:ss',
  22: 'yyyy-mm-dd h:mm',
  37: '#,##0;(#,##0)',
  38: '#,##0;(#,##0)',
  39: '#,##0.00;(#,##0.00)',
  40: '#,##0.00;(#,##0.00)',
  45: 'mm:ss',
  46: '[h]:mm:ss',
  47: 'mm:ss.0',
  48: '##0.0E+0',
  49: '@',
};

/**
 * Formats of East Asian and Thai systems, whose numbers are dates in one country and times in another: the date or the time that the
 * value has.
 */
const isEastAsian = (id) => (id >= 27 && id <= 36) || (id >= 50 && id <= 58) || (id >= 71 && id <= 81);
const EAST_ASIAN = 'East Asian';

const MONTHS = 'January February March April May June July August September October November December'.split(' ');
const DAYS = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ');
const DAY_MS = 86_400_000;

export const builtInFormat = (id) => (isEastAsian(id) ? EAST_ASIAN : (BUILT_IN[id] ?? 'General'));

/** True for a format whose fourth section, that of texts, is empty. */
export function hidesText(format) {
  const sections = splitSections(format);
  return sections.length > 3 && sections[3].trim() === '';
}

const known = new Map();

/** `value` as shown under a format; a date also as ISO where its form leaves open which number is the month. */
export function formatNumber(value, format, isFrom1904 = false) {
  if (format === EAST_ASIAN) return formatNumber(value, eastAsianFormat(value), isFrom1904);
  const sections = sectionsOf(format);
  const section = sectionFor(value, sections);
  if (section.isDate) return formatDate(value, section, isFrom1904);
  if (section.isGeneral) return generalNumber(value);
  const isOwnSign = sections.length > 1 && value < 0 && section !== sections[0];
  return formatDigits(isOwnSign ? -value : value, section);
}

function eastAsianFormat(value) {
  if (value < 1) return 'h:mm:ss';
  return Number.isInteger(value) ? 'yyyy-mm-dd' : 'yyyy-mm-dd h:mm';
}

function sectionsOf(format) {
  let sections = known.get(format);
  if (!sections) {
    if (known.size > 500) known.clear();
    sections = splitSections(format).map(parseSection);
    known.set(format, sections);
  }
  return sections;
}

function splitSections(format) {
  const sections = [''];
  for (const [token] of format.slice(0, 300).matchAll(/"[^"]{0,100}"|\\.|\[[^\]]{0,60}\]|[\s\S]/g)) {
    if (token === ';') sections.push('');
    else sections[sections.length - 1] += token;
  }
  return sections;
}

const TOKEN =
  /"([^"]{0,100})"|\\(.)|_.|\*.|\[\$([^-\]]{0,20})[^\]]{0,40}\]|\[(h+|m+|s+)\]|\[([^\]]{0,60})\]|(AM\/PM|A\/P)|(y+|m+|d+|h+|s+(?:\.0+)?)|(General)|([0#?.,%/@]|E[+-]0+)|([\s\S])/gi;

function parseSection(text) {
  const tokens = [];
  for (const [, quoted, escaped, currency, elapsed, bracket, half, date, general, digits, other] of text.matchAll(
    TOKEN,
  )) {
    const literal = quoted ?? escaped ?? currency;
    if (literal !== undefined) tokens.push({ literal, isQuoted: true });
    else if (elapsed) tokens.push({ elapsed: elapsed.toLowerCase() });
    else if (half) tokens.push({ half });
    else if (date) tokens.push({ date: date.toLowerCase() });
    else if (general) tokens.push({ general: true });
    else if (digits) tokens.push({ digits });
    else if (other !== undefined) tokens.push({ literal: other });
    else if (bracket !== undefined && /^[<>=]/.test(bracket)) tokens.push({ condition: bracket });
  }
  const hasDate = tokens.some(({ date, elapsed, half }) => date || elapsed || half);
  const condition = tokens.find((token) => token.condition)?.condition;
  return {
    tokens: hasDate ? withEras(tokens) : tokens,
    isDate: hasDate,
    isGeneral: tokens.some(({ general }) => general),
    condition,
  };
}

/** Years of an era (`e`, Thai `b`) are shown as those of our own, without its name (`g`); `aaa` is a day of the week. */
function withEras(tokens) {
  const own = [];
  for (const token of tokens) {
    const letter = /^[egba]$/i.test(token.literal ?? '') && !token.isQuoted ? token.literal.toLowerCase() : undefined;
    if (letter === 'g' || (letter !== undefined && own.at(-1)?.letter === letter)) continue;
    else if (letter === 'e' || letter === 'b') own.push({ date: 'yyyy', letter });
    else if (letter === 'a') own.push({ date: 'dddd', letter });
    else own.push(token);
  }
  return own;
}

function sectionFor(value, sections) {
  const met = sections.find(({ condition }) => condition && holds(value, condition));
  if (met) return met;
  const plain = sections.filter(({ condition }) => !condition);
  const [first = sections[0], second = first, third = first] = plain;
  if (sections.length === 1 || value > 0) return first;
  return value < 0 ? second : third;
}

function holds(value, condition) {
  const [, sign, number] = /^(<=|>=|<>|<|>|=)\s*(-?[\d.]+)/.exec(condition) ?? [];
  const limit = Number(number);
  const holding = { '<': value < limit, '>': value > limit, '=': value === limit };
  return { ...holding, '<=': value <= limit, '>=': value >= limit, '<>': value !== limit }[sign] ?? false;
}

function generalNumber(value) {
  if (Number.isInteger(value) && Math.abs(value) < 1e15) return String(value);
  // Sheets count on fifteen digits: 0.1 + 0.2 is shown as 0.3.
  return String(Number(value.toPrecision(11)));
}

/** The text of a value with a format of digits. */
function formatDigits(value, { tokens }) {
  const pattern = tokens.map(({ digits }) => digits ?? '').join('');
  const percents = pattern.split('%').length - 1;
  if (pattern === '' || pattern === '@')
    return tokens.map((token) => token.literal ?? (token.digits ? generalNumber(value) : '')).join('');
  if (pattern.includes('/')) return formatFraction(value, pattern);
  // A comma behind the last digit divides by a thousand.
  const [digits = ''] = pattern.split('%').join('').split('E');
  const [before = '', behind = ''] = digits.split('.');
  const thousands = (behind || before).length - withoutCommas(behind || before).length;
  const scaled = (Math.abs(value) * 100 ** percents) / 1_000 ** thousands;
  const body = /E[+-]/.test(pattern)
    ? exponential(scaled, pattern)
    : decimal(scaled, withoutCommas(before), withoutCommas(behind));
  const sign = value < 0 && /[1-9]/.test(body) ? '-' : '';
  return sign + insertDigits(tokens, body);
}

/** Digits of a mantissa on either side of its point. */
const MOST_PLACES = 30;

/** With three digits before the point the power is a multiple of three, as engineers write it. */
function exponential(value, pattern) {
  const places = Math.min(/\.(0*)/.exec(pattern)?.[1].length ?? 0, MOST_PLACES);
  const digits = /E[+-](0+)/.exec(pattern)?.[1].length ?? 2;
  const step = Math.min(Math.max(1, pattern.split(/[.E]/)[0].length), MOST_PLACES);
  const atMost = value === 0 ? 0 : Number(value.toExponential(places + step - 1).split('e')[1]);
  const power = Math.floor(atMost / step) * step;
  const mantissa = (value / 10 ** power).toFixed(places);
  return `${mantissa}E${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(digits, '0')}`;
}

function withoutCommas(digits) {
  let end = digits.length;
  while (digits[end - 1] === ',') end--;
  return digits.slice(0, end);
}

/** Groups of three digits, from the right. */
function grouped(digits) {
  let text = '';
  for (let end = digits.length; end > 0; end -= 3)
    text = `${digits.slice(Math.max(0, end - 3), end)}${text && `,${text}`}`;
  return text;
}

function decimal(value, before, behind) {
  const places = behind.replace(/[^0#?]/g, '');
  const least = places.replace(/#/g, '').length;
  let [whole, part = ''] = roundTo(value, Math.min(places.length, 30)).split('.');
  while (part.length > least && part.endsWith('0')) part = part.slice(0, -1);
  const zeros = before.replace(/[^0]/g, '').length;
  if (zeros === 0 && whole === '0') whole = '';
  whole = whole.padStart(zeros, '0');
  if (/[0#?],[0#?]/.test(before)) whole = grouped(whole);
  return part === '' ? whole : `${whole}.${part}`;
}

/** Half is rounded away from zero, as sheets do: 1.005 is shown as 1.01. */
function roundTo(value, places) {
  if (value >= 1e21) return String(value);
  return Number(`${Math.round(Number(`${Number(value.toPrecision(15))}e${places}`))}e-${places}`).toFixed(places);
}

/** The digits where the first of the pattern's stand, and its other signs in their places. */
function insertDigits(tokens, body) {
  let isPut = false;
  const parts = tokens.map(({ literal, digits }) => {
    if (literal !== undefined) return literal;
    if (digits === undefined) return '';
    if (digits === '%') return '%';
    if (isPut) return '';
    isPut = true;
    return body;
  });
  return parts.join('').trim();
}

function formatFraction(value, pattern) {
  const size = Math.min(/\/([?#0]+)/.exec(pattern)?.[1].length ?? 1, 4);
  const whole = Math.floor(Math.abs(value));
  let best = [0, 1];
  for (let below = 1; below < 10 ** size; below++) {
    const above = Math.round((Math.abs(value) - whole) * below);
    const error = ([a, b]) => Math.abs(a / b - (Math.abs(value) - whole));
    if (error([above, below]) < error(best) - 1e-12) best = [above, below];
  }
  const [above, below] = best;
  const carried = above === below ? whole + 1 : whole;
  const fraction = above === 0 || above === below ? '' : `${above}/${below}`;
  const shown = [carried > 0 || fraction === '' ? carried : '', fraction].filter((part) => part !== '').join(' ');
  return value < 0 ? `-${shown}` : shown;
}

/** The instant that a sheet's number means; 1900 was no leap year, though sheets count its 29 February. */
function dateOf(value, isFrom1904) {
  const whole = isFrom1904 ? value : value < 60 ? value + 1 : value;
  const base = isFrom1904 ? Date.UTC(1904, 0, 1) : Date.UTC(1899, 11, 30);
  return new Date(base + Math.round(whole * DAY_MS));
}

function formatDate(value, section, isFrom1904) {
  const { tokens } = section;
  if (value < 0 || value > 2_958_466) return generalNumber(value);
  const at = dateOf(value, isFrom1904);
  const hasHalf = tokens.some(({ half }) => half);
  const text = tokens
    .map((token, index) => {
      if (token.literal !== undefined) return token.literal;
      if (token.half) return at.getUTCHours() < 12 ? token.half.split('/')[0] : token.half.split('/')[1];
      if (token.elapsed) return elapsedPart(value, token.elapsed);
      if (token.date) return datePart(at, token.date, { hasHalf, isMinute: isMinute(tokens, index) });
      return token.digits && /[,/.]/.test(token.digits) ? token.digits : '';
    })
    .join('')
    .trim();
  const letters = tokens.map(({ date }) => date?.[0] ?? '').join('');
  const isClear = /[A-Z][a-z]{2}/.test(text) || text.startsWith(`${at.getUTCFullYear()}-`) || !/[yd]/.test(letters);
  return isClear ? text : `${text} (${at.toISOString().slice(0, 10)})`;
}

const isMinute = (tokens, index) => {
  const dates = tokens.map((token, at) => ({ at, part: token.date ?? token.elapsed })).filter(({ part }) => part);
  const here = dates.findIndex(({ at }) => at === index);
  return dates[here - 1]?.part.startsWith('h') || dates[here + 1]?.part.startsWith('s');
};

const two = (number) => String(number).padStart(2, '0');

function datePart(at, part, { hasHalf, isMinute }) {
  const size = part.length;
  const padded = (number) => (size === 1 ? String(number) : two(number));
  if (part[0] === 'y') return size <= 2 ? two(at.getUTCFullYear() % 100) : String(at.getUTCFullYear());
  if (part[0] === 'd') return size <= 2 ? padded(at.getUTCDate()) : nameAt(DAYS[at.getUTCDay()], size);
  if (part[0] === 'h') return padded(hasHalf ? at.getUTCHours() % 12 || 12 : at.getUTCHours());
  if (part[0] === 's') return secondsOf(at, part);
  if (isMinute && size <= 2) return padded(at.getUTCMinutes());
  return size <= 2 ? padded(at.getUTCMonth() + 1) : monthName(at.getUTCMonth(), size);
}

const nameAt = (name, size) => (size === 3 ? name.slice(0, 3) : name);
const monthName = (month, size) => (size === 5 ? MONTHS[month][0] : nameAt(MONTHS[month], size));

function secondsOf(at, part) {
  const [whole, behind] = part.split('.');
  const seconds = whole.length === 1 ? String(at.getUTCSeconds()) : two(at.getUTCSeconds());
  return behind === undefined
    ? seconds
    : `${seconds}.${String(at.getUTCMilliseconds()).padStart(3, '0').slice(0, behind.length)}`;
}

function elapsedPart(value, part) {
  const seconds = Math.round(value * 86_400);
  const number = Math.floor(seconds / { h: 3_600, m: 60, s: 1 }[part[0]]);
  return String(number).padStart(part.length, '0');
}
