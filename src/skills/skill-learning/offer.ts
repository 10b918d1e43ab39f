import type { Card, Choice } from '../../delivery/index.ts';
import { difference } from './draft.ts';
import type { Proposal } from './store.ts';
import * as texts from './texts.ts';

export const KEEP = 'learned_keep';
export const SHOW = 'learned_show';
export const NEVER = 'learned_never';
export const TAKE_BACK = 'learned_take_back';
export const WAKE = 'learned_wake';

/** Bound to exactly the files that were tried. */
export function choicesFor({ id, hash }: Pick<Proposal, 'id' | 'hash'>): Choice[] {
  const input = { id, hash };
  return [
    { label: texts.keep(), tool: KEEP, input, style: 'primary', group: `decide ${id}` },
    { label: texts.show(), tool: SHOW, input, group: `show ${id}` },
    { label: texts.neverLabel(), tool: NEVER, input, group: `decide ${id}` },
  ];
}

type OfferedProposal = Pick<
  Proposal,
  | 'id'
  | 'kind'
  | 'about'
  | 'name'
  | 'baseHash'
  | 'before'
  | 'body'
  | 'hash'
  | 'cases'
  | 'passed'
  | 'passedBefore'
  | 'model'
  | 'reason'
>;

/** `times`: how often the lesson came up. */
export function offerCard(proposal: OfferedProposal, times: number): Card {
  const changed = difference(proposal.before ?? '', proposal.body);
  return { kind: 'notice', text: texts.offer(proposal, times, changed), choices: choicesFor(proposal) };
}

export const takeBackChoice = (id: string, label: string): Choice => ({
  label,
  tool: TAKE_BACK,
  input: { id },
  style: 'danger',
  group: id,
});
