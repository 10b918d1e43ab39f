import type { Instant } from '../../../base/clock.ts';
import type { Transaction } from '../../../storage/index.ts';
import { pinSkill } from '../pin/index.ts';
import type { AgentSkill } from '../skill.ts';
import { approvePin } from './store.ts';
import { idOf } from './trust.ts';

/** Approves `skill` if its files are those with `hash`; false when they are not any more. */
export async function approveSkill(
  tx: Transaction,
  skill: AgentSkill,
  hash: string,
  by: { personId: string | undefined; now: Instant },
): Promise<boolean> {
  const pin = skill.directory === undefined ? undefined : await pinSkill(skill.directory, skill);
  if (!pin?.ok || pin.hash !== hash) return false;
  await approvePin(tx, idOf(skill), pin, by);
  return true;
}
