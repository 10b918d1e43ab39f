import { messageOf } from '../../base/errors.ts';
import { listOf } from '../../base/text.ts';
import type { HealthCheck } from '../../chat/index.ts';
import { type Api, openApi } from './client.ts';
import type { SlackConfig } from './config.ts';
import { refusalOf, refusedFor, type Trouble } from './connection.ts';
import { BOT_SCOPES } from './manifest.ts';
import type { SlackOptions } from './options.ts';
import { SlackRefusal } from './outcome.ts';
import { asMe } from './shapes.ts';

type Finding = Awaited<ReturnType<HealthCheck['check']>>;

/** What `coda doctor` asks of Slack: both tokens, and whether the bot has the manifest's scopes. */
export function checks(options: SlackOptions, away: () => Trouble | undefined): HealthCheck[] {
  const { config, log } = options;
  const check = async (): Promise<Finding> => {
    try {
      const finding = await examine(await openApi(config, config.bot_token, log), config, options);
      const trouble = finding.ok ? away() : undefined;
      return trouble ? { ok: false, ...trouble } : finding;
    } catch (error) {
      const refusal = error instanceof SlackRefusal ? refusalOf(error) : undefined;
      if (refusal) return { ok: false, ...refusedFor(refusal) };
      const remedy = 'Look at the network and at slack.api_url.';
      return { ok: false, says: `cannot be reached (${messageOf(error)})`, remedy };
    }
  };
  return [{ name: 'slack', check }];
}

async function examine(bot: Api, config: SlackConfig, { log }: SlackOptions): Promise<Finding> {
  const answer = await bot<{ response_metadata?: { scopes?: string[] } }>('auth.test');
  const { user = 'coda', team = 'Slack' } = asMe(answer);
  const troubles: Trouble[] = [];
  const held = answer.response_metadata?.scopes;
  const missing = held ? BOT_SCOPES.filter((scope) => !held.includes(scope)) : [];
  if (missing.length > 0) {
    troubles.push({
      says: `the app lacks ${missing.length === 1 ? 'the scope' : 'the scopes'} ${listOf(missing)}`,
      remedy: 'Paste config/slack-manifest.yaml under App Manifest and install the app again.',
    });
  }
  if (config.mode === 'socket') troubles.push(...(await socketTrouble(config, log)));
  if (troubles.length === 0) return { ok: true, says: `signed in as ${user} in ${team}` };
  return {
    ok: false,
    says: troubles.map(({ says }) => says).join('; '),
    remedy: troubles.map(({ remedy }) => remedy).join(' '),
  };
}

/** What is wrong with the token for sockets, if anything. Rejects while Slack is away. */
async function socketTrouble(config: SlackConfig, log: SlackOptions['log']): Promise<Trouble[]> {
  const app = await openApi(config, config.app_token ?? '', log);
  try {
    await app('apps.connections.open');
    return [];
  } catch (error) {
    const refusal = error instanceof SlackRefusal ? refusalOf(error) : undefined;
    if (!refusal) throw error;
    const { says, remedy } = refusedFor(refusal);
    return [{ says: `${says}, for sockets`, remedy }];
  }
}
