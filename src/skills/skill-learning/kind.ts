/** Drafts of skills as proposals: their person decides, and an owner lets exactly the files in that were tried. */
import type { LiveSkills } from '../../agent-skills/index.ts';
import { DAY_MS } from '../../base/clock.ts';
import type { Deciding, ProposalKind, ProposalMaker } from '../../proposals/index.ts';
import type { Transaction } from '../../storage/index.ts';
import { type Draft, difference, draftPayload } from './draft.ts';
import { type PlacedSkill, type SkillShelf, skillShelf } from './shelf.ts';
import * as store from './store.ts';
import * as texts from './texts.ts';

export const CATEGORY = 'skill';
export const COUNTED_MS = 90 * DAY_MS;

const AWAKE = 'awake';
/** `gone`: there is no skill of this name any more. */
type PreparedDraft = PlacedSkill | typeof AWAKE | 'gone' | 'changed' | undefined;

export function draftKind(shelf: SkillShelf): ProposalKind<Draft> {
  /** Approves the files that are in place; false where they are others by now. */
  const settle = async (tx: Transaction, { personId, prepared }: Deciding): Promise<boolean> => {
    const placed = prepared as PreparedDraft;
    if (placed === undefined || placed === 'changed') return false;
    if (typeof placed === 'object' && !(await placed.approve(tx, personId))) return false;
    tx.afterCommit(() => shelf.decided());
    return true;
  };
  return {
    category: CATEGORY,
    payload: draftPayload,
    byItsPerson: true,
    isLookedAt: true,
    show: ({ before, body }) => difference(before ?? '', body),
    whole: ({ body }) => body,
    fares: async (db, { name }, now) =>
      texts.faringWords(await store.countsOf(db, name, new Date(now.getTime() - COUNTED_MS))),

    async prepare({ state }, { name, body: text, baseHash, before, hash }, act): Promise<PreparedDraft> {
      if (act === 'revert') return shelf.takeBack({ name, hash, before });
      if (state !== 'resting') return shelf.place({ name, text, baseHash: baseHash ?? undefined, hash });
      await shelf.wake(name);
      return AWAKE;
    },
    apply: async (tx, { state }, _, by) =>
      // A skill may have been taken back since it was woken: then there are no files to approve.
      (by.prepared === AWAKE) === (state === 'resting') && (await settle(tx, by)) && {},
    revert: (tx, _, by) => settle(tx, by),
  };
}

export const draftMaker =
  (skills: LiveSkills): ProposalMaker =>
  (deps) => ({ kinds: [draftKind(skillShelf({ skills, ...deps }))] });
