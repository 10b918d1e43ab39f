/** `health.check`: the doctor looks by itself, and owners are told of what has changed. */
import type { Finding, SkillDeps, SystemTask } from '../../chat/index.ts';
import { conversations } from '../../delivery/index.ts';
import type { JobHandler } from '../../jobs/index.ts';
import * as store from './store.ts';
import * as texts from './texts.ts';
import type { DoctorDeps } from './tools.ts';

export const HEALTH_TASK = 'health.check';

/** Off until an owner or the configuration switches it on: each look asks every part, and what it talks to. */
export const healthTask: SystemTask = {
  name: HEALTH_TASK,
  kind: HEALTH_TASK,
  cron: '*/5 * * * *',
  missed: 'skip',
  standard: false,
};

export function healthJob(
  { checks }: Pick<DoctorDeps, 'checks'>,
  { database, speech: { outbox }, world }: Pick<SkillDeps, 'database' | 'speech' | 'world'>,
): JobHandler {
  return {
    kind: HEALTH_TASK,
    does: 'looks at all parts, and tells owners what has changed',
    alone: true,
    async run({ id }) {
      const findings = await checks.run();
      await database.tx('doctor.tell', async (tx) => {
        const owners = await conversations.ownersDirect(tx);
        // A finding that nobody can be told of is as new at the next look.
        if (owners.length === 0) return;
        const { worse, better } = findChanges(await store.lastAmiss(tx), findings);
        if (worse.length + better.length === 0) return;
        await store.add(tx, worse, world.clock.now());
        await store.remove(tx, better);
        const card = { kind: 'notice' as const, text: texts.healthChanged(worse, better) };
        // Words of services stand in findings.
        await outbox.addAll(
          tx,
          owners.map((owner) => ({ key: `health:${id}:${owner.personId}`, ...owner, card, tainted: true })),
        );
      });
    },
  };
}

/** New findings, and resolved ones; the text of a finding may change. Pure. */
function findChanges(
  before: readonly store.Amiss[],
  findings: readonly Finding[],
): { worse: Finding[]; better: store.Amiss[] } {
  const keyOf = ({ name, code }: store.Amiss) => JSON.stringify([name, code]);
  const keys = new Set(before.map(keyOf));
  const amiss = new Map(findings.filter(({ ok }) => !ok).map((each) => [keyOf(each), each]));
  return {
    worse: [...amiss].filter(([key]) => !keys.has(key)).map(([, each]) => each),
    better: before.filter((each) => !amiss.has(keyOf(each))),
  };
}
