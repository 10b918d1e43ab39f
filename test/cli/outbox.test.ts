import { expect, test } from 'vitest';
import { migrate, openDatabase } from '../../src/storage/index.ts';
import { command } from '../support/command-lines.ts';
import { freshDataDir, Jsonl } from '../support/jsonl.ts';
import { testWorld } from '../support/world.ts';

async function coda(args: string[]) {
  return command(args);
}

/** A data folder in which an answer could not be delivered. */
async function withDeadLetter(): Promise<string> {
  // Without the proof that the outbox changes by its table of transitions only: a row begins dead here.
  const dataDir = freshDataDir();
  const database = await openDatabase({ dataDir, connectTimeoutMs: 0 }, testWorld());
  await migrate(database);
  await database.run(
    'test',
    `with s as (insert into spaces (id, adapter, created_at) values ('console:terminal', 'console', $1)),
          c as (insert into conversations (id, adapter, channel, space_id, kind, created_at)
                values (gen_random_uuid(), 'console', 'main', 'console:terminal', 'dm', $1) returning id)
     insert into outbox (id, key, adapter, conversation_id, grp, content, state, error, created_at)
     select gen_random_uuid(), 'k', 'console', id, 'k', '{"kind": "answer", "text": "the answer"}', 'dead', 'no such place', $1
       from c`,
    [new Date('2026-11-20T08:00:00Z')],
  );
  await database.close();
  return dataDir;
}

test('what could not be delivered is shown and sent again, without a daemon and beside one', async () => {
  const dataDir = await withDeadLetter();
  const shown = await coda(['outbox', '--data', dataDir]);
  expect(shown).toMatchObject({ code: 0, stdout: expect.stringContaining('“the answer”  no such place') });
  expect((await coda(['doctor', '--data', dataDir])).stdout).toContain(
    '⚠ dead letters: 1 message could not be delivered',
  );
  await using chat = await Jsonl.start({ dataDir, args: ['--test-clock', '2026-11-20T09:00:00Z'] });
  expect((await coda(['outbox', 'resend', '--data', dataDir])).stdout).toBe('1 message will be sent again.\n');
  await chat.next((line) => line.text === 'the answer');
  expect((await coda(['outbox', '--data', dataDir])).stdout).toBe('Everything could be delivered.\n');
});

test('an id that is none is refused with what to do', async () => {
  const { code, stderr } = await coda(['outbox', 'resend', 'first', '--data', freshDataDir()]);
  expect(code).toBe(64);
  expect(stderr).toContain('"coda outbox" shows them');
});
