import type { Clock } from '../../base/clock.ts';
import { type Database, type Queryable, readerOf, type Transaction, type WritesBesides } from '../../storage/index.ts';
import { approveLooked, blockedOf, blockPin, type Folder, type Inquest, lookForApproval } from '../../trust/index.ts';
import { type LearnedWords, learn, termsToLearn } from '../find/search.ts';
import { dropWeights, lastRequest, weights } from '../find/store.ts';
import {
  type AgentSkill,
  isMarkedDraft,
  isTrusted,
  type SkillCatalog,
  type SkillSnapshot,
  SOURCE_KINDS,
  skillMeant,
} from '../skill.ts';
import {
  type Activation,
  activate,
  activations,
  type Deprecation,
  deprecate,
  deprecations,
  undeprecate,
  uses,
} from '../store.ts';
import { folderOf, inquireAbout, pinIdOf } from '../use/trusted.ts';

/** Decisions about skills by name, as last read. Immutable: a later read makes another value. */
export interface Decisions {
  readonly deprecated: ReadonlyMap<string, Deprecation>;
  readonly blocked: ReadonlySet<string>;
  readonly uses: ReadonlyMap<string, number>;
  /** Neither offered nor called until an owner has activated them. */
  readonly drafts: ReadonlySet<string>;
  /** Why skills rest, by name: their catalog has revoked them. Nobody is offered one, or may call it. */
  readonly resting: ReadonlyMap<string, string>;
}

const UNDECIDED: Decisions = Object.freeze({
  deprecated: new Map(),
  blocked: new Set<string>(),
  uses: new Map(),
  drafts: new Set<string>(),
  resting: new Map<string, string>(),
});

export interface SkillFeedback {
  spaceId: string;
  got: string;
  expected: string;
  /** Undefined: the last request that `got` was used for. */
  query: string | undefined;
}

/** Why skills rest, by name. Awaits files. */
export type RestingSkills = (db: Queryable, snapshot: SkillSnapshot) => Promise<ReadonlyMap<string, string>>;

interface DecisionDeps {
  /** Left out: none rests. */
  resting?: RestingSkills | undefined;
  catalog: SkillCatalog;
  database: Pick<Database, 'read' | 'tx'>;
  clock: Clock;
}

export class SkillDecisions {
  private readonly deps: DecisionDeps;
  private readonly reader: Queryable;
  private known = UNDECIDED;
  private learned: ReadonlyMap<string, LearnedWords> = new Map();

  constructor(deps: DecisionDeps) {
    this.deps = deps;
    this.reader = readerOf(deps.database);
  }

  get current(): Decisions {
    return this.known;
  }

  /** Reads them. With the same snapshot and equal decisions the value stays, so that prompts stay what they are. */
  async read(isSameSnapshot: boolean): Promise<void> {
    const db = this.reader;
    const [deprecated, blockedNames, counts] = [
      await deprecations(db),
      await blockedOf(db, SOURCE_KINDS),
      await uses(db),
    ];
    const activated = await activations(db);
    this.learned = await weights(db);
    const after: Decisions = {
      deprecated: new Map(deprecated.map((each) => [each.name, each])),
      blocked: new Set(blockedNames),
      uses: counts,
      drafts: draftsOf(this.deps.catalog.current(), activated),
      resting: (await this.deps.resting?.(db, this.deps.catalog.current())) ?? new Map(),
    };
    if (!isSameSnapshot || !isSame(this.known, after)) this.known = after;
  }

  learnedIn(spaceId: string): LearnedWords | undefined {
    return this.learned.get(spaceId);
  }

  /** Learns that another skill was meant; false where there is no request to learn from. */
  feedback({ spaceId, got, expected, query }: SkillFeedback, besides?: WritesBesides<boolean>): Promise<boolean> {
    return this.deps.database.tx('skills.feedback', async (tx) => {
      const terms = query === undefined ? await lastRequest(tx, spaceId, got) : termsToLearn(query);
      const isLearned = await learn(tx, { spaceId, got, expected, terms }, this.deps.clock.now());
      besides?.(tx, isLearned);
      return isLearned;
    });
  }

  resetFeedback(spaceId: string, besides?: WritesBesides<number>): Promise<number> {
    return this.deps.database.tx('skills.feedback', async (tx) => {
      const count = await dropWeights(tx, spaceId);
      besides?.(tx, count);
      return count;
    });
  }

  deprecations(): Promise<Deprecation[]> {
    return deprecations(this.reader);
  }

  async deprecate(deprecation: Deprecation, besides?: WritesBesides<void>): Promise<void> {
    const by = { personId: undefined, now: this.deps.clock.now() };
    await this.deps.database.tx('skills.deprecate', async (tx) => {
      await deprecate(tx, deprecation, by);
      besides?.(tx, undefined);
    });
  }

  /** Offers it again; false when it was not deprecated. */
  undeprecate(name: string, besides?: WritesBesides<boolean>): Promise<boolean> {
    return this.deps.database.tx('skills.undeprecate', async (tx) => {
      const was = await undeprecate(tx, name);
      besides?.(tx, was);
      return was;
    });
  }

  activations(): Promise<Activation[]> {
    return activations(this.reader);
  }

  /** Facts for an owner who is to approve a skill; a string says why there is nothing to approve. */
  async inquire(name: string): Promise<Inquest | string> {
    const skill = skillMeant(this.deps.catalog.current(), name);
    return skill ? inquireAbout(this.reader, skill) : `There is no skill ${name}.`;
  }

  /** Approves a skill if its files are, before and after the decision, those with `hash`; false when they are not. */
  approve(name: string, hash: string, besides?: WritesBesides<boolean>): Promise<boolean> {
    return this.decide('skills.approve', { name, hash }, async () => {}, besides);
  }

  /** Takes back that a skill may be used; false where nobody has trusted it. */
  withdraw(name: string, besides?: WritesBesides<boolean>): Promise<boolean> {
    const skill = skillMeant(this.deps.catalog.current(), name);
    return this.deps.database.tx('skills.withdraw', async (tx) => {
      const isDone = skill !== undefined && (await blockPin(tx, pinIdOf(skill), this.deps.clock.now()));
      besides?.(tx, isDone);
      return isDone;
    });
  }

  /** The same, and a draft is one no more. */
  activate(name: string, hash: string, besides?: WritesBesides<boolean>): Promise<boolean> {
    const { clock } = this.deps;
    return this.decide(
      'skills.activate',
      { name, hash },
      (tx, folder) => activate(tx, { name: folder.name, source: folder.source }, clock.now()),
      besides,
    );
  }

  /** Has what `tx` approves offered as no draft any more. */
  activateIn(tx: Transaction, { name, source }: Activation): Promise<void> {
    return activate(tx, { name, source }, this.deps.clock.now());
  }

  private async decide(
    txName: string,
    { name, hash }: { name: string; hash: string },
    also: (tx: Transaction, folder: Folder) => Promise<void>,
    besides: WritesBesides<boolean> | undefined,
  ): Promise<boolean> {
    const skill = skillMeant(this.deps.catalog.current(), name);
    const folder = skill && folderOf(skill);
    const looked = folder && (await lookForApproval(this.reader, folder, hash));
    if (!looked) return false;
    const by = { personId: undefined, now: this.deps.clock.now() };
    const isDone = await this.deps.database.tx(txName, async (tx) => {
      const isApproved = await approveLooked(tx, folder, looked, by);
      if (isApproved) await also(tx, folder);
      besides?.(tx, isApproved);
      return isApproved;
    });
    return isDone && (await lookForApproval(this.reader, folder, hash)) !== undefined;
  }
}

/** The skills that are drafts: they say so, and were not activated where they are from. */
export function draftsOf({ skills }: SkillSnapshot, activated: readonly Activation[]): ReadonlySet<string> {
  const activatedKeys = new Set(activated.map(({ name, source }) => `${source} ${name}`));
  const isDraft = (skill: AgentSkill) =>
    isMarkedDraft(skill) && !isTrusted(skill.source) && !activatedKeys.has(`${skill.source.kind} ${skill.name}`);
  return new Set([...skills.values()].filter(isDraft).map(({ name }) => name));
}

/** True for a draft, and for one that its catalog has revoked: nobody is offered it, or may call it. */
export const isWithheld = ({ drafts, resting }: Decisions, name: string): boolean =>
  drafts.has(name) || resting.has(name);

function isSame(before: Decisions, after: Decisions): boolean {
  const contentOf = ({ deprecated, blocked: blockedNames, drafts, resting }: Decisions) =>
    JSON.stringify([[...deprecated.values()], [...blockedNames].sort(), [...drafts].sort(), [...resting]]);
  return contentOf(before) === contentOf(after);
}
