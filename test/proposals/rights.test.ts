import { expect, test } from 'vitest';
import { z } from 'zod';
import { mayApprove, mayDecide, type ProposalKind } from '../../src/proposals/proposals.ts';
import type { Proposal } from '../../src/proposals/store.ts';

const skill: ProposalKind = { category: 'skill', payload: z.null(), byItsPerson: true };
const prompt: ProposalKind = { category: 'prompt', payload: z.null() };
const kinds = new Map([skill, prompt].map((kind) => [kind.category, kind]));

const [ana, bob, other] = [
  { id: 'ana', role: 'owner' },
  { id: 'bob', role: 'member' },
  { id: 'eve', role: 'member' },
];
const rightsTo = (proposal: Pick<Proposal, 'category' | 'personId' | 'state' | 'decidedBy'>) =>
  [ana, bob, other].map((person) => [mayDecide(kinds, proposal, person), mayApprove(kinds, proposal, person)]);

const [BOTH, NONE, ONLY_REJECT] = [
  [true, true],
  [false, false],
  [true, false],
];

test('a draft of a skill is its person’s to decide on, then an owner’s', () => {
  const draft = { category: 'skill', personId: 'bob', decidedBy: undefined };
  expect(rightsTo({ ...draft, state: 'pending' })).toEqual([NONE, BOTH, NONE]);
  expect(rightsTo({ ...draft, state: 'asked', decidedBy: 'bob' })).toEqual([BOTH, ONLY_REJECT, NONE]);
  expect(rightsTo({ ...draft, state: 'resting', decidedBy: 'ana' })).toEqual([BOTH, NONE, NONE]);
});

test('a rejection is taken back by who has rejected', () => {
  const draft = { category: 'skill', personId: 'bob', state: 'rejected' as const };
  expect(rightsTo({ ...draft, decidedBy: 'ana' })).toEqual([BOTH, NONE, NONE]);
  expect(rightsTo({ ...draft, decidedBy: 'bob' })).toEqual([NONE, BOTH, NONE]);
  expect(rightsTo({ ...draft, decidedBy: undefined })).toEqual([NONE, BOTH, NONE]);
});

test('all other proposals are the owners’', () => {
  for (const state of ['pending', 'rejected', 'applied'] as const)
    expect(rightsTo({ category: 'prompt', personId: undefined, state, decidedBy: 'eve' })).toEqual([BOTH, NONE, NONE]);
});
