import {
  type AnyTool,
  type Call,
  type CallContext,
  type DataTool,
  Toolbox,
  type ToolResult,
} from '../../src/agent/index.ts';
import { allSkills } from '../../src/app/skills.ts';
import { uuid } from '../../src/base/ids.ts';
import type { Json } from '../../src/base/json.ts';
import { Cache, memoryStore, openLocks } from '../../src/bus/index.ts';
import { ABSENT_PORTS, type Command, type Skill, type SkillDeps } from '../../src/chat/index.ts';
import { execution } from '../../src/config/blocks.ts';
import type { Outgoing, Place, PlannedTurn } from '../../src/delivery/index.ts';
import { Egress } from '../../src/egress/index.ts';
import { type DueSource, type JobHandler, JobQueue, Schedules } from '../../src/jobs/index.ts';
import { Gate, type Person, type PersonRow, toPerson } from '../../src/people/index.ts';
import { openSandbox, Workspaces } from '../../src/sandbox/index.ts';
import { acknowledgements } from '../../src/skills/reminders/seen.ts';
import type { Artifacts, Database, Transaction } from '../../src/storage/index.ts';
import { type Embedders, embeddersOf } from '../../src/vectors/index.ts';
import { Emptied, type Statements } from '../support/emptied.ts';
import { type TestWorld, testWorld } from '../support/world.ts';

export interface As {
  person?: string;
  conversation?: string;
}

export interface Options {
  at?: string;
  zone?: string | null;
  quiet?: { from: string; to: string };
  config?: unknown;
  /** What turns texts into vectors; default: nothing does. */
  embedders?: Embedders;
}

const PLACES: Record<string, Place> = {
  'ana-dm': { adapter: 'console', channel: 'ana-dm', space: 'terminal', kind: 'dm' },
  'bob-dm': { adapter: 'console', channel: 'bob-dm', space: 'terminal', kind: 'dm' },
  general: { adapter: 'console', channel: 'general', space: 'terminal', kind: 'channel' },
  kitchen: { adapter: 'console', channel: 'kitchen', space: 'terminal', kind: 'channel' },
};

/** Code is switched off. */
function noSandbox(world: TestWorld): SkillDeps['sandbox'] {
  const settings = execution.schema.parse({});
  const own = { installation: 'played', instance: () => 'played', isLive: async () => true };
  const sandbox = openSandbox({ execution: settings, ...own }, world);
  const keep = () => Promise.reject(new Error('a played skill stores no files'));
  return {
    ...{ workspaces: new Workspaces({ sandbox, keep, lastingMs: 0 }), settings },
    ...{ hasImage: (id) => sandbox.hasImage(id), facts: () => sandbox.facts() },
    inUse: async () => ({ files: [], image: undefined, tainted: false, binding: undefined, notes: [] }),
    program: (spec, signal) => sandbox.program(spec, signal),
    detached: sandbox.detached,
  };
}

/** A skill on a real database, played without the way of a message around it. */
export class Played {
  readonly world: TestWorld;
  /** What was put into the outbox, each key once, in order. */
  readonly said: Outgoing[] = [];
  /** Turns that were begun, each key once. */
  readonly begun: PlannedTurn[] = [];
  readonly emitted: { event: string; payload: Json }[] = [];
  readonly woken: Date[] = [];
  readonly jobs: JobQueue;
  private readonly database: Database;
  private readonly ids: Readonly<Record<string, string>>;
  private readonly tools: ReadonlyMap<string, AnyTool>;
  private readonly handlers: readonly JobHandler[];
  private readonly commands: readonly Command[];
  private readonly sources: readonly DueSource[];
  private failing = false;

  constructor(skill: Skill, database: Database, world: TestWorld, ids: Record<string, string>, options: Options) {
    this.world = world;
    this.database = database;
    this.ids = ids;
    const wakeAt = (instant: Date) => void this.woken.push(instant);
    const { signal } = new AbortController();
    this.jobs = new JobQueue({ database, world, owner: () => uuid(world.clock.now()), wakeAt, signal });
    const deps: SkillDeps = {
      database,
      world,
      config: skill.config ? skill.config.schema.parse(options.config ?? {}) : undefined,
      speech: {
        outbox: { addAll: (tx, messages) => this.addAll(tx, messages) },
        turns: {
          begin: async (tx, turns) => {
            const fresh = turns.filter(({ key }) => !this.begun.some((one) => one.key === key));
            tx.afterCommit(() => this.begun.push(...fresh));
            return new Map();
          },
          beginTyped: async () => {},
        },
        places: { lastSaid: async () => undefined, linkTo: () => undefined },
        events: { raise: async () => {} },
        emit: ({ name: event }, payload) => this.emitted.push({ event, payload }),
      },
      work: {
        jobs: this.jobs,
        schedules: new Schedules({ database, world, jobs: this.jobs, wakeAt }),
        wakeAt,
      },
      storage: {
        artifacts: new Proxy({} as Artifacts, {
          get: () => {
            throw new Error('a played skill stores no files');
          },
        }),
        cache: new Cache(memoryStore(world.clock)),
        locks: openLocks({}, world),
      },
      sandbox: noSandbox(world),
      egress: new Egress({ ports: [80, 443], allow: [], resolve: world.resolve }),
      ports: { ...ABSENT_PORTS, acknowledgements: acknowledgements({ wakeAt, world }) },
      people: {
        household: { zone: 'UTC', locale: undefined },
        readCaller: async () => {
          throw new Error('a played skill is asked for nothing over HTTP');
        },
        gate: new Gate(),
        offerMove: async () => undefined,
      },
      models: {
        small: {
          available: false,
          hasLight: false,
          mostCost: () => 0,
          spend: async (_, work) => work(),
          light: async () => ({ ok: false, fault: 'not_found', message: 'none', price: 0 }),
        },
        embedders: options.embedders ?? embeddersOf({ kind: 'none' }),
      },
      onClose: () => {},
    };
    const runnable = (name: string) => this.commands.some((each) => each.plannable && each.name === name);
    const all = { ...allSkills([]), runnable };
    this.tools = new Map((skill.tools?.(deps, all) ?? []).map((tool) => [tool.name, tool]));
    this.handlers = skill.work?.jobs?.(deps, all) ?? [];
    this.commands = skill.commands?.(deps, all) ?? [];
    this.sources = skill.work?.due?.(deps) ?? [];
  }

  /** Calls a tool as `person` in `conversation`, its input checked by its schema. */
  async call(name: string, input: Record<string, unknown> = {}, as?: As): Promise<ToolResult> {
    const tool = this.tools.get(name) as DataTool<unknown> | undefined;
    if (!tool) throw new Error(`there is no tool ${name}`);
    const checked = tool.input.parse(input);
    const ctx = await this.context(as);
    const prepared = await tool.prepare?.(checked, ctx);
    return this.database.tx(`test.${name}`, (tx) => tool.run(checked, { ...ctx, tx, prepared }));
  }

  /** Runs a job of the skill's, as the queue would. */
  async job(kind: string, payload: Json = {}): Promise<void> {
    const handler = this.handlers.find((one) => one.kind === kind) as JobHandler;
    const job = { id: '1', payload, attempt: 1, dueAt: this.world.clock.now() };
    await handler.run(job, new AbortController().signal);
  }

  run(call: Call): Promise<ToolResult> {
    return this.call(call.tool, call.input);
  }

  async command(line: string, as?: As): Promise<ToolResult> {
    const [name = '', rest = ''] = line.split(/ (.*)/s);
    const command = this.commands.find((one) => one.name === name) as Command;
    const ctx = await this.context(as);
    const said = await this.database.tx(`test.${name}`, (tx) => command.run(rest.trim(), { ...ctx, tx }));
    return 'tool' in said ? this.call(said.tool, said.input, as) : said;
  }

  /** Moves the clock and lets everything fire that is due on the way. */
  async passTo(to: string): Promise<void> {
    const target = new Date(to);
    for (let next = await this.earliest(); next && next <= target; next = await this.earliest()) {
      if (next > this.world.clock.now()) await this.world.clock.moveTo(next);
      await this.fireAll();
    }
    await this.world.clock.moveTo(target);
  }

  /** Moves the clock as if coda had been off until `at`, then lets it start. */
  async offUntil(to: string): Promise<void> {
    await this.world.clock.moveTo(new Date(to));
    await this.fireAll();
  }

  /** Lets everything fire that is due now. */
  async fireAll(): Promise<void> {
    for (const source of this.sources) while ((await source.fire(this.world.clock.now())) > 0);
  }

  /** The next transaction that puts something into the outbox fails. */
  failNextFiring(): void {
    this.failing = true;
  }

  /** The instant that the worker would sleep to. */
  async earliest(): Promise<Date | undefined> {
    const sql = `select ${this.sources[0]?.earliest ?? 'null'} as at`;
    const { rows } = await this.database.read<{ at: Date | null }>(sql);
    return rows[0]?.at ?? undefined;
  }

  private async addAll(tx: Transaction, messages: readonly Outgoing[]): Promise<void> {
    const kept = messages.filter(({ key }) => !this.said.some((one) => one.key === key));
    tx.afterCommit(() => this.said.push(...kept));
    if (!this.failing) return;
    this.failing = false;
    throw new Error('the outbox fails');
  }

  private async context({ person: name = 'ana', conversation = `${name}-dm` }: As = {}): Promise<CallContext> {
    const { clock } = this.world;
    const person = await readPerson(this.database, this.ids[name] as string);
    return {
      person,
      place: PLACES[conversation] as Place,
      conversationId: this.ids[conversation] as string,
      private: (PLACES[conversation] as Place).kind === 'dm',
      clock,
      when: { now: clock.now(), zone: person.zone ?? 'UTC', locale: person.locale, weekStart: person.weekStart },
      signal: new AbortController().signal,
      tainted: false,
      request: {
        origin: 'person',
        identity: { adapter: 'test', externalId: name },
        said: [],
        files: [],
        ownFiles: false,
      },
      approval: { remembered: [] },
      turn: {},
      tools: {
        offeredTools: () => new Toolbox([...this.tools.values()]).specs({ role: 'owner' }),
        toolsMeant: (names) => names.filter((name) => this.tools.has(name)),
        mayUse: (tool) => this.tools.has(tool),
        namesOfAll: () => [...this.tools.keys()],
        call: ({ tool, input }, ctx) => (this.tools.get(tool) as DataTool).run(input, ctx),
      },
      runner: {},
    };
  }
}

/** Plays `skill` on `database`, which is emptied first. */
export async function playSkill(skill: Skill, database: Database, options: Options = {}): Promise<Played> {
  const { at = '2026-11-20T08:00:00Z', zone = 'Europe/Berlin', quiet } = options;
  const world = testWorld({ at });
  return new Played(skill, database, world, await settle(database, world, zone, quiet), options);
}

async function readPerson(database: Database, id: string): Promise<Person> {
  const { rows } = await database.read<PersonRow>('select * from persons where id = $1', [id]);
  return toPerson(rows[0] as PersonRow);
}

const empty = new WeakMap<Database, Emptied>();

/** Not by `truncate`: that makes each table and index anew, which takes longer than most tests. */
async function makeEmpty(database: Database): Promise<void> {
  const statements: Statements = {
    query: async (sql) => (await database.read(sql)).rows,
    script: (sql) => database.tx('test.empty', (tx) => tx.script(sql)),
  };
  const known = empty.get(database) ?? (await Emptied.of(statements));
  empty.set(database, known);
  if (!(await known.restore(statements))) throw new Error('a test has changed the tables');
}

/** Two people, a DM with each, and two channels; gives their ids by name. */
async function settle(database: Database, world: TestWorld, zone: string | null, quiet: Options['quiet']) {
  await makeEmpty(database);
  const now = world.clock.now();
  const ids = Object.fromEntries(['ana', 'bob', ...Object.keys(PLACES)].map((name) => [name, uuid(now)]));
  await database.tx('test.settle', async (tx) => {
    await tx.query(`insert into spaces (id, adapter, created_at) values ('console:terminal', 'console', $1)`, [now]);
    await tx.query(
      `insert into persons (id, name, role, zone, quiet_from, quiet_to, created_at)
       select unnest($1::uuid[]), unnest($2::text[]), 'member', $3, $4, $5, $6`,
      [[ids.ana, ids.bob] as string[], ['Ana', 'Bob'], zone, quiet?.from ?? null, quiet?.to ?? null, now],
    );
    for (const [name, place] of Object.entries(PLACES)) {
      const person = place.kind === 'dm' ? ids[name.replace('-dm', '')] : undefined;
      await tx.query(
        `insert into conversations (id, adapter, channel, space_id, kind, person_id, created_at)
         values ($1, $2, $3, 'console:terminal', $4, $5, $6)`,
        [ids[name] as string, place.adapter, place.channel, place.kind, person ?? null, now],
      );
    }
  });
  return ids;
}

/** The words of a result, whatever it is. */
export function words(result: ToolResult): string {
  return result.ok ? result.text : result.message;
}
