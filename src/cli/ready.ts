import type { Config } from '../config/index.ts';

/** What a start can tell of itself. */
export interface Readiness {
  on: string[];
  /** What is off, each with how it is turned on, in plain words. */
  off: string[];
}

/** What this configuration switches on, and what it leaves off. */
export function readiness(config: Config): Readiness {
  const parts = [
    { name: 'Discord', on: config.discord !== undefined, off: OFF.discord },
    { name: 'Slack', on: config.slack !== undefined, off: OFF.slack },
    { name: modelName(config) ?? 'model', on: modelName(config) !== undefined, off: OFF.model },
    { name: 'running code', on: config.execution.enabled, off: OFF.execution },
    { name: 'reading web pages', on: config.browser.enabled, off: OFF.browser },
  ];
  return {
    on: ['terminal', ...parts.filter(({ on }) => on).map(({ name }) => name)],
    off: parts.filter(({ on }) => !on).map(({ off }) => off),
  };
}

const OFF = {
  discord: "Discord is off: put the bot's token into DISCORD_TOKEN, or discord: into the config.",
  slack: 'Slack is off: put its tokens into SLACK_BOT_TOKEN and SLACK_APP_TOKEN, or slack: into the config.',
  model:
    'There is no language model; coda understands plain English by itself. For more, put a key into ANTHROPIC_API_KEY ' +
    'or OPENAI_API_KEY, or models: into the config.',
  execution: 'Running code is off: it needs Docker; set EXECUTION_ENABLED=true.',
  browser: 'Reading web pages is off: it needs Chromium; set BROWSER_ENABLED=true.',
};

/** The model that answers, or the vendor whose usual one does; undefined without any. */
function modelName({ models }: Config): string | undefined {
  return models?.default ?? Object.keys(models?.providers ?? {})[0];
}

/** One line for who opens the terminal. */
export function hint(config: Config): string {
  return modelName(config) ?? 'plain English, no model yet';
}
