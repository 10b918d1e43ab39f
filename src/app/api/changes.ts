import { randomUUID } from 'node:crypto';
import { type Change, type ChangeReader, type Changes, chatHints } from '../../adapters/http/index.ts';
import { agentHints } from '../../agent/index.ts';
import type { Bus } from '../../bus/index.ts';
import { pairingHints, type Skill } from '../../chat/index.ts';
import { deliveryHints } from '../../delivery/index.ts';
import { jobHints } from '../../jobs/index.ts';
import { secretHints } from '../../secrets/index.ts';
import { tokenHints } from '../../sign-in/index.ts';
import type { CommitHints } from '../../storage/index.ts';

/** Acts of owners, as they are written here. */
const OWN: CommitHints = {
  'jobs.enqueue': ['owners', 'jobs'],
  'people.pair': ['owners', 'people'],
  'people.role': ['owners', 'people'],
  'people.revoke': ['owners', 'people'],
};

/** The kinds that calls change of tools that are no skill's, by the beginning of their names. */
const CORE_CALLS: Readonly<Record<string, Change>> = { approval: 'approvals', person: 'people' };

/** Rooms that are always there; where a transaction does not say for whom it was, everybody's page reads its own again. */
const OF_ROOMS: CommitHints = {
  ...OWN,
  ...agentHints,
  ...chatHints,
  ...jobHints,
  ...deliveryHints,
  ...pairingHints,
  ...secretHints,
  ...tokenHints,
};

const CHANNEL = 'coda_changed';

/** Tells open pages, of this process and of its replicas, what was committed. */
export class ChangeSource {
  private readonly changes: Changes;
  private readonly self = randomUUID();
  private bus: Bus | undefined;
  private commits = OF_ROOMS;
  private calls: ReadonlyMap<string, Change> = new Map();

  constructor(changes: Changes) {
    this.changes = changes;
  }

  /** Tells of what these skills change, too. */
  follow(skills: readonly Pick<Skill, 'name' | 'data'>[]): void {
    this.commits = Object.assign({}, OF_ROOMS, ...skills.map(({ data }) => data?.changes?.commits));
    this.calls = new Map(
      skills.flatMap(({ name, data }) => (data?.changes?.calls ? [[name, data.changes.calls]] : [])),
    );
  }

  /** Hears replicas from now on, and tells them. */
  join(bus: Bus): () => void {
    this.bus = bus;
    return bus.subscribe(CHANNEL, (payload) => {
      const [by = '', to = '', what = ''] = payload.split(' ');
      if (by !== this.self) this.changes.tell(to, what as Change);
    });
  }

  onCommit(transaction: string): void {
    const hint = this.commits[transaction];
    if (hint) this.tell(...hint);
  }

  /** Facts of which programs may be told, too. */
  onRaise(facts: readonly { name: string }[]): void {
    if (facts.some(({ name }) => name === 'dead_letter')) this.tell('owners', 'undelivered');
    if (facts.some(({ name }) => name === 'job.dead')) this.tell('owners', 'jobs');
  }

  /** Something of the person's was written; `tool`: by a call of it, which is `skill`'s. */
  onWrite(personId: string, tool: string | undefined, skill: string | undefined): void {
    if (tool === undefined) return;
    const what = skill === undefined ? CORE_CALLS[tool.split('_', 1)[0] ?? ''] : this.calls.get(skill);
    // A tool that takes something back, or is a skill's own, may have changed any of them.
    for (const each of what ? [what] : [...this.calls.values(), 'me']) this.tell(personId, each);
  }

  tell(to: ChangeReader, what: Change): void {
    this.changes.tell(to, what);
    this.bus?.publish(CHANNEL, `${this.self} ${to} ${what}`);
  }
}
