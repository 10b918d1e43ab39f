/** `coda init`: asks what is needed, checks the answers as the page does, and writes them down at the end, at once. */
import { mkdirSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { createWorld, openConfigFiles, setupCards } from '../../app/index.ts';
import { silentLog } from '../../base/log.ts';
import { ownCommand } from '../../base/root.ts';
import { escapeMarkup } from '../../base/text.ts';
import type { KnownSettings, SettingChange } from '../../chat/index.ts';
import { findPlace } from '../../config/index.ts';
import { Egress } from '../../egress/index.ts';
import { type SetupFiles, writeWhole } from '../../setup/index.ts';
import { dataDir, type InitFlags } from '../flags.ts';
import { type Asker, noTerminal, silentAsker, terminalAsker } from './asker.ts';
import { type Answers, gather } from './gather.ts';
import { finishedReport } from './texts.ts';

/** Edits what is there and loses nothing of it. Until the last answer is given nothing is written. */
export async function init(flags: InitFlags, io: NodeJS.Process): Promise<number> {
  const place = findPlace({ env: io.env, file: flags.config, dataDir: dataDir(flags, io), cwd: io.cwd() });
  const files = await openConfigFiles(place, io.env);
  const ask = await askerFor(flags, io);
  const { current, isThere } = files;
  const env = withoutEmpty(files.variables);
  const world = { ...createWorld({ env: io.env, level: 'error' }), log: silentLog() };
  // The addresses that it asks are the person's own.
  const egress = new Egress({ ports: [80, 443], allow: [], proxy: world.proxy });
  const answers = await gather(ask, { flags, isThere, env, current, world, egress, ...(await setupCards()) });
  const changes = [...answers.changes, ...pageChanges(answers, current)];
  files.write(changes, answers.secrets);
  const service = answers.service ? installService(place.file, flags, io) : undefined;
  ask.say(finishedReport({ ...summary(answers, files), ...commandsHere(answers, current, io.env), service }));
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

/** As the example configuration has it. */
const PAGE = '127.0.0.1:8321';

function pageChanges({ browser }: Answers, current: KnownSettings['current']): SettingChange[] {
  return browser && current('http', 'listen') === undefined ? [[['http', 'listen'], PAGE]] : [];
}

function installService(config: string, flags: InitFlags, io: NodeJS.Process) {
  const [node = process.execPath, main = ''] = [io.execPath, io.argv[1]];
  const options = { node, main: resolve(main), folder: io.cwd(), config, data: dataDir(flags, io) };
  const service = serviceFor(io.platform, io.env.HOME ?? io.env.USERPROFILE ?? io.cwd(), options);
  if (!service) return undefined;
  mkdirSync(dirname(service.path), { recursive: true });
  writeWhole(service.path, service.text, 0o644);
  return service;
}

/** The settings as they are now: a part that was not asked for again is as it was. */
function summary({ changes, cards, secrets }: Answers, { current, config, env }: SetupFiles) {
  const relativePath = (path: string) => relative(process.cwd(), path) || path;
  const valueAt = (...path: string[]) =>
    changes.find(([changed]) => changed.join() === path.join())?.[1] ?? current(...path);
  const [owners, model] = [valueAt('access', 'owners'), valueAt('models', 'default')];
  const switched = changes.find(([changed]) => changed.join() === 'models,enabled');
  const isAsked = (switched ? switched[1] : current('models', 'enabled')) !== false;
  return {
    config: relativePath(config),
    env: Object.keys(secrets).length > 0 ? relativePath(env) : undefined,
    cards: cards.map(({ card: { title }, verdict: { says, invite, notes = [] } }) => ({ title, says, invite, notes })),
    owner: Array.isArray(owners) && owners.length > 0 ? owners.join(', ') : undefined,
    model: isAsked && typeof model === 'string' ? model : undefined,
  };
}

/** The commands that work where the person stands: in a clone `npm start`, else `coda` by its name. */
function commandsHere({ cards, browser }: Answers, current: KnownSettings['current'], env: NodeJS.ProcessEnv) {
  const listen = String(current('http', 'listen') ?? PAGE).replace(/^\[::\]|^0\.0\.0\.0/, '127.0.0.1');
  return {
    coda: ownCommand(env),
    page: browser ? `http://${listen}/` : undefined,
    run: browser || cards.some(({ card }) => !card.isLasting) ? 'run' : 'chat',
  };
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
