/** `coda init`: asks what is needed, asks the platforms whether it is right, and writes it down at the end, at once. */

import { mkdirSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { readConfig } from '../../app/index.ts';
import { CodaError } from '../../base/errors.ts';
import { Secrets, silentLog } from '../../base/log.ts';
import { envFileOf, readEnvFile } from '../../config/index.ts';
import { dataDir, type InitFlags } from '../flags.ts';
import { type Asker, noTerminal, silentAsker, terminalAsker } from './ask.ts';
import { type Change, editEnv, editYaml } from './edit.ts';
import { type Draft, PRIVATE, readDraft, replace } from './files.ts';
import { type Answers, gather } from './gather.ts';
import { serviceFor } from './service.ts';
import { finished } from './texts.ts';

/** Edits what is there and loses nothing of it. Until the last answer is given nothing is written. */
export async function init(flags: InitFlags, io: NodeJS.Process): Promise<number> {
  const yaml = await import('yaml');
  const file = resolve(flags.config ?? (io.env.CODA_CONFIG || join('config', 'config.yaml')));
  const drafts = { config: readDraft(file), env: readDraft(envFileOf(file)) };
  const document = yaml.parseDocument(drafts.config.text, { logLevel: 'silent' });
  if (editYaml(yaml, drafts.config.text, []) === undefined) throw notYaml(file);
  const ask = await askerFor(flags, io);
  const known = {
    flags,
    env: withoutEmpty({ ...readEnvFile(drafts.env.path), ...withoutEmpty(io.env) }),
    current: (...path: string[]) => plain(document.getIn(path)),
    log: silentLog(),
  };
  const answers = await gather(ask, known);
  const text = editYaml(yaml, drafts.config.text, changesOf(answers));
  if (text === undefined) throw notYaml(file);
  write(drafts, text, answers.secrets, io);
  const service = answers.service ? installService(file, flags, io) : undefined;
  ask.say(finished({ ...summary(answers, drafts), service }));
  return 0;
}

async function askerFor(flags: InitFlags, io: NodeJS.Process): Promise<Asker> {
  if (flags.yes) return silentAsker(io);
  if (!io.stdin.isTTY || !io.stdout.isTTY) throw noTerminal();
  return terminalAsker(io);
}

function withoutEmpty(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => !!entry[1]));
}

function plain(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('toJSON' in value)) return value;
  return (value as { toJSON(): unknown }).toJSON();
}

function changesOf({ name, zone, platform, model, postgres }: Answers): Change[] {
  const changes: Change[] = [
    [['assistant', 'name'], name],
    [['assistant', 'zone'], zone],
  ];
  if (platform?.owner) changes.push([['access', 'owners'], [platform.owner]]);
  for (const { key, env } of platform?.platform.setup.secrets ?? []) {
    changes.push([[platform?.platform.config.key ?? '', key], `\${${env}}`]);
  }
  if (model) {
    const { name: provider, ...settings } = model.provider;
    changes.push([['models', 'default'], model.name]);
    for (const [key, value] of Object.entries(settings)) changes.push([['models', 'providers', provider, key], value]);
  }
  if (postgres) changes.push([['storage', 'url'], '${DATABASE_URL}']);
  return changes;
}

/** First what the new configuration refers to, then the configuration; neither where it would not be valid. */
function write(
  drafts: { config: Draft; env: Draft },
  text: string,
  secrets: Record<string, string>,
  io: NodeJS.Process,
): void {
  replace(drafts.config, text, 0o644, (fresh) => {
    validate(fresh, drafts, { ...io.env, ...secrets });
    if (Object.keys(secrets).length > 0) replace(drafts.env, editEnv(drafts.env.text, secrets), PRIVATE);
  });
}

function validate(fresh: string, { config, env }: { config: Draft; env: Draft }, values: NodeJS.ProcessEnv): void {
  try {
    readConfig({ file: fresh, envFile: env.path, env: values, secrets: new Secrets() });
  } catch (error) {
    if (!(error instanceof CodaError)) throw error;
    const { code, message, remedy } = error;
    throw new CodaError(code, {
      message: `${message.replaceAll(fresh, config.path)}\nNothing was written.`,
      remedy,
      cause: error,
    });
  }
}

function installService(config: string, flags: InitFlags, io: NodeJS.Process) {
  const [node = process.execPath, main = ''] = [io.execPath, io.argv[1]];
  const options = { node, main: resolve(main), folder: io.cwd(), config, data: dataDir(flags, io) };
  const service = serviceFor(io.platform, io.env.HOME ?? io.env.USERPROFILE ?? io.cwd(), options);
  if (!service) return undefined;
  mkdirSync(dirname(service.path), { recursive: true });
  replace(readDraft(service.path), service.text, 0o644);
  return service;
}

function summary({ platform, model, secrets }: Answers, drafts: { config: Draft; env: Draft }) {
  const shown = (path: string) => relative(process.cwd(), path) || path;
  return {
    config: shown(drafts.config.path),
    env: Object.keys(secrets).length > 0 ? shown(drafts.env.path) : undefined,
    platforms: platform ? [{ title: platform.platform.title, ...platform.answer }] : [],
    owner: platform?.owner,
    model: model?.name,
    run: platform ? 'coda run' : 'coda chat',
  };
}

function notYaml(file: string): CodaError {
  return new CodaError('CONFIG_INVALID', {
    message: `${file} is no YAML that can be edited. Nothing was written.`,
    remedy: 'See what is wrong with "coda config check", mend it, and run "coda init" again.',
  });
}
