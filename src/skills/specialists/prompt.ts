/** What models are told: the assistant of the specialists, and a specialist of itself. Pure. */
import { tokensIn } from '../../agent/index.ts';
import type { Snapshot, Specialist } from './specialist.ts';
import * as texts from './texts.ts';

/** The list may take so much of a window. */
const WINDOW_SHARE = 0.01;

/** The whole system prompt of a specialist: the rules first, so that they stay where the rest has to be cut. */
export function systemOf(specialist: Specialist, skills: string | undefined): string {
  const { soul, references } = specialist;
  return [
    texts.preamble(specialist),
    soul,
    ...references.map(({ name, text }) => texts.reference(name, text)),
    ...(skills === undefined ? [] : [skills]),
  ].join('\n\n');
}

/** What stands in every prompt of the assistant; a small window has no room for it: specialist_list tells the same. */
export function standingOf({ specialists }: Snapshot, window: number | undefined): string | undefined {
  if (specialists.size === 0) return undefined;
  const text = texts.standing(specialists.values());
  return window !== undefined && tokensIn(text) > window * WINDOW_SHARE ? undefined : text;
}
