/** Reads a number as pages write it: groups, decimals and scales of many languages. What cannot be read surely is none. Pure. */

/** Signs around a number in which its currency, minus, per cent or scale is looked for. */
const AROUND = 24;
/** Between words and the number that belongs to them, or a discount and its price. */
const NEAR = 40;

/** Currencies in whose languages a point divides thousands. */
const POINT_MONEY = String.raw`€|EUR|kr|SEK|NOK|DKK|ISK|R\$|BRL|₺|TL|TRY|Rp|IDR|₫|VND|CLP|COP|ARS|lei|RON`;
const OTHER_MONEY = String.raw`\p{Sc}|USD|GBP|CHF|Fr|PLN|CZK|HUF|INR|JPY|CNY|RUB|zł|Kč|Ft|Rs|руб|円|元|원`;
const POINT_BEFORE = moneyBefore(POINT_MONEY);
const POINT_BEHIND = moneyBehind(POINT_MONEY);
const MONEY_BEFORE = moneyBefore(`${POINT_MONEY}|${OTHER_MONEY}`);
const MONEY_BEHIND = moneyBehind(`${POINT_MONEY}|${OTHER_MONEY}`);
/** The end of a round price: `1.299,-`, `1’299.–`, `1 299:-`. */
const ROUND = /^[.,:][-–—]/;

function moneyBefore(money: string): RegExp {
  return new RegExp(String.raw`(?:^|[^\p{L}])(?:${money})\.?[^\p{L}\p{N}\n]?$`, 'u');
}

function moneyBehind(money: string): RegExp {
  return new RegExp(String.raw`^[^\p{L}\p{N}\n.,;]?(?:k|K|M)?(?:${money})(?!\p{L})`, 'u');
}

const PLAIN = /\d+(?:[.,]\d+)*/g;
/** Thousands divided by blanks or apostrophes. The count of groups is bounded, so that a long row of them is read once. */
const GROUPED = /\d{1,3}([\u00a0\u2007\u2009\u202f'’ ])\d{3}(?!\d)(?:\1\d{3}(?!\d)){0,5}(?:[.,]\d+)?/y;

/** Signs that a language sets in numbers. */
interface Signs {
  decimal: string;
  /** Between thousands; `' '` for blanks of any width. */
  group: string;
}

/** Undefined for what is no language (`html lang=""`), or one unknown here. */
function signsOf(language: string | undefined): Signs | undefined {
  try {
    const [locale = ''] = Intl.NumberFormat.supportedLocalesOf(language?.trim().replaceAll('_', '-') ?? []);
    if (locale === '') return undefined;
    const own = signsBy(locale);
    const common = signsBy(new Intl.Locale(locale).language);
    // Regions that divide thousands otherwise by rule, such as Austria, are written as the language commonly is.
    return own.decimal === common.decimal ? common : own;
  } catch {
    return undefined;
  }
}

function signsBy(locale: string): Signs {
  const parts = new Intl.NumberFormat(`${locale}-u-nu-latn`).formatToParts(1_234_567.5);
  const sign = (type: string) => parts.find((part) => part.type === type)?.value ?? '';
  return { decimal: sign('decimal'), group: sign('group').replace(/\s/, ' ') };
}

/** Metres and kelvins are no scales: a letter alone stands at its number. */
const SCALES: readonly [words: RegExp, factor: number][] = [
  [/^(?:[kK](?!\p{L})|[\u00a0 ]?(?:k(?=€)|(?:Tsd|tys|тыс|thousand)(?!\p{L})))/u, 1e3],
  [/^[\u00a0 ]?万/u, 1e4],
  [/^[\u00a0 ]?lakhs?(?!\p{L})/iu, 1e5],
  [/^(?:M(?!\p{L})|[\u00a0 ]?(?:Mio|Mill|mln|млн)(?!\p{L}))/u, 1e6],
  [/^[\u00a0 ]?(?:milli?on(?:s|en|er|i|es)?|millón|milh(?:ão|ões)|milion(?:y|ów)?|miljoner)(?!\p{L})/iu, 1e6],
  [/^[\u00a0 ]?crores?(?!\p{L})/iu, 1e7],
  [/^[\u00a0 ]?[億亿]/u, 1e8],
  [/^[\u00a0 ]?(?:mrd|mld|млрд|bn|billions?|milliard(?:s|en?)?|miljarder)(?!\p{L})/iu, 1e9],
];

interface Candidate {
  value: number;
  from: number;
  to: number;
  isMoney: boolean;
  isPercent: boolean;
  /** Part of a name: `iPhone15`. */
  isAttached: boolean;
}

/**
 * The first number, or the one behind `words`: whole words, of which the last stands for its number where several do. A
 * discount is passed over for its price. Undefined where there is none, or none that can be read (`1.2.3`). `language`: of the
 * page, as its HTML says it: `1.299` is more than a thousand in German, and little more than one in English.
 */
export function numberIn(text: string, words?: string, language?: string): number | undefined {
  const from = words === undefined ? 0 : placeBehind(text, words);
  if (from === undefined) return undefined;
  const signs = signsOf(language);
  let attached: number | undefined;
  let discount: Candidate | undefined;
  for (const each of candidatesIn(text, from, signs)) {
    if (isUnsure(each)) {
      // The one behind the words is meant, and no later one.
      if (each.isAttached || words === undefined) continue;
      return discount?.value;
    }
    if (discount) return each.isMoney && isNextTo(text, discount, each) ? each.value : discount.value;
    if (each.isAttached) attached ??= each.value;
    else if (each.isPercent) discount = each;
    else return each.value;
  }
  return discount?.value ?? attached;
}

function isNextTo(text: string, { value, to }: Candidate, { from }: Candidate): boolean {
  const gap = text.slice(to, from);
  return gap.length <= NEAR && (value < 0 || !/\p{L}/u.test(gap));
}

function* candidatesIn(text: string, start: number, signs: Signs | undefined): Generator<Candidate> {
  for (let at = start; at < text.length; ) {
    const plain = matchAt(PLAIN, text, at);
    if (!plain) return;
    const from = plain.index;
    const grouped = groupedAt(text, from, signs);
    const candidate = grouped ?? candidateOf(text, from, plain[0], { signs });
    at = candidate?.to ?? from + plain[0].length;
    if (candidate) yield candidate;
  }
}

/** No state of the expression lasts from one search to the next. */
function matchAt(expression: RegExp, text: string, at: number): RegExpExecArray | null {
  const search = new RegExp(expression);
  search.lastIndex = at;
  return search.exec(text);
}

const isUnsure = ({ value }: Candidate): boolean => Number.isNaN(value);

/**
 * A plain blank divides thousands only beside a currency: else there are two numbers, or it is not sure where the language
 * divides them so.
 */
function groupedAt(text: string, from: number, signs: Signs | undefined): Candidate | undefined {
  const grouped = matchAt(GROUPED, text, from);
  if (!grouped) return undefined;
  const [numeral, divider = ''] = grouped;
  const candidate = candidateOf(text, from, numeral, { divider, signs });
  if (divider !== ' ' || candidate?.isMoney) return candidate;
  return candidate && signs?.group === ' ' ? { ...candidate, value: Number.NaN } : undefined;
}

interface Dividers {
  /** A blank or an apostrophe that divides its thousands. */
  divider?: string;
  signs: Signs | undefined;
}

function candidateOf(text: string, from: number, numeral: string, { divider, signs }: Dividers): Candidate | undefined {
  const to = from + numeral.length;
  const [head, tail] = [text.slice(Math.max(0, from - AROUND), from), text.slice(to, to + AROUND)];
  const [, raised, beside] = /^(?:([⁰¹²³⁴-⁹]{2})(?![⁰¹²³⁴-⁹])|\p{Sc}(\d\d)(?![\d.,]))/u.exec(tail) ?? [];
  const cents = beside ?? raised?.normalize('NFKC');
  const [scaled, factor = 1] = SCALES.find(([words]) => words.test(tail)) ?? [];
  const isRound = ROUND.test(tail);
  const isPoint = isRound || POINT_BEFORE.test(head) || POINT_BEHIND.test(tail);
  const isMoney = isPoint || MONEY_BEFORE.test(head) || MONEY_BEHIND.test(tail);
  const digits = divider === undefined ? numeral : numeral.replaceAll(divider, '');
  const isDecimal = scaled !== undefined || divider !== undefined || (isPoint && /^.?€ ?\/ ?\p{L}/u.test(tail));
  const plain = plainOf(digits, isDecimal, dividesThousands({ signs, isPoint, isBefore: MONEY_BEFORE.test(head) }));
  if (plain === undefined) return undefined;
  const size = Number(cents !== undefined && !plain.includes('.') ? `${plain}.${cents}` : plain) * factor;
  if (!Number.isFinite(size)) return undefined;
  const isMinus = /(?:^|[^\p{L}\p{N}])[-−]\p{Sc}?$/u.test(head);
  return {
    value: isMinus ? -round(size) : round(size),
    from,
    to: beside === undefined ? to : to + 1 + beside.length,
    isMoney,
    isPercent: /^[\u00a0\u202f ]?%/.test(tail),
    isAttached: /\p{L}$/u.test(head) && !isMoney,
  };
}

/** `1.1 * 1000` has a rest that nobody wrote. */
const round = (size: number): number => Number(size.toPrecision(15));

type IsThousands = (divider: string) => boolean | undefined;

/**
 * True if a single divider before three digits is one of thousands; undefined where that is not sure. Of points the currency
 * decides before the language: prices have no three decimals. Where neither is known it is the comma.
 */
function dividesThousands({
  signs,
  isPoint,
  isBefore,
}: {
  signs: Signs | undefined;
  isPoint: boolean;
  isBefore: boolean;
}): IsThousands {
  return (divider) => {
    if (divider === '.' && isPoint) return true;
    if (signs === undefined) return divider === ',';
    // `$1,299` is written so on pages of any language.
    if (divider === signs.decimal) return divider === ',' && isBefore && !isPoint;
    return divider === signs.group || undefined;
  };
}

/** Digits with a point for decimals. */
function plainOf(digits: string, isDecimal: boolean, isThousandsBy: IsThousands): string | undefined {
  const [comma, point] = [digits.lastIndexOf(','), digits.lastIndexOf('.')];
  if (comma >= 0 && point >= 0) {
    const [decimal, group] = comma > point ? [',', '.'] : ['.', ','];
    const [whole = '', fraction = '', ...more] = digits.split(decimal);
    return more.length === 0 && isInGroups(whole, group) ? `${whole.replaceAll(group, '')}.${fraction}` : undefined;
  }
  const divider = comma >= 0 ? ',' : '.';
  const parts = digits.split(divider);
  if (parts.length === 1) return digits;
  if (parts.length > 2) return isInGroups(digits, divider) ? parts.join('') : undefined;
  const mayGroup = !isDecimal && /^[1-9]\d{0,2}$/.test(parts[0] ?? '') && parts[1]?.length === 3;
  const isThousands = mayGroup && isThousandsBy(divider);
  return isThousands === undefined ? undefined : parts.join(isThousands ? '' : '.');
}

/** Groups of three; of two before the last one in India. */
function isInGroups(whole: string, group: string): boolean {
  const [first = '', ...rest] = whole.split(group);
  if (!/^[1-9]\d{0,2}$/.test(first) || rest.length === 0) return false;
  const isIndian = group === ',' && first.length <= 2 && rest.slice(0, -1).every(({ length }) => length === 2);
  return rest.at(-1)?.length === 3 && (isIndian || rest.every(({ length }) => length === 3));
}

/** Signs of words that stand between blanks. Chinese, Japanese and Thai write none. */
const WORD = /[\p{L}\p{N}\p{M}]/u;
const UNDIVIDED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u;

/** The end of the words that the number stands behind. */
function placeBehind(text: string, words: string): number | undefined {
  const source = words.trim().split(/\s+/).map(escapeSource).join('\\s+');
  const whole = [...text.matchAll(new RegExp(source, 'giu'))].filter(
    ({ index, 0: phrase }) => !isWithinWord(text, index) && !isWithinWord(text, index + phrase.length),
  );
  const direct = whole.filter(({ index, 0: phrase }) => isBeforeNumber(text, index + phrase.length));
  // “Old price 59, Price 39”: as it was written goes before other capitals.
  const last = direct.findLast(({ 0: phrase }) => phrase === words) ?? direct.at(-1) ?? whole[0];
  return last && last.index + last[0].length;
}

const escapeSource = (word: string): string => word.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');

function isWithinWord(text: string, at: number): boolean {
  const signs = [text.charAt(at - 1), text.charAt(at)];
  return signs.every((sign) => WORD.test(sign) && !UNDIVIDED.test(sign));
}

function isBeforeNumber(text: string, at: number): boolean {
  const [gap] = /^[^\p{N}]*/u.exec(text.slice(at, at + NEAR)) ?? [''];
  if (!/\d/.test(text[at + gap.length] ?? '')) return false;
  return !/\p{L}/u.test(gap) || MONEY_BEFORE.test(gap);
}
