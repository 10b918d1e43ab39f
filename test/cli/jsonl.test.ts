import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freshDataDir, Jsonl } from '../support/jsonl.ts';

test('reminders are set, brought up when the clock reaches them, and listed after a restart', async () => {
  const args = ['--test-clock', '2026-11-20T09:00:00Z'];
  await using coda = await Jsonl.start({ args });
  expect(await coda.say('remind me in 10 minutes to check the oven')).toContain('check the oven');
  await coda.say('remind me tomorrow at 9 to call Bob');
  const [due] = await coda.clock('2026-11-20T09:10:00Z');
  expect(due).toMatchObject({ type: 'reminder', conversation: 'main' });
  expect(due?.text).toContain('check the oven');
  expect(await coda.end()).toEqual({ code: 0, signal: null });

  await using again = await Jsonl.start({ dataDir: coda.dataDir, args });
  expect(await again.say('what are my reminders')).toContain('call Bob');
});

describe('a program', () => {
  // One for all of them: the first counts its lines, the last ends it.
  let coda: Jsonl;
  beforeAll(async () => {
    coda = await Jsonl.start();
  });
  afterAll(() => coda[Symbol.asyncDispose]());

  test('bad lines are errors in their place, and the lines between them are answered', async () => {
    coda.write('{"text":\n');
    coda.write(Buffer.from([0xc3, 0x28, 0x0a]));
    coda.write(`{"text":"${'x'.repeat(1_000_000)}"}\n`);
    coda.write(`${'['.repeat(100_000)}\n`);
    coda.write('\n');
    expect(await coda.say('help')).not.toBe('');
    const errors = coda.lines.filter(({ type }) => type === 'error');
    expect(errors.map(({ code, line }) => [code, line])).toEqual([1, 2, 3, 4].map((line) => ['INPUT_INVALID', line]));
  });

  test('the longest line that is taken is answered', async () => {
    const answer = await coda.send({ text: 'x'.repeat(900_000) });
    expect(answer.length).toBeGreaterThan(0);
    expect(await coda.say('help')).not.toBe('');
  });

  test('a press is answered under its own id, once', async () => {
    const [noted] = await coda.send({ text: 'note: buy bread' });
    const undo = noted?.buttons?.find(({ label }) => label === 'Undo')?.id ?? '';
    await coda.send({ id: 'p1', press: undo });
    expect(coda.shown(({ in_reply_to }) => in_reply_to === 'p1')).toHaveLength(1);
    expect(await coda.say('/notes')).not.toContain('buy bread');
    await coda.send({ id: 'p2', press: 'no such button' });
    expect(await coda.done('p2')).toBeDefined();
  });

  test('people are told apart, and each has their own notes', async () => {
    await coda.say('note: the key is under the mat', { user: 'ana', conversation: 'a' });
    await coda.say('note: buy bread', { user: 'bob', conversation: 'b' });
    expect(await coda.say('/notes', { user: 'ana', conversation: 'a' })).toContain('under the mat');
    expect(await coda.say('/notes', { user: 'bob', conversation: 'b' })).not.toContain('under the mat');
  });

  test('the same id in the same conversation is the same message', async () => {
    await coda.say('note: only once', { id: 'n1' });
    expect(await coda.say('note: only once', { id: 'n1' })).not.toContain('twice');
    expect(await coda.done('n1')).toMatchObject({ outcome: 'accepted' });
    expect((await coda.say('/notes')).match(/only once/g)).toHaveLength(1);
  });

  test('a clock is not moved without --test-clock', async () => {
    const [error] = await coda.send({ clock: '2030-01-01T00:00:00Z' });
    expect(error).toMatchObject({ type: 'error', code: 'INPUT_INVALID' });
  });

  test('several lines at once are each answered and each end with done, also when the input ends behind them', async () => {
    const from = coda.lines.length;
    const ids = ['help', 'note: buy bread', 'what time is it in Tokyo', '/notes'].map((text) => coda.post({ text }));
    expect(await coda.end()).toEqual({ code: 0, signal: null });
    const done = coda.lines
      .slice(from)
      .filter(({ type }) => type === 'done')
      .map((line) => line.in_reply_to);
    expect(done.sort()).toEqual([...ids].sort());
    for (const id of ids) expect(coda.shown((line) => line.in_reply_to === id)).not.toHaveLength(0);
  });
});

test('stdin that closes at once ends it in order', async () => {
  await using coda = await Jsonl.start({}, false);
  expect(await coda.end()).toEqual({ code: 0, signal: null });
  expect(coda.lines.map(({ type }) => type)).toEqual(['ready']);
});

test('a reader that goes away ends it quietly', async () => {
  await using coda = await Jsonl.start();
  coda.child.stdout.destroy();
  coda.post({ text: 'help' });
  expect(await coda.exit).toEqual({ code: 0, signal: null });
  expect(coda.stderr).not.toContain('EPIPE');
});

test('SIGTERM while a message is worked on ends in order, and nothing confirmed is lost', async () => {
  await using coda = await Jsonl.start();
  await coda.say('note: before the end');
  coda.post({ id: 'last', text: 'note: at the very end' });
  coda.child.kill('SIGTERM');
  expect(await coda.exit).toEqual({ code: 0, signal: null });
  const confirmed = coda.lines.some((line) => line.type === 'message' && line.in_reply_to === 'last');

  await using again = await Jsonl.start({ dataDir: coda.dataDir });
  const notes = await again.say('/notes');
  expect(notes).toContain('before the end');
  if (confirmed) expect(notes).toContain('at the very end');
});

/** What `coda chat --jsonl` says on a data folder that it cannot use. */
async function refusal(dataDir: string): Promise<{ code: number | null; says: string }> {
  await using coda = await Jsonl.start({ dataDir }, false);
  const { code } = await coda.exit;
  expect(coda.lines).toEqual([]);
  return { code, says: coda.stderr };
}

test('a data folder that cannot be written to is refused in a sentence', async () => {
  const readOnly = freshDataDir();
  mkdirSync(readOnly, { recursive: true });
  chmodSync(readOnly, 0o500);
  // The root user may write anywhere; a file in the folder's place is in everybody's way.
  const { code, says } = await refusal(process.getuid?.() === 0 ? '/dev/null/data' : readOnly);
  expect(code).toBe(73);
  expect(says).toMatch(/^coda: .+\n {2}.+ \[DATA_UNWRITABLE\]\n$/);
});

test('a data folder of a newer version is refused in a sentence', async () => {
  const dataDir = freshDataDir();
  mkdirSync(dataDir, { recursive: true });
  writeFileSync(join(dataDir, 'coda-data.json'), '{"layout":99,"postgres":"18"}');
  const { code, says } = await refusal(dataDir);
  expect(code).toBe(78);
  expect(says).toMatch(/^coda: .+\n {2}.+ \[DATA_NEWER\]\n$/);
  expect(says).not.toContain('coda restore');
  // What the upgrade has put aside is the way back.
  const backups = join(dataDir, 'backups');
  mkdirSync(backups);
  for (const stamp of ['20261101080000', '20261120080000']) {
    writeFileSync(join(backups, `before-0067-${stamp}.tar.gz`), '');
  }
  const file = join(backups, 'before-0067-20261120080000.tar.gz');
  expect((await refusal(dataDir)).says).toContain(`coda restore ${file} --force`);
});
