import { z } from 'zod';
import { type AnyTool, type Done, dataTool, done, type Failed, forOwners, type TxContext } from '../agent/index.ts';
import type { SkillDeps, SystemTask } from '../chat/index.ts';
import type { JobHandler } from '../jobs/index.ts';
import * as texts from './texts.ts';

/** Work on coda's own record: due by its cron, or at once where an owner asks for it. */
export interface Nightly<Deps extends SkillDeps<unknown>> {
  /** Name of its schedule. */
  task: string;
  /** Kind of its job; left out: the name of its schedule. */
  kind?: string;
  cron(settings: Deps['config']): string;
  does: string;
  /** Left out: a run that was missed is made up for. */
  missed?: SystemTask['missed'];
  /** No other run of it goes on beside. */
  alone?: true;
  /** The tool by which an owner has it run now. */
  trigger?: { name: string; description: string; says: string };
  run(deps: Deps, signal: AbortSignal, jobId: string): Promise<void>;
}

interface NightlyParts<Deps> {
  schedules(deps: Deps): SystemTask[];
  jobs(deps: Deps): JobHandler[];
  tools(deps: Deps): AnyTool[];
}

export function nightly<Deps extends SkillDeps<unknown>>(work: Nightly<Deps>): NightlyParts<Deps> {
  const { task, kind = task, missed = 'latest', alone, trigger, cron, does } = work;
  return {
    schedules: ({ config }) => [{ name: task, kind, cron: cron(config), missed }],
    jobs: (deps) => [{ kind, does, ...(alone && { alone }), run: ({ id }, signal) => work.run(deps, signal, id) }],
    tools({ work: { jobs } }) {
      if (!trigger) return [];
      const { says, ...about } = trigger;
      const run = async ({ tx, clock }: TxContext) => {
        await jobs.enqueue(tx, { kind, payload: {} }, { at: clock.now(), key: 'asked' });
        return done(says);
      };
      return [ownerTool({ ...about, run })];
    },
  };
}

interface OwnerAct {
  name: string;
  description: string;
  run(ctx: TxContext): Promise<Done | Failed>;
}

/** A tool without input that asks first, and does what only an owner may have done. */
export function ownerTool({ name, description, run }: OwnerAct): AnyTool {
  const [tool] = forOwners(texts.ownersOnly, [
    dataTool({
      name,
      group: 'skills',
      description,
      effect: 'write',
      callers: 'main-agent',
      policy: { confirm: true },
      input: z.object({}),
      run: (_, ctx) => run(ctx),
    }),
  ]);
  return tool as AnyTool;
}
