import { NUMBERS } from './lang/en-words.ts';

const UNITS: ReadonlyArray<[RegExp, number]> = [
  [/^(?:s|secs?|seconds?)$/, 1_000],
  [/^(?:m|mins?|minutes?)$/, 60_000],
  [/^(?:h|hrs?|hours?)$/, 3_600_000],
  [/^(?:d|days?)$/, 86_400_000],
  [/^(?:w|wks?|weeks?)$/, 604_800_000],
];

/** `10 minutes`, `2h30m`, `an hour and a half`, `45` (minutes) in milliseconds; undefined when it is no length of time. */
export function parseDuration(text: string): number | undefined {
  const words = text
    .toLowerCase()
    .trim()
    .replace(/^(?:for|in|by) /, '')
    .replace(/\bhalf an? hour\b/g, '30 minutes')
    .replace(/\b(an?|one|\d+) (hours?|days?|weeks?|minutes?) and a half\b/g, (_, n: string, unit: string) => {
      return `${(Number(n) || 1) + 0.5} ${unit}`;
    })
    .replace(/\ban?\b/g, '1')
    .replace(/\b[a-z]+(?:[ -][a-z]+)?\b/g, (word) => spelt(word) ?? word)
    .replace(/(\d)([a-z])/g, '$1 $2')
    .replace(/([a-z])(\d)/g, '$1 $2')
    .split(/[\s,]+|\band\b/)
    .filter((word) => word !== '' && word !== 'and');
  if (words.length === 1 && /^\d{1,6}$/.test(words[0] ?? '')) return positive(Number(words[0]) * 60_000);
  let total = 0;
  for (let index = 0; index < words.length; index += 2) {
    const amount = words[index] ?? '';
    const unit = UNITS.find(([pattern]) => pattern.test(words[index + 1] ?? ''));
    if (!/^\d{1,7}(?:\.\d{1,3})?$/.test(amount) || !unit) return undefined;
    total += Number(amount) * unit[1];
  }
  return positive(total);
}

function spelt(words: string): string | undefined {
  const [first = '', second] = words.split(/[ -]/);
  const [tens, ones] = [NUMBERS[first], NUMBERS[second ?? '']];
  if (tens === undefined) return undefined;
  if (ones !== undefined && tens >= 20 && ones < 10) return String(tens + ones);
  return second === undefined ? String(tens) : `${tens} ${second}`;
}

const positive = (milliseconds: number): number | undefined => (milliseconds > 0 ? milliseconds : undefined);
