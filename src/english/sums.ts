import { stripEnd } from '../base/text.ts';

/** Sums in words and signs: "15% of 240", "12 plus 3 times 4", "(3.5 + 2) / 4". Pure. */

const WORDS: Readonly<Record<string, string>> = {
  plus: '+',
  minus: '-',
  times: '*',
  x: '*',
  '×': '*',
  '·': '*',
  '÷': '/',
  'divided by': '/',
  over: '/',
  percent: '%',
  'per cent': '%',
  of: 'of',
};

const TOKEN = /\d+(?:[.,]\d+)*|divided by|per cent|percent|plus|minus|times|over|of|x|[-+*/×·÷%()]/giy;
const LONGEST = 200;

/** Its value; undefined for words that are no sum of at least two numbers. */
export function sumOf(words: string): number | undefined {
  const tokens = tokensOf(stripEnd(words.trim(), '=?.! '));
  if (!tokens || tokens.filter((token) => typeof token === 'number').length < 2) return undefined;
  let at = 0;
  const take = (...signs: string[]): string | undefined => {
    const token = tokens[at];
    if (typeof token !== 'string' || !signs.includes(token)) return undefined;
    at++;
    return token;
  };
  const atom = (): number => {
    if (take('-')) return -atom();
    if (take('(')) {
      const inner = sum();
      return take(')') ? inner : Number.NaN;
    }
    const number = tokens[at++];
    if (typeof number !== 'number') return Number.NaN;
    return take('%') ? number / 100 : number;
  };
  const product = (): number => {
    let value = atom();
    for (let sign = take('*', '/', 'of'); sign; sign = take('*', '/', 'of')) {
      const next = atom();
      value = sign === '/' ? value / next : value * next;
    }
    return value;
  };
  const sum = (): number => {
    let value = product();
    for (let sign = take('+', '-'); sign; sign = take('+', '-')) {
      // "240 + 15%": a share of what stands before it, as on a calculator.
      const isShare = tokens[at + 1] === '%' && !['*', '/', 'of'].includes(String(tokens[at + 2]));
      const next = isShare ? value * product() : product();
      value += sign === '+' ? next : -next;
    }
    return value;
  };
  const value = sum();
  return at === tokens.length && Number.isFinite(value) ? value : undefined;
}

function tokensOf(text: string): (number | string)[] | undefined {
  if (text.length > LONGEST) return undefined;
  const tokens: (number | string)[] = [];
  for (let at = 0; at < text.length; ) {
    if (/\s/.test(text[at] ?? '')) {
      at++;
      continue;
    }
    TOKEN.lastIndex = at;
    const [token] = TOKEN.exec(text) ?? [];
    if (token === undefined) return undefined;
    at += token.length;
    const word = token.toLowerCase();
    // "1,200" is a thousand; "1,5" may be anything.
    if (!/^\d/.test(word)) tokens.push(WORDS[word] ?? word);
    else if (/^\d{1,3}(?:,\d{3})+(?:\.\d+)?$|^\d+(?:\.\d+)?$/.test(word)) tokens.push(Number(word.replaceAll(',', '')));
    else return undefined;
  }
  return tokens;
}

export const shownSum = (value: number): string => String(Number(value.toFixed(10)));
