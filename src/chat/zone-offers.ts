/** Offers to move what keeps to the clock of a zone that its person has left. */

import type { Choice, MovedPerson, Outbox } from '../delivery/index.ts';
import { openZoneChanges, type ZoneChange } from '../people/index.ts';
import type { Transaction } from '../storage/index.ts';
import type { Skill, SkillDeps, ZoneOffer } from './skill.ts';

interface EquippedSkill {
  skill: Skill;
  deps: SkillDeps;
}

/** Asks once, where anything of theirs keeps to the old clock; nothing else is said of it. */
export function movedBy(
  skills: readonly EquippedSkill[],
  prompts: { forgetPerson(personId: string): void },
  outbox: Outbox,
) {
  return async (tx: Transaction, moved: MovedPerson): Promise<void> => {
    const { personId, conversationId, version, says } = moved;
    const offer = await offerOfMove(skills, tx, moved);
    if (offer) {
      const card = { kind: 'notice' as const, text: `${says}\n${offer.text}`, choices: offer.choices };
      const key = `zone:${personId}:${version}`;
      await outbox.addAll(tx, [{ key, conversationId, personId, card, tainted: offer.tainted }]);
    }
    tx.afterCommit(() => prompts.forgetPerson(personId));
  };
}

const fromOf = ({ input }: Choice): string => String(input.from ?? '');

const zoneOfChoice = (choice: Choice): string => `${choice.tool} ${fromOf(choice)}`;

/** Two buttons with one label name the zone that each moves from. */
function namedByZone(choices: readonly Choice[]): Choice[] {
  const isAlone = ({ label }: Choice) => choices.filter((each) => each.label === label).length === 1;
  return choices.map((each) => (isAlone(each) ? each : { ...each, label: `${each.label} (${fromOf(each)})` }));
}

/** The offers of all skills in one, for each zone whose clock things of the person may still keep to; that of `move` first. */
export async function offerOfMove(
  skills: readonly EquippedSkill[],
  tx: Transaction,
  move: Omit<ZoneChange, 'version'>,
): Promise<ZoneOffer | undefined> {
  const open = (await openZoneChanges(tx, move.personId))?.changes ?? [];
  const offers: ZoneOffer[] = [];
  const zones = new Set<string>();
  for (const change of [move, ...open.filter(({ from, to }) => from !== move.from && to === move.to)]) {
    for (const { skill, deps } of skills) {
      const offer = await skill.data?.offerMove?.(deps, tx, change);
      // An unknown zone before stands for that of the household, which may be one of the others.
      const isShown = offer?.choices.every((choice) => zones.has(zoneOfChoice(choice)));
      if (!offer || isShown) continue;
      for (const choice of offer.choices) zones.add(zoneOfChoice(choice));
      offers.push(offer);
    }
  }
  if (offers.length === 0) return undefined;
  return {
    text: offers.map(({ text }) => text).join('\n'),
    choices: namedByZone(offers.flatMap(({ choices }) => choices)),
    tainted: offers.some(({ tainted }) => tainted),
  };
}
