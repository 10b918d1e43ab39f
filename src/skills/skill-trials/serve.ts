/** Serves variants: which files a run of a skill is given. */
import type { AgentSkill, SkillFiles, SkillSnapshot } from '../../agent-skills/index.ts';
import type { Database, Queryable, Transaction } from '../../storage/index.ts';
import { variantSkill } from './files.ts';
import * as store from './store.ts';

type RunContext = Parameters<SkillFiles['forRun']>[2];

interface ServedSkill {
  inUse: AgentSkill | undefined;
  /** Runs are shared among these; empty: there is no trial. */
  trial: readonly AgentSkill[];
}

const servedKey = ({ name, source }: AgentSkill): string => `${source.kind} ${name}`;

const keyOf = ({ name, variant, source }: AgentSkill): store.SkillKey => ({
  skill: name,
  source: variant?.of ?? source.kind,
});

/** The same when the call is run again; undefined where nobody asks. */
function runOf({ name }: AgentSkill, { turn, request }: RunContext): string | undefined {
  const asked = turn.callKey ?? request.id;
  return asked === undefined ? undefined : `${asked}/${name}`;
}

/** The served versions of each skill that has variants in use or on trial. */
class ServedVariants implements SkillFiles {
  private readonly served: ReadonlyMap<string, ServedSkill>;

  /** By `servedKey`. */
  constructor(served: ReadonlyMap<string, ServedSkill> = new Map()) {
    this.served = served;
  }

  has(skill: AgentSkill): boolean {
    return this.served.has(servedKey(skill));
  }

  inForce(skill: AgentSkill): AgentSkill {
    return this.served.get(servedKey(skill))?.inUse ?? skill;
  }

  withoutTrials(): ServedVariants {
    return new ServedVariants(new Map([...this.served].map(([key, { inUse }]) => [key, { inUse, trial: [] }])));
  }

  async forRun(db: Queryable, skill: AgentSkill, ctx: RunContext): Promise<AgentSkill> {
    const own = this.served.get(servedKey(skill));
    if (!own) return skill;
    if (own.trial.length === 0) return own.inUse ?? skill;
    const run = runOf(skill, ctx);
    const hash = run === undefined ? undefined : await store.hashOfRun(db, run);
    const same = own.trial.find(({ variant }) => variant?.hash === hash);
    if (same) return same;
    const counts = await store.runCounts(db, keyOf(skill));
    const startsOf = ({ variant }: AgentSkill) => counts.get(variant?.hash ?? '')?.begun ?? 0;
    return own.trial.reduce((best, one) => (startsOf(one) < startsOf(best) ? one : best));
  }

  async inUse(db: Queryable, skill: AgentSkill, conversationId: string): Promise<AgentSkill> {
    const own = this.served.get(servedKey(skill));
    if (!own || own.trial.length === 0) return own?.inUse ?? skill;
    const hash = await store.lastHash(db, keyOf(skill), conversationId);
    return own.trial.find(({ variant }) => variant?.hash === hash) ?? own.inUse ?? skill;
  }

  /** Notes a run of a variant; its turn tells what came of it. */
  async noteRun(tx: Transaction, skill: AgentSkill, ctx: RunContext): Promise<void> {
    const call = runOf(skill, ctx);
    if (!skill.variant || call === undefined) return;
    const { conversationId, request } = ctx;
    await store.addRun(
      tx,
      { call, ...keyOf(skill), hash: skill.variant.hash, conversationId, inboxId: request.id },
      ctx.clock.now(),
    );
  }

  async noteEnd(database: Pick<Database, 'tx'>, skill: AgentSkill, ctx: RunContext, isWell: boolean): Promise<void> {
    const call = runOf(skill, ctx);
    if (!skill.variant || call === undefined) return;
    await database.tx('skills.variant.end', (tx) => store.endRun(tx, call, isWell));
  }

  async noteWrong(tx: Transaction, skill: AgentSkill, conversationId: string): Promise<void> {
    if (this.has(skill)) await store.failLast(tx, keyOf(skill), conversationId);
  }
}

/** Reads the variants that are served; what is served alike is the same value. */
export class VariantReader {
  private known = new ServedVariants();
  private digest = '';

  /** Variants whose files are gone leave a skill with its own. */
  async read(
    { trials, choices }: store.DecidedVariants,
    { skills, version }: SkillSnapshot,
    installed: string,
  ): Promise<SkillFiles> {
    const decided = [trials, choices].map((rows) =>
      rows.filter((row) => skills.get(row.skill)?.source.kind === row.source),
    );
    const digest = JSON.stringify([decided, version]);
    if (digest === this.digest) return this.known;
    const served = new Map<string, ServedSkill>();
    for (const [at, rows] of decided.entries()) {
      for (const row of rows) {
        const skill = skills.get(row.skill) as AgentSkill;
        const variant = await variantSkill(installed, skill, row.hash);
        if (!variant) continue;
        const own = served.get(servedKey(skill)) ?? { inUse: undefined, trial: [] };
        served.set(
          servedKey(skill),
          at === 0 ? { ...own, trial: [...own.trial, variant] } : { ...own, inUse: variant },
        );
      }
    }
    [this.known, this.digest] = [new ServedVariants(served), digest];
    return this.known;
  }
}
