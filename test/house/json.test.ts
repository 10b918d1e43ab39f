/** JSON of others is read by `parseJson`, which refuses what nests too deeply for whatever walks it next. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const folder = fileURLToPath(new URL('../../src/', import.meta.url));

/** Files that read JSON of coda's own, or are held in another way, with the reason. */
const OWN: Readonly<Record<string, string>> = {
  'adapters/console/terminal/terminal.ts': 'lines of the daemon',
  'adapters/http/writes.ts': 'an answer that coda has stored',
  'adapters/http/web/files.ts': 'a file of coda',
  'adapters/http/request.ts': 'its depth was counted before',
  'adapters/slack/adapter.ts': 'metadata that coda has sent',
  'adapters/slack/interactions.ts': 'metadata that coda has sent',
  'agent/models/prices.ts': 'a file of coda',
  'agent/models/service.ts': 'a call whose arguments are too deep is a failed call, not a lost answer',
  'agent/tools/chosen.ts': 'a file of coda',
  'agent/tools/thing-words.ts': 'a file of coda',
  'app/api/logs.ts': 'lines of the log',
  'audit/entry.ts': 'what was written before it',
  'base/json.ts': 'the function itself',
  'base/root.ts': 'a file of coda',
  'bus/cache.ts': 'what coda has kept',
  'cli/conversation.ts': 'lines of the daemon',
  'cli/daemon/daemon.ts': 'lines of the daemon',
  'cli/daemon/verbs.ts': 'what was written before it',
  'cli/logs/pretty.ts': 'lines of the log',
  'cli/operations.ts': 'what was written before it',
  'delivery/inbox/index.ts': 'a file of coda',
  'skills/skill-runs/ask.ts': 'a file that the owner names',
  'skills/browser/pipe.ts': 'the protocol of Chromium',
  'skills/mcp/sign-in/tokens.ts': 'what coda has sealed',
  'people/json-text.ts': 'a token of what is read there',
  'storage/backup/format.ts': 'what coda has written',
  'storage/columns.ts': 'what was written before it',
  'storage/pglite/lock.ts': 'what coda has written',
  'storage/pglite/open.ts': 'what coda has written',
  'storage/port.ts': 'what was written before it',
  'storage/values.ts': 'columns of the database',
  'time/words.ts': 'a file of coda',
};

test('JSON.parse reads nothing of others', () => {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => /\.ts$/.test(name));
  const found = names.filter(
    (name) => !name.startsWith('web/') && /\bJSON\.parse\b/.test(readFileSync(join(folder, name), 'utf8')),
  );
  expect(found.sort()).toEqual(Object.keys(OWN).sort());
});
