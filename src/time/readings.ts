import { whichOne } from './texts.ts';
import type { Ambiguous, OneTime, ParsedWhen, Recurring, TimeReading } from './types.ts';

export const isCertain = (when: ParsedWhen | undefined): when is OneTime | Recurring =>
  when?.kind === 'once' || when?.kind === 'recurring';

export function readingsOf(when: ParsedWhen | undefined): TimeReading[] {
  if (when?.kind === 'ambiguous') return when.readings;
  return isCertain(when) ? [{ words: '', when }] : [];
}

export function distinct(readings: readonly TimeReading[]): TimeReading[] {
  const seenKeys = new Set<string>();
  return readings.filter(({ when }) => {
    const key = when.kind === 'once' ? String(when.at.getTime()) : when.rule;
    return !seenKeys.has(key) && seenKeys.add(key);
  });
}

export function eitherOf(whens: readonly (ParsedWhen | undefined)[]): Ambiguous | undefined {
  const readings = whens.filter(isCertain).flatMap(readingsOf);
  return readings.length > 0 ? whichOne(readings) : undefined;
}
