import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { slackAdapter } from '../../../src/adapters/slack/adapter.ts';
import { config as block } from '../../../src/adapters/slack/config.ts';
import { SystemClock } from '../../../src/base/clock.ts';
import { silentLog } from '../../../src/base/log.ts';
import type { Inbox } from '../../../src/delivery/index.ts';
import { openArtifacts } from '../../../src/storage/index.ts';
import type { FakeSlack } from './index.ts';

/** The adapter alone, in front of the fake Slack. */
export async function openAdapter(fake: FakeSlack, inbox: Inbox) {
  const dataDir = await mkdtemp(join(tmpdir(), 'coda-slack-'));
  const artifacts = await openArtifacts(dataDir);
  const tokens = { bot_token: fake.botToken, app_token: fake.appToken };
  const adapter = slackAdapter({
    config: block.schema.parse({ ...tokens, api_url: fake.apiUrl }) as never,
    groups: [],
    people: [],
    channels: [],
    home: async () => [],
    clock: new SystemClock(),
    log: silentLog(),
    artifacts,
    commands: [],
  });
  const stop = new AbortController();
  await adapter.start(inbox, () => {}, stop.signal);
  return {
    adapter,
    artifacts,
    async close() {
      stop.abort();
      await adapter.close();
      await fake.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
