import { join, resolve } from 'node:path';
import type { z } from 'zod';
import { CodaError } from '../base/errors.ts';
import type { Secrets } from '../base/log.ts';
import { plural } from '../base/text.ts';
import type { ConfigBlock, EnvOverride } from './block.ts';
import { CORE_BLOCKS, type CoreValues } from './blocks.ts';
import { type ConfigEntry, entriesOf } from './entries.ts';
import { envFileOf, withEnvFile } from './env-file.ts';
import { referredTo } from './expand.ts';
import { parseInto, readConfigFile } from './file.ts';
import { envOverrides, type Flags, type Overridden, overrideByEnv, overrideByFlags } from './overrides.ts';
import { pathText, rootSchema } from './schema.ts';
import { readSecretFiles, registerSecrets } from './secrets.ts';
import { describeOrigin, type Origin, type Problem, Tree } from './tree.ts';
import { type ChannelForm, channelProblems, unknownNames, validate } from './validate.ts';

export interface ConfigRequest {
  env: Readonly<Record<string, string | undefined>>;
  /** `--config`; else CODA_CONFIG; else `config/config.yaml`, which need not be there. */
  file?: string | undefined;
  /** A file of environment variables; else the `.env` of the configuration. */
  envFile?: string | undefined;
  /** `--data`; else CODA_DATA; else `data`. */
  dataDir?: string | undefined;
  /** Other flags of the command line, by the key's path. */
  flags?: Flags | undefined;
  /** Blocks of skills and adapters, beside coda's own. */
  blocks?: readonly ConfigBlock[] | undefined;
  /** The only names that may stand below a path, of which its schema knows none: tasks that skills bring. */
  names?: Readonly<Record<string, readonly string[]>> | undefined;
  /** Paths of values that name a channel, and the form of such ids by platform, each with the key of its block. */
  channels?: { paths: readonly string[]; forms: Readonly<Record<string, ChannelForm>> } | undefined;
  /** Learns every secret that is read. */
  secrets: Secrets;
  /** Base of relative paths; the working directory. */
  cwd?: string | undefined;
}

/** The configuration: typed values that do not change, and where each came from. Durations are in milliseconds. */
export interface Config extends CoreValues {
  /** The data folder, absolute. */
  readonly dataDir: string;
  /** The file that was read, absolute; undefined when there is none. */
  readonly file: string | undefined;
  /** Values of the file that the environment overrides. */
  readonly overridden: readonly Overridden[];
  /** The values of a block that was given to `loadConfig`. */
  block<S extends z.ZodType>(block: ConfigBlock<S>): z.output<S>;
  /** Origin of the value at `path` (`delivery.max_age`, `data`). */
  origin(path: string): Origin;
  /** Every key that has a value, as one would write it, with its origin; secrets are hidden. */
  entries(): ConfigEntry[];
}

/**
 * Flags over environment over file over defaults. All that is wrong is told at once, in one `CONFIG_INVALID` whose
 * message has a line for each problem; a file that is no text at all is `CONFIG_UNREADABLE`.
 */
export function loadConfig(request: ConfigRequest): Config {
  const { secrets, cwd = process.cwd() } = request;
  const blocks = [...CORE_BLOCKS, ...(request.blocks ?? [])];
  const schema = rootSchema(blocks);
  const overrides = envOverrides(blocks);
  const problems: Problem[] = [];
  const tree = new Tree();

  const found = findFile(request, cwd);
  const env = environment(request, found, overrides);
  if (found.text !== undefined) parseInto(found.text, { file: found.shown, env, tree, problems });
  const file = found.text === undefined ? undefined : found.file;
  const overridden = overrideByEnv(tree, env, overrides);
  overrideByFlags(tree, request.flags ?? {});
  readSecretFiles(schema, tree, problems, cwd);
  registerSecrets(schema, tree, secrets);
  const values = validate(schema, tree, problems, overrides);
  for (const [path, known] of Object.entries(request.names ?? {}))
    problems.push(...unknownNames(tree, path.split('.'), known));
  const { paths = [], forms = {} } = request.channels ?? {};
  for (const path of paths) problems.push(...channelProblems(tree, path.split('.'), forms));
  if (values === undefined || problems.length > 0) throw invalid(problems);

  const data = dataFolder(request);
  const dataDir = resolve(cwd, data.folder);
  return deepFreeze({
    ...(values as CoreValues),
    dataDir,
    file,
    overridden,
    block: <S extends z.ZodType>({ key }: ConfigBlock<S>) => values[key] as z.output<S>,
    origin: (path: string) =>
      path === 'data' ? data.origin : (tree.origin(path.split('.')) ?? { kind: 'default' as const }),
    entries: () => [{ path: 'data', value: dataDir, origin: data.origin }, ...entriesOf(schema, tree)],
  });
}

interface Found {
  /** Absolute. */
  file: string;
  /** As it was named. */
  shown: string;
  /** Undefined: there is none, and none was named. */
  text: string | undefined;
}

function findFile(request: ConfigRequest, cwd: string): Found {
  const named = request.file ?? (request.env.CODA_CONFIG || undefined);
  const shown = named ?? join('config', 'config.yaml');
  const file = resolve(cwd, shown);
  return { file, shown, text: readConfigFile(file, named !== undefined) };
}

/** The environment, with what the file `.env` has of the names that this configuration asks for. */
function environment({ env, envFile }: ConfigRequest, { file, text = '' }: Found, overrides: readonly EnvOverride[]) {
  const needed = new Set([...overrides.map((override) => override.env), ...referredTo(text)]);
  return withEnvFile(env, envFile ?? envFileOf(file), (name) => needed.has(name));
}

function dataFolder({ env, dataDir }: ConfigRequest): { folder: string; origin: Origin } {
  if (dataDir !== undefined) return { folder: dataDir, origin: { kind: 'flag', name: '--data' } };
  if (env.CODA_DATA) return { folder: env.CODA_DATA, origin: { kind: 'env', name: 'CODA_DATA' } };
  return { folder: 'data', origin: { kind: 'default' } };
}

/** More than these are not read anyway. */
const MOST_SHOWN = 50;

function invalid(problems: readonly Problem[]): CodaError {
  const lines = new Set(inOrder(problems).map(problemLine));
  const shown = [...lines].slice(0, MOST_SHOWN);
  if (lines.size > shown.length) shown.push(`and ${lines.size - shown.length} more`);
  return new CodaError('CONFIG_INVALID', {
    message: `The configuration has ${plural(lines.size, 'problem')}:\n${shown.map((line) => `  ${line}`).join('\n')}`,
    remedy: 'Mend them and see with "coda config check"; config/config.example.yaml shows every key.',
  });
}

function problemLine({ origin, path, message }: Problem): string {
  return [describeOrigin(origin), path.length > 0 ? `${pathText(path)}:` : '', message].filter(Boolean).join(' ');
}

/** In the file's order; what is not YAML makes the rest of its line look wrong too, and goes alone. */
function inOrder(problems: readonly Problem[]): Problem[] {
  const line = ({ origin }: Problem) => (origin.kind === 'file' ? origin.line : 0);
  const column = ({ origin }: Problem) => (origin.kind === 'file' ? origin.column : 0);
  const broken = new Map<number, Problem>();
  for (const problem of problems) {
    if (problem.path.length === 0 && !broken.has(line(problem))) broken.set(line(problem), problem);
  }
  return problems
    .filter((problem) => line(problem) === 0 || (broken.get(line(problem)) ?? problem) === problem)
    .sort((a, b) => line(a) - line(b) || column(a) - column(b));
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const item of Object.values(value)) deepFreeze(item);
  }
  return value;
}
