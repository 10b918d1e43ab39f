import type { AnyTool, Call, DataTool, ToolResult, TxContext } from '../../src/agent/index.ts';
import { uuid } from '../../src/base/ids.ts';
import type { Json } from '../../src/base/json.ts';
import type { Command, Skill, SkillDeps } from '../../src/chat/index.ts';
import type { Outgoing, Place } from '../../src/delivery/index.ts';
import { type Person, type PersonRow, toPerson } from '../../src/people/index.ts';
import type { Database } from '../../src/storage/index.ts';
import { type TestWorld, testWorld } from '../support/world.ts';

/** A skill on a real database, played without the way of a message around it. */
export interface Played {
  world: TestWorld;
  /** What was put into the outbox, each key once, in order. */
  said: Outgoing[];
  raised: { event: string; payload: Json }[];
  woken: Date[];
  /** Calls a tool as `person` in `conversation`, its input checked by its schema. */
  call(tool: string, input?: Record<string, unknown>, as?: As): Promise<ToolResult>;
  run(call: Call): Promise<ToolResult>;
  command(line: string, as?: As): Promise<ToolResult>;
  /** Moves the clock and lets everything fire that is due on the way. */
  passTo(at: string): Promise<void>;
  /** Moves the clock as if coda had been off until `at`, then lets it start. */
  offUntil(at: string): Promise<void>;
  /** Lets everything fire that is due now. */
  fireAll(): Promise<void>;
  /** The next transaction that puts something into the outbox fails at its end. */
  failNextCommit(): void;
  /** The instant that the worker would sleep to. */
  earliest(): Promise<Date | undefined>;
}

export interface As {
  person?: string;
  conversation?: string;
}

export interface Options {
  at?: string;
  zone?: string | null;
  quiet?: { from: string; to: string };
  config?: unknown;
}

const PLACES: Record<string, Place> = {
  'ana-dm': { adapter: 'console', channel: 'ana-dm', space: 'terminal', kind: 'dm' },
  'bob-dm': { adapter: 'console', channel: 'bob-dm', space: 'terminal', kind: 'dm' },
  general: { adapter: 'console', channel: 'general', space: 'terminal', kind: 'channel' },
};

/** Plays `skill` on `database`, which is emptied first. */
export async function playSkill(skill: Skill, database: Database, options: Options = {}): Promise<Played> {
  const { at = '2026-11-20T08:00:00Z', zone = 'Europe/Berlin', quiet, config = {} } = options;
  const world = testWorld({ at });
  const ids = await settle(database, world, zone, quiet);
  const said: Outgoing[] = [];
  const raised: { event: string; payload: Json }[] = [];
  const woken: Date[] = [];
  let failing = false;
  const deps: SkillDeps = {
    database,
    world,
    config,
    outbox: {
      async addAll(tx, messages) {
        const kept = messages.filter(({ key }) => !said.some((one) => one.key === key));
        tx.afterCommit(() => said.push(...kept));
        const fails = failing;
        failing = false;
        if (fails) await tx.query(`do $$ begin raise exception 'the commit fails'; end $$`);
      },
    },
    wakeAt: (instant) => woken.push(instant),
    raise: (event, payload) => raised.push({ event, payload }),
  };
  const tools = new Map((skill.tools?.(deps) ?? []).map((tool) => [tool.name, tool]));
  const commands = skill.commands?.(deps) ?? [];
  const sources = skill.due?.(deps) ?? [];

  async function context(as: As = {}): Promise<Omit<TxContext, 'tx'>> {
    const { person: name = 'ana', conversation = `${name}-dm` } = as;
    const person = await readPerson(database, ids[name] as string);
    const place = PLACES[conversation] as Place;
    const now = world.clock.now();
    return {
      person,
      place,
      conversationId: ids[conversation] as string,
      clock: world.clock,
      when: { now, zone: person.zone ?? 'UTC', locale: person.locale, weekStart: person.weekStart },
      signal: new AbortController().signal,
      tainted: false,
    };
  }

  async function earliest(): Promise<Date | undefined> {
    const { rows } = await database.read<{ at: Date | null }>(`select ${sources[0]?.earliest ?? 'null'} as at`);
    return rows[0]?.at ?? undefined;
  }

  async function fireAll(): Promise<void> {
    for (const source of sources) while ((await source.fire(world.clock.now())) > 0);
  }

  const played: Played = {
    world,
    said,
    raised,
    woken,
    earliest,
    fireAll,
    failNextCommit() {
      failing = true;
    },
    async call(name, input = {}, as) {
      const tool = tools.get(name) as (AnyTool & DataTool<unknown>) | undefined;
      if (!tool) throw new Error(`there is no tool ${name}`);
      const checked = tool.input.parse(input);
      const ctx = await context(as);
      return database.tx(`test.${name}`, (tx) => tool.run(checked, { ...ctx, tx }));
    },
    run: (call) => played.call(call.tool, call.input),
    async command(line, as) {
      const [name = '', rest = ''] = line.split(/ (.*)/s);
      const command = commands.find((one) => one.name === name) as Command;
      const ctx = await context(as);
      return database.tx(`test.${name}`, (tx) => command.run(rest.trim(), { ...ctx, tx }));
    },
    async passTo(to) {
      const target = new Date(to);
      for (let next = await earliest(); next && next <= target; next = await earliest()) {
        if (next > world.clock.now()) await world.clock.moveTo(next);
        await fireAll();
      }
      await world.clock.moveTo(target);
    },
    async offUntil(to) {
      await world.clock.moveTo(new Date(to));
      await fireAll();
    },
  };
  return played;
}

async function readPerson(database: Database, id: string): Promise<Person> {
  const { rows } = await database.read<PersonRow>('select * from persons where id = $1', [id]);
  return toPerson(rows[0] as PersonRow);
}

/** Two people, a DM with each, and a channel; gives their ids by name. */
async function settle(database: Database, world: TestWorld, zone: string | null, quiet: Options['quiet']) {
  const now = world.clock.now();
  const ids = Object.fromEntries(['ana', 'bob', ...Object.keys(PLACES)].map((name) => [name, uuid(now)]));
  await database.tx('test.settle', async (tx) => {
    await tx.query('truncate spaces, persons cascade');
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
