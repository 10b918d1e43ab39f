/** Targets of what is planned: allowed by its person and by the other side, and taken back by either. */
import type { Skill, SkillDeps } from '../../chat/index.ts';
import { conversations, type Outgoing, targets } from '../../delivery/index.ts';
import type { DueSource } from '../../jobs/index.ts';
import { targetsCommand } from './commands.ts';
import { texts } from './texts.ts';
import { type TargetsParts, targetTools } from './tools.ts';

export const targetsSkill = (parts: TargetsParts): Skill => ({
  name: 'targets',
  tools: ({ outbox }) => targetTools({ ...parts, outbox }),
  commands: () => [targetsCommand],
  due: (deps) => [goneSource(deps)],
});

const BATCH = 50;

/** Tells the people of targets whose place is gone, once; what would be told there comes to them from then on. */
function goneSource({ database, outbox }: Pick<SkillDeps, 'database' | 'outbox'>): DueSource {
  return {
    name: 'targets that are gone',
    earliest: targets.EARLIEST_GONE,
    fire: () =>
      database.tx('targets.tell', async (tx) => {
        const gone = await targets.takeGone(tx, BATCH);
        const said: Outgoing[] = [];
        for (const { id, personId, name } of gone) {
          const conversationId = await conversations.direct(tx, personId);
          if (conversationId === undefined) continue;
          const card = { kind: 'notice' as const, text: texts.gone(name) };
          said.push({ key: `target-gone:${id}:${conversationId}`, conversationId, personId, card });
        }
        await outbox.addAll(tx, said);
        return gone.length;
      }),
  };
}
