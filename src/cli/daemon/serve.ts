import {
  type App,
  build,
  type ControlService,
  createWorld,
  openControl,
  readConfig,
  verbFinder,
} from '../../app/index.ts';
import { deferred } from '../../base/async.ts';
import { smallHeaps } from '../../base/heap.ts';
import { type Json, omitUndefined } from '../../base/json.ts';
import { createLog, type Log, Secrets } from '../../base/log.ts';
import { version } from '../../base/root.ts';
import type { World } from '../../base/world.ts';
import type { Config } from '../../config/index.ts';
import { configRequest, type Flags } from '../flags.ts';
import { prettyLine } from '../logs/pretty.ts';
import { catchCrashes, die } from './crash.ts';
import { hint } from './ready.ts';

export interface Coda {
  app: App;
  config: Config;
  log: Log;
  /** Stops everything in order: nothing new is taken, turns may finish for 10 s. */
  stop(): Promise<void>;
}

export interface ServeOptions {
  logTo?(config: Config): { write(line: string): void };
  /** True if a person looks at stderr while the log goes elsewhere; default: it goes where `logTo` says. */
  watched?: boolean;
  /** Values where there is no configuration file. */
  withoutFile?: Readonly<Record<string, unknown>>;
  /** Stops this coda and serves another one; left out where the process does not do that. */
  onRestart?: () => void;
}

/** Builds and starts a coda as the flags say. Where it throws, everything that it opened is closed again. */
export async function serve(flags: Flags, io: NodeJS.Process, options: ServeOptions = {}): Promise<Coda> {
  const { config, world } = prepare(flags, io, options);
  const { log } = world;
  const witness = { log, watched: options.watched ?? options.logTo !== undefined };
  const release = catchCrashes(io, witness);
  const startedAt = world.clock.monotonic();
  try {
    const served = deferred<ControlService>();
    // Before all else: a command that is typed meanwhile waits for this coda, instead of being told that there is none.
    const control = await openControl({ dataDir: config.dataDir, served: served.promise, log });
    let app: App | undefined;
    const close = async (graceMs?: number) => {
      await app?.stop(graceMs);
      await control.close();
    };
    try {
      const onFatal = (error: Error) => die(io, error, witness);
      const newApp = await build(
        config,
        world,
        omitUndefined({ ...aboutItself(config), onFatal, onRestart: options.onRestart }),
      );
      app = newApp;
      served.resolve(serviceOf(newApp, config, world));
      await newApp.start();
      // A start makes more garbage than it would save.
      smallHeaps();
      log.debug({ ms: Math.round(world.clock.monotonic() - startedAt) }, 'started');
      const stop = async () => {
        await close();
        release();
      };
      return { app: newApp, config, log, stop };
    } catch (error) {
      served.reject(error);
      await close(0);
      throw error;
    }
  } catch (error) {
    release();
    throw error;
  }
}

function serviceOf(app: App, config: Config, world: World): ControlService {
  return {
    findVerb: verbFinder({ app, config, world, isRunning: true }),
    chat: (socket, { cwd, token, answersOnly }) =>
      app.console.attach({
        input: socket,
        output: socket,
        cwd: textOf(cwd),
        // Whoever presses or says yes there approves.
        isProgram: !app.approvals.carries(textOf(token)),
        answersOnly: answersOnly === true,
      }),
  };
}

export function prepare(
  flags: Flags,
  io: NodeJS.Process,
  options: ServeOptions = {},
): { config: Config; world: World } {
  const secrets = new Secrets();
  const { withoutFile } = options;
  const config = readConfig({ ...configRequest(flags, io, secrets), withoutFile });
  const { level } = config.log;
  const world = createWorld({ env: io.env, secrets, level, testClock: flags.testClock });
  const destination = options.logTo?.(config) ?? terminalLog(io);
  return {
    config,
    world: destination ? { ...world, log: createLog(level, secrets, destination, world.trace) } : world,
  };
}

/** Log lines on a terminal are for a person; a program reads JSON. */
function terminalLog({ stderr }: NodeJS.Process): { write(line: string): void } | undefined {
  return stderr.isTTY ? { write: (line) => void stderr.write(prettyLine(line)) } : undefined;
}

export function aboutItself(config: Config): { version: string; hint: string } {
  return { version: version(), hint: hint(config) };
}

const textOf = (value: Json | undefined) => (typeof value === 'string' ? value : undefined);
