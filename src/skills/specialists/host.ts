import type { Gate, Who } from '../../people/index.ts';
import type { SpecialistCatalog } from './catalog.ts';
import { type Standing, standingOf } from './prompt.ts';
import type { Snapshot, Specialist } from './specialist.ts';

/** The specialists of a running process. */
export interface SpecialistHost {
  readonly catalog: SpecialistCatalog;
  /** Reads what changed, here and on the other replicas. */
  rescan(): Promise<unknown>;
  /** Called after a decision has committed: this process and the other replicas read again. A hint. */
  decided(): void;
  /** The names of all tools that there are, and of those that only the assistant may call; empty until coda has started. */
  tools(): { all: ReadonlySet<string>; own: ReadonlySet<string> };
  /** The list of agent skills for the specialist; undefined: none. */
  skillsFor(
    name: string,
    asker: { person: Who; turnKey?: object | undefined },
    gate: Pick<Gate, 'may' | 'basis'>,
  ): string | undefined;
  /** The agent skills that the configuration names for it; undefined: it names none. */
  chosenFor(name: string): readonly string[] | undefined;
}

/** Lets every turn see the specialists as they were when it began in this process. */
export class Held {
  private readonly catalog: Pick<SpecialistCatalog, 'current'>;
  private readonly held = new WeakMap<object, Snapshot>();
  private readonly standings = new WeakMap<Snapshot, Standing | undefined>();

  constructor(catalog: Pick<SpecialistCatalog, 'current'>) {
    this.catalog = catalog;
  }

  /** Without a turn: what there is now. */
  of(turn: object | undefined): Snapshot {
    const known = turn && this.held.get(turn);
    if (known) return known;
    const current = this.catalog.current();
    if (turn) this.held.set(turn, current);
    return current;
  }

  /** The prompt's section on specialists, made once for each snapshot. */
  standing(turn: object | undefined): Standing | undefined {
    const snapshot = this.of(turn);
    if (!this.standings.has(snapshot)) this.standings.set(snapshot, standingOf(snapshot));
    return this.standings.get(snapshot);
  }
}

/** The one of that name, however its letters are written. */
export function find({ specialists }: Snapshot, name: string): Specialist | undefined {
  return specialists.get(name) ?? specialists.get(name.normalize('NFKC').trim().toLowerCase());
}
