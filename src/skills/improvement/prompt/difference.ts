/** Differences of the guidance: a piece of it that is replaced, or a line at its end. Pure. */
import { z } from 'zod';

const LONGEST_PIECE = 1_500;
/** Characters of the whole guidance: it stands in every request. */
export const LONGEST_GUIDANCE = 4_000;

export const difference = z.strictObject({
  /** Stands in the guidance exactly once; empty: `replace` is added at the end. */
  find: z.string().max(LONGEST_PIECE),
  replace: z.string().max(LONGEST_PIECE),
});

export type Difference = z.output<typeof difference>;

/** The guidance with the difference; undefined: it does not apply. */
export function applied(guidance: string, { find, replace }: Difference): string | undefined {
  if (find === '') return replace.trim() === '' ? undefined : [guidance, replace].filter(Boolean).join('\n');
  const at = guidance.indexOf(find);
  if (at < 0 || guidance.indexOf(find, at + 1) >= 0 || find === replace) return undefined;
  return `${guidance.slice(0, at)}${replace}${guidance.slice(at + find.length)}`;
}

/** As a person reads it. */
export function inWords({ find, replace }: Difference): string {
  const lines = (sign: string, text: string) => (text === '' ? [] : text.split('\n').map((line) => `${sign} ${line}`));
  return [...lines('-', find), ...lines('+', replace)].join('\n');
}
