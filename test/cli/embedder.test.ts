import { expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { Jsonl } from '../support/jsonl.ts';
import { childrenOf, hasEnded } from '../support/processes.ts';

test('what embeds texts is a process that coda can lose, and that does not outlive it', async () => {
  await using coda = await Jsonl.start({ env: { OPENAI_API_KEY: 'sk-secret' } });
  const daemon = coda.child.pid ?? 0;
  const child = () => eventually(() => childrenOf(daemon, 'offline-worker.js')[0]);
  await coda.say('note: the spare key is with Anna');
  const first = (await child()) ?? 0;
  process.kill(first, 'SIGKILL');
  expect(await hasEnded(first)).toBe(true);
  expect(await coda.say('where is the spare key?')).toContain('Anna');
  await coda.say('note: the couch came from Bolia');
  const second = (await child()) ?? 0;
  expect(second).not.toBe(first);
  process.kill(daemon, 'SIGKILL');
  expect(await hasEnded(second)).toBe(true);
});
