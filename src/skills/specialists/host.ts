import { tokensIn } from '../../agent/index.ts';
import type { SkillHost, skillListFor } from '../../agent-skills/index.ts';
import type { SpecialistCatalog } from './catalog.ts';
import { type Snapshot, type Specialist, stateOf } from './specialist.ts';
import * as texts from './texts.ts';

export interface SpecialistHost {
  readonly catalog: SpecialistCatalog;
  /** Read again together with the specialists. */
  readonly skills: Pick<SkillHost, 'rescan' | 'onDecision' | 'chosen'>;
  /** The list of skills in a specialist's prompt. */
  readonly skillsFor: ReturnType<typeof skillListFor>;
}

/** Lets every turn see the specialists as they were when it began in this process. */
export class HeldSnapshots {
  private readonly catalog: Pick<SpecialistCatalog, 'current'>;
  private readonly held = new WeakMap<object, Snapshot>();
  private readonly standings = new WeakMap<Snapshot, Standing | undefined>();

  constructor(catalog: Pick<SpecialistCatalog, 'current'>) {
    this.catalog = catalog;
  }

  snapshotOf(turn: object | undefined): Snapshot {
    const snapshot = turn && this.held.get(turn);
    if (snapshot) return snapshot;
    const current = this.catalog.current();
    if (turn) this.held.set(turn, current);
    return current;
  }

  standingFor(turn: object | undefined): Standing | undefined {
    const snapshot = this.snapshotOf(turn);
    if (!this.standings.has(snapshot)) this.standings.set(snapshot, standingOf(snapshot));
    return this.standings.get(snapshot);
  }
}

/** Schedules that folders plan, of those that may be used. Undefined: the folders were not read yet. */
export function plannedLines(snapshot: Snapshot): { origin: string; line: string }[] | undefined {
  // Some ship: none at all are there before the first reading.
  if (snapshot.specialists.size + snapshot.disabled.size === 0) return undefined;
  return [...snapshot.specialists.values()]
    .filter((specialist) => stateOf(snapshot, specialist) === 'known')
    .flatMap(({ name, schedules }) =>
      Object.entries(schedules).map(([key, line]) => ({ origin: `${name}/${key}`, line })),
    );
}

export function find({ specialists }: Snapshot, name: string): Specialist | undefined {
  return specialists.get(name) ?? specialists.get(name.normalize('NFKC').trim().toLowerCase());
}

// Prompts: the assistant's section on specialists, and a specialist's own. Pure.

const WINDOW_SHARE = 0.01;

/** The whole system prompt of a specialist: the rules first, so that they stay where the rest has to be cut. */
export function systemOf(specialist: Specialist, skills: string | undefined): string {
  const { soul, references } = specialist;
  return [
    texts.preamble(specialist),
    soul,
    ...references.map(({ name, text }) => texts.reference(name, text)),
    ...(skills === undefined ? [] : [skills]),
  ].join('\n\n');
}

/**
 * The section in every prompt of the assistant, and its tokens. A stranger's folder stands there once it is pinned or
 * approved; specialist_list shows the others, as untrusted text.
 */
function standingOf(snapshot: Snapshot): Standing | undefined {
  const all = [...snapshot.specialists.values()];
  if (all.length === 0) return undefined;
  const knownSpecialists = all.filter((specialist) => stateOf(snapshot, specialist) === 'known');
  const text = texts.specialistsSection(knownSpecialists, all.length - knownSpecialists.length);
  return { text, tokens: tokensIn(text) };
}

/** Tokens. In smaller windows nobody hands work over, and the room is for what is said. */
const SMALLEST_WINDOW = 32_000;

interface Standing {
  text: string;
  tokens: number;
}

export function fits({ tokens }: Standing, window: number | undefined): boolean {
  return window === undefined || (window >= SMALLEST_WINDOW && tokens <= window * WINDOW_SHARE);
}
