/** Carries out a verb: by the running daemon, else by a coda that is built in this process. */
import { build, householdOf, verbFinder } from '../../app/index.ts';
import type { Json } from '../../base/json.ts';
import type { World } from '../../base/world.ts';
import type { Config } from '../../config/index.ts';
import { formatMinute } from '../../time/index.ts';
import type { Flags } from '../flags.ts';
import { usage } from '../texts.ts';
import { callDaemon, checkRoot, ofDaemon } from './daemon.ts';
import { aboutItself, prepare } from './serve.ts';

export type Ask = (verb: string, args: Record<string, Json>) => Promise<unknown>;

/** An instant as whoever sits here reads it: by the zone and the locale of the household. */
type At = (instant: string | Date) => string;

type PreparedVerbs = ReturnType<typeof prepare>;

/** Lets `use` ask as often as it wants to; a coda that is put together for its first question stays until `use` has ended. */
export async function withVerbs<T>(
  flags: Flags,
  io: NodeJS.Process,
  use: (ask: Ask, at: At, prepared: PreparedVerbs) => Promise<T>,
): Promise<T> {
  const prepared = prepare(flags, io);
  const { config, world } = prepared;
  let opened: ReturnType<typeof open> | undefined;
  const ask: Ask = async (verb, args) => {
    opened ??= open(prepared, flags.root);
    return (await opened).ask(verb, args);
  };
  try {
    return await use(ask, timesReader(config, world), prepared);
  } finally {
    await (await opened?.catch(() => undefined))?.close();
  }
}

async function open(
  { config, world }: PreparedVerbs,
  root: string | undefined,
): Promise<{ ask: Ask; close(): Promise<void> }> {
  const { dataDir } = config;
  if ((await callDaemon(dataDir, 'health')) !== undefined) {
    await checkRoot(dataDir, root);
    return { ask: ofDaemon(dataDir), close: async () => {} };
  }
  const app = await build(config, world, { ...aboutItself(config), onFatal: () => {} });
  const findVerb = verbFinder({ app, config, world, isRunning: false });
  const ask: Ask = async (verb, args) => {
    // A skill that was taken out has none any more.
    const act = await findVerb(verb);
    if (!act) throw usage(`This coda cannot do ${verb}.`, 'See "coda help" for what it can.');
    // As it would come from a running coda.
    return JSON.parse(JSON.stringify((await act(args)) ?? null));
  };
  return { ask, close: () => app.stop(0) };
}

/** Lets `use` ask a running daemon alone; without one only what it asks for fails. */
export async function withConfig<T>(
  flags: Flags,
  io: NodeJS.Process,
  use: (ask: Ask, at: At, prepared: PreparedVerbs) => Promise<T>,
): Promise<T> {
  const prepared = prepare(flags, io);
  return use(ofDaemon(prepared.config.dataDir), timesReader(prepared.config, prepared.world), prepared);
}

function timesReader(config: Config, world: World): At {
  const reader = { ...householdOf(config), now: world.clock.now() };
  return (instant) => formatMinute(new Date(instant), reader);
}

export function ask(flags: Flags, io: NodeJS.Process, verb: string, args: Record<string, Json>): Promise<unknown> {
  return withVerbs(flags, io, (own) => own(verb, args));
}
