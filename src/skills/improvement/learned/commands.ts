import { done, failed } from '../../../agent/index.ts';
import type { Command } from '../../../chat/index.ts';
import { COUNTED_MS } from './after.ts';
import { choicesFor, SHOW, takeBackChoice } from './offer.ts';
import * as store from './store.ts';
import * as texts from './texts.ts';

const MOST_LISTED = 30;
/** Kept skills that have a button. */
const MOST_UNDOS = 5;

/** `/learned`: an owner sees all, others their own. */
export const learnedCommand: Command = {
  name: 'learned',
  summary: 'The skills that I learned, how they fare, and Undo.',
  private: true,
  async run(_, { tx, person, private: isPrivate, clock, when }) {
    if (!isPrivate) return failed('NOT_HERE', texts.privateOnly());
    const isOwner = person.role === 'owner';
    const proposals = await store.proposals(tx, isOwner ? undefined : person.id, MOST_LISTED);
    const since = new Date(clock.now().getTime() - COUNTED_MS);
    const entries = [];
    for (const proposal of proposals) {
      const isKept = proposal.state === 'kept' || proposal.state === 'resting';
      entries.push({ proposal, counts: isKept ? await store.countsOf(tx, proposal.name, since) : undefined });
    }
    const kept = isOwner ? entries.filter(({ counts }) => counts).slice(0, MOST_UNDOS) : [];
    const waiting = proposals.find(({ state, personId }) => state === 'offered' && personId === person.id);
    const choices = [
      ...(waiting ? choicesFor(waiting).filter(({ tool }) => tool === SHOW) : []),
      ...kept.map(({ proposal }) => takeBackChoice(proposal.id, texts.takeBack(proposal.name))),
    ];
    return done(texts.listed(entries, when), { tainted: true, ...(choices.length > 0 && { choices }) });
  },
};
