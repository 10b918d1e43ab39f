import type { Config } from '../config/index.ts';

/** What a start can tell of itself. */
export interface Readiness {
  on: string[];
  /** What is off, each with how it is turned on, in plain words. */
  off: string[];
}

/** What this configuration switches on, and what it leaves off. */
export function readiness(config: Config): Readiness {
  const on = ['terminal'];
  const off: string[] = [];
  const part = (enabled: boolean, name: string, how: string) => {
    if (enabled) on.push(name);
    else off.push(`${name} is off: ${how}`);
  };
  part(config.discord !== undefined, 'Discord', "put the bot's token into DISCORD_TOKEN, or discord: into the config.");
  part(
    config.slack !== undefined,
    'Slack',
    'put its tokens into SLACK_BOT_TOKEN and SLACK_APP_TOKEN, or slack: into the config.',
  );
  part(
    config.models?.default !== undefined,
    'a language model',
    'coda understands plain English by itself; for more, put a key into ANTHROPIC_API_KEY or OPENAI_API_KEY, or ' +
      'models: into the config.',
  );
  part(config.execution.enabled, 'running code', 'it needs Docker; set EXECUTION_ENABLED=true.');
  part(config.browser.enabled, 'reading web pages', 'it needs Chromium; set BROWSER_ENABLED=true.');
  return { on, off };
}

/** One line for who opens the terminal. */
export function hint(config: Config): string {
  return config.models?.default ?? 'plain English, no model yet';
}
