import { randomUUID } from 'node:crypto';
import type { Change, ChangeReader, Changes } from '../../adapters/http/index.ts';
import type { Bus } from '../../bus/index.ts';

type Hint = readonly [to: ChangeReader, what: Change];

/**
 * Hints after a transaction of this name. Where it does not say for whom it was, everybody's page reads its own again: a
 * few rows.
 */
const COMMITS: Readonly<Record<string, readonly Hint[]>> = {
  'turn.park': [['all', 'approvals']],
  'approvals.decide': [['all', 'approvals']],
  'approvals.expire': [['all', 'approvals']],
  'reminders.fire': [['all', 'reminders']],
  'scheduler.fire': [['all', 'schedules']],
  'scheduler.settle': [['all', 'schedules']],
  'schedules.act': [['all', 'schedules']],
  'schedules.fire': [['owners', 'jobs']],
  'tasks.fire': [['all', 'tasks']],
  'tasks.settle': [['all', 'tasks']],
  'memory.extract': [['all', 'memories']],
  'memory.import': [['all', 'memories']],
  'notes.import': [['all', 'notes']],
  'jobs.cancel': [['owners', 'jobs']],
  'jobs.enqueue': [['owners', 'jobs']],
  'jobs.retry': [['owners', 'jobs']],
  'jobs.tell': [['owners', 'jobs']],
  'outbox.revive': [['owners', 'undelivered']],
  'outbox.discard': [['owners', 'undelivered']],
  'guest.notice': [['owners', 'people']],
  'people.meet': [['owners', 'people']],
  'people.pair': [['owners', 'people']],
  'people.role': [['owners', 'people']],
  'people.revoke': [['owners', 'people']],
  'tokens.add': [['owners', 'people']],
  'tokens.revoke': [['owners', 'people']],
  'secrets.set': [['owners', 'skills']],
  'secrets.remove': [['owners', 'skills']],
  'skills.deprecate': [['owners', 'skills']],
  'skills.undeprecate': [['owners', 'skills']],
  'skills.approve': [['owners', 'skills']],
  'skills.activate': [['owners', 'skills']],
  'skills.withdraw': [['owners', 'skills']],
  'skills.market.install': [['owners', 'skills']],
  'skills.market.trust': [['owners', 'skills']],
  'skills.run.begin': [['all', 'jobs']],
  'skills.run.step': [['all', 'jobs']],
  'skills.run.end': [['all', 'jobs']],
  'specialists.approve': [['owners', 'skills']],
  'hooks.add': [['owners', 'jobs']],
  'hooks.remove': [['owners', 'jobs']],
  'doctor.tell': [['owners', 'system']],
};

/** Kinds of things that a person's write changes, by the beginning of its tool's name. */
const TOOLS: Readonly<Record<string, Change>> = {
  reminder: 'reminders',
  note: 'notes',
  memory: 'memories',
  schedule: 'schedules',
  scheduler: 'schedules',
  task: 'tasks',
  approval: 'approvals',
  skill: 'skills',
  person: 'people',
};

const CHANNEL = 'coda_changed';

/** Tells open pages, of this process and of its replicas, what was committed. */
export class ChangeSource {
  private readonly changes: Changes;
  private readonly self = randomUUID();
  private bus: Bus | undefined;

  constructor(changes: Changes) {
    this.changes = changes;
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
    for (const [to, what] of COMMITS[transaction] ?? []) this.tell(to, what);
  }

  /** Facts of which programs may be told, too. */
  onRaise(facts: readonly { name: string }[]): void {
    if (facts.some(({ name }) => name === 'dead_letter')) this.tell('owners', 'undelivered');
    if (facts.some(({ name }) => name === 'job.dead')) this.tell('owners', 'jobs');
  }

  /** Something of the person's was written; `tool`: by a call of it. */
  onWrite(personId: string, tool: string | undefined): void {
    if (tool === undefined) return;
    const [first = ''] = tool.split('_');
    const what = TOOLS[first];
    // A tool that takes something back, or is a skill's own, may have changed any of them.
    for (const each of what ? [what] : UNDOABLE) this.tell(personId, each);
  }

  tell(to: ChangeReader, what: Change): void {
    this.changes.tell(to, what);
    this.bus?.publish(CHANNEL, `${this.self} ${to} ${what}`);
  }
}

const UNDOABLE: readonly Change[] = ['reminders', 'notes', 'memories', 'schedules', 'tasks', 'me'];
