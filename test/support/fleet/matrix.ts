import { eventually } from '../eventually.ts';
import { sample } from '../seeded.ts';
import { type Daemon, type Fleet, Gone } from './index.ts';
import { type Scenario, scenarios } from './scenarios.ts';

/** One kill: while `scenario` is played, the daemon ends at the `times`th time that it comes by `point`. */
export interface Kill {
  scenario: Scenario;
  /** `before:turn.finish`. */
  point: string;
  times: number;
}

/** Of a point that is passed often in one play, the first few times say it all. */
const MOST_TIMES = 3;

/** Keeps one daemon alive: whenever it has been killed, the next one begins on the same data. */
export class Supervisor {
  readonly fleet: Fleet;
  daemon: Daemon;
  /** Kills so far. */
  kills = 0;
  streams = false;
  private readonly problems: unknown[] = [];
  private restarting: Promise<void> | undefined;
  private readonly nextKills: string[] = [];

  private constructor(fleet: Fleet, daemon: Daemon) {
    this.fleet = fleet;
    this.daemon = daemon;
    this.watch(daemon);
  }

  static async over(fleet: Fleet): Promise<Supervisor> {
    return new Supervisor(fleet, await fleet.start());
  }

  /** The next daemons are killed as well on their way to being ready, each at one of these points. */
  killAtStart(...points: string[]): void {
    this.nextKills.push(...points);
  }

  /** Resolves when the daemon that follows a killed one is ready. */
  async restarted(): Promise<void> {
    await this.restarting;
  }

  /** Resolves when nothing is under way any more, through however many restarts. */
  async settled(): Promise<void> {
    for (;;) {
      await this.restarting;
      const { daemon } = this;
      try {
        await daemon.order({ do: 'settled' });
        if (this.problems.length > 0) throw this.problems[0];
        return;
      } catch (error) {
        if (!(error instanceof Gone)) throw error;
        await daemon.exited;
        await this.restarting;
      }
    }
  }

  private watch(daemon: Daemon): void {
    daemon.exited.then(
      () => {
        this.kills++;
        if (!this.fleet.closing) this.restarting = this.restart();
      },
      (error) => {
        this.problems.push(error);
      },
    );
  }

  private async restart(): Promise<void> {
    const killAt = this.nextKills.shift();
    // The model that goes on may be another one, which shows nothing before it is done.
    const streams = this.streams && this.fleet.started % 3 > 0;
    this.daemon = await this.fleet.start({ streams, ...(killAt && { killAt }) });
    this.watch(this.daemon);
  }
}

let played = 0;

/** Plays a scenario, killing the daemon as `arm` says; returns what is wrong afterwards, and whether it was killed. */
async function playOnce(
  supervisor: Supervisor,
  scenario: Scenario,
  arm?: string,
): Promise<{ wrong: string[]; killed: boolean }> {
  const { fleet } = supervisor;
  const name = `n${++played}`;
  const { kills } = supervisor;
  supervisor.streams = scenario.streams ?? false;
  await supervisor.daemon.order({ do: 'stream', on: supervisor.streams });
  if (arm) await supervisor.daemon.order({ do: 'arm', at: arm });
  await scenario.play(fleet, name);
  await eventually(async () => (await fleet.state(name)).unheard === 0);
  // What comes after the answer may be where it is killed.
  await supervisor.settled();
  await supervisor.daemon.order({ do: 'arm', at: 'before:never' });
  const state = await fleet.state(name);
  const wrong = scenario.wrong(state.messages, state, name);
  const copies = Object.entries(state.copies).map(([key, count]) => `${count} copies of ${key}`);
  const stored = scenario.stored?.(name);
  if (stored) {
    const [row] = await supervisor.daemon.order<{ n: number }[]>({ do: 'sql', sql: stored.sql });
    if (row?.n !== stored.n) wrong.push(`stored ${row?.n} instead of ${stored.n}`);
  }
  return { wrong: [...wrong, ...copies, ...(await leftovers(supervisor))], killed: supervisor.kills > kills };
}

/** Rows that nobody will come to any more, and counts that have drifted. */
async function leftovers(supervisor: Supervisor): Promise<string[]> {
  const rows = await supervisor.daemon.order<{ what: string }[]>({
    do: 'sql',
    sql: `select 'outbox ' || state || ' ' || key as what from outbox where state not in ('sent', 'dropped')
          union all select 'inbox ' || key from inbox i where state = 'received'
          union all select 'lane with ' || l.pending || ' pending, owner ' || coalesce(l.owner::text, 'none')
                      from lanes l where l.pending <> 0 or l.owner is not null or l.current is not null
          union all select 'turn ' || t.state from turns t where t.state not in ('answered')`,
  });
  return rows.map(({ what }) => `left over: ${what}`);
}

/** All kills that a scenario offers: what it passes is learnt by playing it without any. */
async function killsOf(supervisor: Supervisor, scenario: Scenario): Promise<Kill[]> {
  const before = await supervisor.daemon.order<Record<string, number>>({ do: 'points' });
  const { wrong } = await playOnce(supervisor, scenario);
  if (wrong.length > 0) throw new Error(`${scenario.name}, without a kill: ${wrong.join('; ')}`);
  const after = await supervisor.daemon.order<Record<string, number>>({ do: 'points' });
  return Object.entries(after).flatMap(([point, count]) => {
    const passed = Math.min(count - (before[point] ?? 0), MOST_TIMES);
    return Array.from({ length: passed }, (_, index) => ({ scenario, point, times: index + 1 }));
  });
}

/** All kills of all scenarios. */
export async function allKills(supervisor: Supervisor): Promise<Kill[]> {
  const all: Kill[] = [];
  for (const scenario of scenarios) all.push(...(await killsOf(supervisor, scenario)));
  return all;
}

/** Of a scenario that has begun: points that are tried until its daemon is killed at one. */
const MOST_TRIES = 6;

/**
 * Plays one kill in each of `count` scenarios; `next` decides on scenarios and points. A point that hangs on time (of a
 * heartbeat, say) may not be passed a second time: then another one of that scenario is taken.
 */
export async function playSample(
  supervisor: Supervisor,
  count: number,
  next: () => number,
): Promise<{ wrong: string[]; killed: number }> {
  const all: string[] = [];
  let reached = 0;
  // What a scenario passes is only learnt where one of its points is taken.
  for (const scenario of sample(scenarios, count, next)) {
    for (const kill of sample(await killsOf(supervisor, scenario), MOST_TRIES, next)) {
      const { wrong, killed } = await playKills(supervisor, [kill]);
      all.push(...wrong);
      reached += killed;
      if (killed > 0) break;
    }
  }
  return { wrong: all, killed: reached };
}

/** Plays kills one after another on the same data; returns what was wrong, and how many points were reached. */
export async function playKills(
  supervisor: Supervisor,
  kills: readonly Kill[],
): Promise<{ wrong: string[]; killed: number }> {
  const all: string[] = [];
  let reached = 0;
  for (const { scenario, point, times } of kills) {
    const { wrong, killed } = await playOnce(supervisor, scenario, `${point}:${times}`);
    if (killed) reached++;
    all.push(...wrong.map((what) => `${scenario.name}, killed ${point} (${times}): ${what}`));
  }
  return { wrong: all, killed: reached };
}

/**
 * Kills a daemon with a message in its hands, and the next one on its way to being ready, at each named point (at most
 * `limit` of them) of such a start.
 */
export async function playStartKills(supervisor: Supervisor, limit = Number.POSITIVE_INFINITY): Promise<string[]> {
  const [plain] = scenarios;
  if (!plain) return [];
  await playOnce(supervisor, plain, 'after:inbox.accept');
  const points = Object.keys(await supervisor.daemon.order<Record<string, number>>({ do: 'points' }));
  const all: string[] = [];
  for (const point of points.filter((name) => /instances|lanes|inbox/.test(name)).slice(0, limit)) {
    supervisor.killAtStart(point, point);
    const { wrong } = await playOnce(supervisor, plain, 'after:inbox.accept');
    all.push(...wrong.map((what) => `killed ${point} while it started: ${what}`));
  }
  return all;
}
