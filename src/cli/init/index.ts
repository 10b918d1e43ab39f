/** `coda init`: asks what is needed, asks the platforms whether it is right, and writes it down at the end, at once. */
import { createHash } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import type { Document } from 'yaml';
import { readConfig } from '../../app/index.ts';
import { CodaError, messageOf, systemCode } from '../../base/errors.ts';
import { Secrets, silentLog } from '../../base/log.ts';
import { escapeMarkup, stripEnd } from '../../base/text.ts';
import { envFileOf, readEnvFile } from '../../config/index.ts';
import { dataDir, type InitFlags } from '../flags.ts';
import {
  type Answers,
  type Asker,
  gather,
  type KnownSettings,
  noTerminal,
  silentAsker,
  terminalAsker,
} from './gather.ts';
import { finishedReport } from './texts.ts';

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
  const text = editYaml(yaml, drafts.config.text, changesOf(answers, known.current));
  if (text === undefined) throw notYaml(file);
  write(drafts, text, answers.secrets, io);
  const service = answers.service ? installService(file, flags, io) : undefined;
  ask.say(
    finishedReport({
      ...summary(answers, known.current, drafts),
      ...commandsHere(answers, known.current, io.env),
      service,
    }),
  );
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

/** As the example configuration has it. */
const PAGE = '127.0.0.1:8321';

function changesOf(
  { name, zone, platform, browser, model, postgres }: Answers,
  current: KnownSettings['current'],
): Change[] {
  const changes: Change[] = [
    [['assistant', 'name'], name],
    [['assistant', 'zone'], zone],
  ];
  if (browser && current('http', 'listen') === undefined) changes.push([['http', 'listen'], PAGE]);
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

/** The settings as they are now: a part that was not asked for again is as it was. */
function summary(
  { platform, model, secrets }: Answers,
  current: KnownSettings['current'],
  drafts: { config: Draft; env: Draft },
) {
  const setModel = current('models', 'default');
  const owners = current('access', 'owners');
  const shown = (path: string) => relative(process.cwd(), path) || path;
  return {
    config: shown(drafts.config.path),
    env: Object.keys(secrets).length > 0 ? shown(drafts.env.path) : undefined,
    platforms: platform ? [{ title: platform.platform.title, ...platform.answer }] : [],
    owner: platform?.owner ?? (Array.isArray(owners) && owners.length > 0 ? owners.join(', ') : undefined),
    window: model?.provider.context_tokens,
    model: model?.name ?? (typeof setModel === 'string' ? setModel : undefined),
  };
}

/** The commands that work where the person stands: in a clone `npm start`, else `coda` by its name. */
function commandsHere({ platform, browser }: Answers, current: KnownSettings['current'], env: NodeJS.ProcessEnv) {
  const listen = String(current('http', 'listen') ?? PAGE).replace(/^\[::\]|^0\.0\.0\.0/, '127.0.0.1');
  return {
    coda: env.npm_lifecycle_event === 'start' ? 'npm start --' : 'coda',
    page: browser ? `http://${listen}/` : undefined,
    run: platform || browser ? 'run' : 'chat',
  };
}

function notYaml(file: string): CodaError {
  return new CodaError('CONFIG_INVALID', {
    message: `${file} is no YAML that can be edited. Nothing was written.`,
    remedy: 'See what is wrong with "coda config check", mend it, and run "coda init" again.',
  });
}

// Editing what people write by hand: everything that is not changed stays as it is, comments too. Pure.

type Change = readonly [path: readonly string[], value: string | number | boolean | readonly string[]];

type Yaml = typeof import('yaml');

const NEW_FILE = `# What this coda is set to. config.example.yaml shows every key; "coda config check" finds what is wrong.
# Tokens and keys stand in the file .env beside this folder.
`;

/** `text`, a configuration, with `changes` made; undefined where it is no YAML that can be edited. */
function editYaml(yaml: Yaml, text: string, changes: readonly Change[]): string | undefined {
  const document = yaml.parseDocument(text, { logLevel: 'silent' });
  if (document.errors.length > 0) return undefined;
  if (document.contents === null) {
    const values = new yaml.Document({});
    for (const [path, value] of changes) setIn(yaml, values, path, value);
    const before = text === '' ? NEW_FILE : `${stripEnd(text, '\n')}\n`;
    return `${before}\n${values.toString({ lineWidth: 0 })}`;
  }
  if (!yaml.isMap(document.contents)) return undefined;
  for (const [path, value] of changes) setIn(yaml, document, path, value);
  return document.toString({ lineWidth: 0 });
}

function setIn(yaml: Yaml, document: Document, path: readonly string[], value: Change[1]): void {
  // A key with nothing behind it stands for an empty block.
  for (let depth = 1; depth < path.length; depth++) {
    const above = path.slice(0, depth);
    if (!yaml.isCollection(document.getIn(above))) document.setIn(above, document.createNode({}));
  }
  const there = document.getIn(path);
  if (typeof value !== 'object') {
    if (there !== value) document.setIn(path, value);
    return;
  }
  if (!yaml.isSeq(there)) {
    document.setIn(path, document.createNode(value, { flow: true }));
    return;
  }
  const held = there.toJSON() as unknown[];
  for (const item of value) if (!held.includes(item)) there.add(item);
}

function editEnv(text: string, values: Readonly<Record<string, string>>): string {
  const lines = text === '' ? [] : text.replace(/\n$/, '').split('\n');
  for (const [name, value] of Object.entries(values)) {
    const line = `${name}=${quoteValue(value)}`;
    // The last one counts where a name stands twice.
    const at = lines.findLastIndex((each) => new RegExp(`^\\s*(?:export\\s+)?${name}\\s*=`).test(each));
    if (at < 0) lines.push(line);
    else lines[at] = line;
  }
  return `${lines.join('\n')}\n`;
}

/** As node:util's `parseEnv` and the shell read it back. */
function quoteValue(value: string): string {
  if (/^[\w.:/@+,=%-]*$/.test(value)) return value;
  const quote = ["'", '"', '`'].find((each) => !value.includes(each)) ?? '"';
  return `${quote}${value}${quote}`;
}

// The two files that `coda init` writes: both are as they were until everything is known, and then whole.

interface Draft {
  path: string;
  text: string;
  isThere: boolean;
  hash: string;
}

function readDraft(path: string): Draft {
  const text = textOf(path);
  return { path, text: text ?? '', isThere: text !== undefined, hash: hashOf(text) };
}

/**
 * Puts `text` in the place of what `draft` was, at once: who reads sees the old or the new. `check` is given the path of
 * the new text before, and throws where it must not be taken. Whoever changed the file meanwhile wins: `CONFIG_EDITED`.
 */
function replace(draft: Draft, text: string, mode: number, check: (path: string) => void = () => {}): void {
  // The file that a link leads to is replaced, not the link.
  const target = draft.isThere ? realpathSync(draft.path) : draft.path;
  const fresh = `${target}.${process.pid}.new`;
  try {
    mkdirSync(dirname(target), { recursive: true });
    writeFiles(fresh, text, draft.isThere && mode !== PRIVATE ? statSync(target).mode & 0o777 : mode);
    // Before `check`, too, which may write another file.
    assertUnchanged(draft);
    check(fresh);
    assertUnchanged(draft);
    renameSync(fresh, target);
  } catch (error) {
    rmSync(fresh, { force: true });
    throw error instanceof CodaError ? error : unwritable(draft.path, error);
  }
}

const PRIVATE = 0o600;

function assertUnchanged({ path, hash }: Draft): void {
  if (hashOf(textOf(path)) === hash) return;
  throw new CodaError('CONFIG_EDITED', {
    message: `${path} was changed while this was asked. Nothing was written.`,
    remedy: 'Save what is open in an editor, and run "coda init" again.',
  });
}

function writeFiles(path: string, text: string, mode: number): void {
  const file = openSync(path, 'w', mode);
  try {
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  chmodSync(path, mode);
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(systemCode(error) ?? '')) return undefined;
    throw new CodaError('CONFIG_UNREADABLE', {
      message: `${path} cannot be read (${messageOf(error)}).`,
      remedy: 'Let this user read it, or name another configuration with --config.',
      cause: error,
    });
  }
}

function hashOf(text: string | undefined): string {
  return text === undefined ? 'none' : createHash('sha256').update(text).digest('hex');
}

function unwritable(path: string, cause: unknown): CodaError {
  return new CodaError('DATA_UNWRITABLE', {
    message: `${path} cannot be written (${messageOf(cause)}).`,
    remedy: 'Run this as a user who may, or name another place with --config.',
    cause,
  });
}

interface ServiceOptions {
  node: string;
  main: string;
  /** Working directory: relative paths of the configuration start there. */
  folder: string;
  config: string;
  data: string;
}

interface Service {
  path: string;
  text: string;
  enable: string;
}

export function serviceFor(system: string, home: string, options: ServiceOptions): Service | undefined {
  if (system === 'linux') {
    const path = join(home, '.config', 'systemd', 'user', 'coda.service');
    return { path, text: systemdUnit(options), enable: 'systemctl --user enable --now coda && loginctl enable-linger' };
  }
  if (system === 'darwin') {
    const path = join(home, 'Library', 'LaunchAgents', 'coda.plist');
    return { path, text: launchdPlist(options), enable: `launchctl bootstrap gui/$(id -u) ${path}` };
  }
  if (system === 'win32') {
    const path = join(options.data, 'coda-task.xml');
    return { path, text: windowsTask(options), enable: `schtasks /Create /TN coda /XML "${path}"` };
  }
  return undefined;
}

/** Statuses after which starting again does not help: docs/errors.md. */
const HOPELESS = '64 66 78';

/** systemd.service(5); `%` begins a specifier and is doubled, words with spaces stand in quotes. */
export function systemdUnit({ node, main, folder, config, data }: ServiceOptions): string {
  const word = (text: string) => `"${text.replace(/["\\]/g, '\\$&').replaceAll('%', '%%').replaceAll('$', '$$$$')}"`;
  const command = [node, main, 'run', '--config', config, '--data', data].map(word).join(' ');
  return `[Unit]
Description=coda, a personal assistant
After=network-online.target

[Service]
ExecStart=${command}
WorkingDirectory=${folder.replaceAll('%', '%%')}
Environment=MALLOC_ARENA_MAX=1
Restart=on-failure
RestartSec=5
RestartPreventExitStatus=${HOPELESS}
TimeoutStopSec=20
NoNewPrivileges=true

[Install]
WantedBy=default.target
`;
}

/** launchd.plist(5). */
export function launchdPlist({ node, main, folder, config, data }: ServiceOptions): string {
  const strings = [node, main, 'run', '--config', config, '--data', data].map(
    (text) => `    <string>${escapeMarkup(text)}</string>`,
  );
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
  <key>Label</key>
  <string>coda</string>
  <key>ProgramArguments</key>
  <array>
${strings.join('\n')}
  </array>
  <key>WorkingDirectory</key>
  <string>${escapeMarkup(folder)}</string>
  <key>RunAtLoad</key>
  <true/>
  <key>KeepAlive</key>
  <dict>
    <key>SuccessfulExit</key>
    <false/>
  </dict>
  <key>ExitTimeOut</key>
  <integer>20</integer>
  <key>StandardErrorPath</key>
  <string>${escapeMarkup(join(data, 'coda.stderr.log'))}</string>
</dict>
</plist>
`;
}

/** A task of Windows' scheduler that starts at logon and after a failure (Task Scheduler schema 1.2). */
export function windowsTask({ node, main, folder, config, data }: ServiceOptions): string {
  const args = [main, 'run', '--config', config, '--data', data].map((text) => `"${text}"`).join(' ');
  return `<?xml version="1.0" encoding="UTF-8"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <Triggers>
    <LogonTrigger><Enabled>true</Enabled></LogonTrigger>
  </Triggers>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <ExecutionTimeLimit>PT0S</ExecutionTimeLimit>
    <RestartOnFailure>
      <Interval>PT1M</Interval>
      <Count>999</Count>
    </RestartOnFailure>
  </Settings>
  <Actions>
    <Exec>
      <Command>${escapeMarkup(node)}</Command>
      <Arguments>${escapeMarkup(args)}</Arguments>
      <WorkingDirectory>${escapeMarkup(folder)}</WorkingDirectory>
    </Exec>
  </Actions>
</Task>
`;
}
