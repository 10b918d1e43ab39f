import { readFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { NOTE, REMIND } from '../../../src/adapters/slack/adapter.ts';
import { ANY_COMMAND, OWN_COMMANDS } from '../../../src/adapters/slack/interactions.ts';
import { BOT_EVENTS, BOT_SCOPES } from '../../../src/adapters/slack/setup.ts';
import { packageRoot } from '../../../src/base/root.ts';
import { scopesOfMethod } from '../../support/slack/methods.ts';

const manifest = parse(readFileSync(join(packageRoot(), 'assets/slack-manifest.yaml'), 'utf8'));
const folder = join(packageRoot(), 'src/adapters/slack');

async function source(): Promise<string> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.ts') && file !== 'manifest.ts');
  return (await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')))).join('\n');
}

test('the manifest has the scopes, events and commands that the code knows, and no others', () => {
  expect(manifest.oauth_config.scopes).toEqual({ bot: BOT_SCOPES });
  expect(manifest.settings.event_subscriptions.bot_events).toEqual(BOT_EVENTS);
  const commands = manifest.features.slash_commands.map(({ command }: { command: string }) => command);
  expect(commands).toEqual([ANY_COMMAND, ...OWN_COMMANDS.map(({ command }) => command)]);
  const shortcuts = manifest.features.shortcuts.map(({ callback_id: id }: { callback_id: string }) => id);
  expect(shortcuts).toEqual([REMIND, NOTE]);
  expect(manifest.settings).toMatchObject({ socket_mode_enabled: true, interactivity: { is_enabled: true } });
});

test('each event is handled, each method has its scope, and each scope is used', async () => {
  const code = await source();
  for (const event of BOT_EVENTS) expect(code).toContain(`'${event.split('.')[0]}'`);
  const methods = [
    ...code.matchAll(/'((?:chat|conversations|users|usergroups|files|views|assistant|reactions)\.[a-zA-Z.]+)'/g),
  ];
  const needed = new Set(methods.flatMap(([, method = '']) => scopesOfMethod(method)));
  // What events and features need, beside methods.
  for (const scope of ['app_mentions:read', 'commands']) needed.add(scope);
  expect([...needed].sort()).toEqual([...BOT_SCOPES]);
});
