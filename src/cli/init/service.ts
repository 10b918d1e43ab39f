/** Service definitions that keep coda running for its user. Pure: text from values. */

import { join } from 'node:path';
import { escapeMarkup } from '../../base/text.ts';

export interface ServiceOptions {
  node: string;
  /** coda's main.js. */
  main: string;
  /** Working directory: relative paths of the configuration start there. */
  folder: string;
  config: string;
  data: string;
}

export interface Service {
  /** Absolute path of the definition. */
  path: string;
  text: string;
  /** Command that enables it. */
  enable: string;
}

/** The service of this kind of system; undefined where coda knows none. */
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
