import { z } from 'zod';
import { type AnyTool, dataTool, done, failed } from '../../../agent/index.ts';
import { type Pin, pinSkill, type Unpinnable } from '../pin/index.ts';
import * as texts from '../texts.ts';
import { approvePin, idOf } from '../trust/index.ts';
import { skillName } from './activate.ts';
import type { ToolDeps } from './deps.ts';

/** What the button under a skill's inquest calls: an owner approves exactly the files that were shown. */
export function approveTool({ views, host }: ToolDeps): AnyTool {
  const skillOf = (name: string, source: string) => {
    const skill = views.of(undefined).snapshot.skills.get(name);
    return skill?.source.kind === source ? skill : undefined;
  };
  return dataTool({
    name: 'skill_approve',
    description: 'Approves a skill as its files are.',
    effect: 'write',
    hidden: true,
    timeoutMs: 5_000,
    input: z.object({ name: skillName, source: z.string(), hash: z.string() }),
    async prepare({ name, source }, { person }) {
      const skill = skillOf(name, source);
      return skill?.directory && person.role === 'owner' ? pinSkill(skill.directory, skill) : undefined;
    },
    async run({ name, source, hash }, { tx, person, clock, prepared }) {
      if (person.role !== 'owner') return failed('DENIED', texts.ownersApprove());
      const skill = skillOf(name, source);
      const pin = prepared as Pin | Unpinnable | undefined;
      if (!skill || !pin) return failed('GONE', texts.noSuchSkill(name, undefined));
      if (!pin.ok || pin.hash !== hash) return failed('GONE', texts.changedMeanwhile(name));
      await approvePin(tx, idOf(skill), pin, { personId: person.id, now: clock.now() });
      tx.afterCommit(() => host.decided());
      return done(texts.approved(name));
    },
  });
}
