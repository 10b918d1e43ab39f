import type { Artifacts, Queryable } from '../../storage/index.ts';
import type { RescanReport, SkillCatalog, SkillSnapshot } from './skill.ts';
import { blocked, type Deprecation, deprecations, uses } from './trust/store.ts';

/** What was decided about skills, by their names, as it was last read. It never changes: a later reading is another value. */
export interface Decisions {
  readonly deprecated: ReadonlyMap<string, Deprecation>;
  /** An owner has to look at them before they are used. */
  readonly blocked: ReadonlySet<string>;
  readonly uses: ReadonlyMap<string, number>;
}

/** What runs the skills of a process: reads them, tells the replicas, knows what was decided. */
export interface SkillHost {
  readonly catalog: SkillCatalog;
  /** Keeps the pictures of skills that models were shown. */
  readonly artifacts: Artifacts;
  decisions(): Decisions;
  /** Reads what changed, here and on the other replicas. */
  rescan(): Promise<RescanReport>;
  /** Something was decided, and is committed: it is read again, here and on the other replicas. A hint. */
  decided(): void;
}

/** The skills at one moment, with what was decided about them. */
export interface View {
  readonly snapshot: SkillSnapshot;
  readonly decisions: Decisions;
}

/** Lets every turn see the skills as they were when it began in this process. */
export class Views {
  private readonly host: Pick<SkillHost, 'catalog' | 'decisions'>;
  private readonly held = new WeakMap<object, View>();
  private newest: View | undefined;

  constructor(host: Pick<SkillHost, 'catalog' | 'decisions'>) {
    this.host = host;
  }

  /** What `turn` sees; without one, what there is now. Equal moments are the same value. */
  of(turn: object | undefined): View {
    const held = turn && this.held.get(turn);
    if (held) return held;
    const [snapshot, decisions] = [this.host.catalog.current(), this.host.decisions()];
    if (this.newest?.snapshot !== snapshot || this.newest.decisions !== decisions)
      this.newest = { snapshot, decisions };
    if (turn) this.held.set(turn, this.newest);
    return this.newest;
  }
}

export const UNDECIDED: Decisions = Object.freeze({
  deprecated: new Map(),
  blocked: new Set<string>(),
  uses: new Map(),
});

/**
 * What was decided by now. As long as nothing else changed it is the value `before`, so that what stands in every prompt
 * does not change by being used.
 */
export async function readDecisions(
  db: Pick<Queryable, 'query'>,
  before: Decisions,
  isSameSnapshot: boolean,
): Promise<Decisions> {
  const [deprecated, held, counts] = [await deprecations(db), await blocked(db), await uses(db)];
  const after: Decisions = {
    deprecated: new Map(deprecated.map((each) => [each.name, each])),
    blocked: new Set(held.map(({ name }) => name)),
    uses: counts,
  };
  return isSameSnapshot && isSame(before, after) ? before : after;
}

function isSame(before: Decisions, after: Decisions): boolean {
  const said = ({ deprecated, blocked: held }: Decisions) =>
    JSON.stringify([[...deprecated.values()], [...held].sort()]);
  return said(before) === said(after);
}
