import type { CallContext } from '../../agent/index.ts';
import type { SkillSecrets } from '../../secrets/index.ts';
import type { Database, Queryable, Transaction } from '../../storage/index.ts';
import type { SkillSearch } from '../find/search.ts';
import type { SkillImages } from '../images/images.ts';
import type { AgentSkill, RescanReport, SkillCatalog, SkillSnapshot } from '../skill.ts';
import type { Decisions, SkillDecisions } from './decisions.ts';

export type ChosenSkills = ReadonlyMap<string, ReadonlySet<string>>;

/** Call that runs a skill. */
export type RunContext = Pick<CallContext, 'turn' | 'request' | 'conversationId' | 'clock'>;

/** The files that skills are run with, where several versions of them are kept: these take turns while they are tried. */
export interface SkillFiles {
  /** True if other files than the skill's own are run. */
  has(skill: AgentSkill): boolean;
  /** The skill with the files that it is used with outside of a trial. */
  inForce(skill: AgentSkill): AgentSkill;
  forRun(db: Queryable, skill: AgentSkill, ctx: RunContext): Promise<AgentSkill>;
  /** The skill with the files that it was last run with in the conversation, for what its instructions name. */
  inUse(db: Queryable, skill: AgentSkill, conversationId: string): Promise<AgentSkill>;
  /** The same without trials: for what was planned with the files that are used outside of one. */
  withoutTrials(): SkillFiles;
  noteRun(tx: Transaction, skill: AgentSkill, ctx: RunContext): Promise<void>;
  noteEnd(database: Pick<Database, 'tx'>, skill: AgentSkill, ctx: RunContext, isWell: boolean): Promise<void>;
  noteWrong(tx: Transaction, skill: AgentSkill, conversationId: string): Promise<void>;
}

/** Reads what was decided about the files of skills, with the skills themselves; `installed` is the folder of installed ones. Undefined: each is run with its own files. */
export type ReadSkillFiles = (snapshot: SkillSnapshot, installed: string) => Promise<SkillFiles | undefined>;

const nothing = async () => {};

/** Each skill is run with its own files. */
export const OWN_FILES: SkillFiles = {
  has: () => false,
  inForce: (skill) => skill,
  forRun: async (_, skill) => skill,
  inUse: async (_, skill) => skill,
  withoutTrials: () => OWN_FILES,
  noteRun: nothing,
  noteEnd: nothing,
  noteWrong: nothing,
};

/** The skills of a running process: catalog, decisions, and hints to other replicas. */
export interface SkillHost {
  readonly catalog: SkillCatalog;
  readonly decisions: SkillDecisions;
  readonly views: Views;
  readonly files: SkillFiles;
  readonly search: SkillSearch;
  readonly secrets: SkillSecrets;
  readonly images: SkillImages;
  /** The folder of installed skills. */
  readonly installed: string;
  /** The skills that the configuration names for specialists, by specialist: these, and no others, are for it. */
  readonly chosen: ChosenSkills;
  rescan(): Promise<RescanReport>;
  /** Called after a decision has committed: this process and the other replicas read again. A hint. */
  onDecision(): void;
}

/** The skills at one moment, with what was decided about them. */
export interface View {
  readonly snapshot: SkillSnapshot;
  readonly decisions: Decisions;
  readonly skillsByAgent: ChosenSkills;
  readonly files: SkillFiles;
}

/** Lets every turn see the skills as they were when it began in this process. */
export class Views {
  private readonly host: Pick<SkillHost, 'catalog' | 'decisions' | 'chosen' | 'files'>;
  private readonly held = new WeakMap<object, View>();
  private newest: View | undefined;

  constructor(host: Pick<SkillHost, 'catalog' | 'decisions' | 'chosen' | 'files'>) {
    this.host = host;
  }

  /** The snapshot of `turn`; without one, the current one. Equal moments are the same value. */
  viewOf(turn: object | undefined): View {
    const turnView = turn && this.held.get(turn);
    if (turnView) return turnView;
    const [snapshot, decisions] = [this.host.catalog.current(), this.host.decisions.current];
    const { files } = this.host;
    const { newest } = this;
    if (newest?.snapshot !== snapshot || newest.decisions !== decisions || newest.files !== files)
      this.newest = { snapshot, decisions, skillsByAgent: this.host.chosen, files };
    const view = this.newest as View;
    if (turn) this.held.set(turn, view);
    return view;
  }
}
