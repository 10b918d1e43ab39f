/** Prompts: the assistant's section on specialists, and a specialist's own. Pure. */
import { tokensIn } from '../../agent/index.ts';
import { type Snapshot, type Specialist, stateOf } from './specialist.ts';
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

/**
 * The section in every prompt of the assistant, and its tokens. A stranger's folder stands there once it is pinned or
 * approved; specialist_list shows the others, as untrusted text.
 */
export function standingOf(snapshot: Snapshot): Standing | undefined {
  const all = [...snapshot.specialists.values()];
  if (all.length === 0) return undefined;
  const known = all.filter((specialist) => stateOf(snapshot, specialist) === 'known');
  const text = texts.standing(known, all.length - known.length);
  return { text, tokens: tokensIn(text) };
}

export interface Standing {
  text: string;
  tokens: number;
}

/** True if a window has room for it; specialist_list tells the same. */
export function fits({ tokens }: Standing, window: number | undefined): boolean {
  return window === undefined || tokens <= window * WINDOW_SHARE;
}
