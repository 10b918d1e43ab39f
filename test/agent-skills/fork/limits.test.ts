import { expect, test } from 'vitest';
import type { Scene } from '../../support/model-server/index.ts';
import { modelServer } from '../../support/model-server/suite.ts';
import { modelConfig } from '../../support/models.ts';
import { playWith } from '../conversation.ts';

const server = await modelServer();

const run: Scene = { calls: [{ name: 'skill_delegate', input: { name: 'finder', task: 'find it' } }] };

/** What the conversation's model is told when a skill has run on its own. */
async function told(more: string, config: Record<string, unknown> = {}): Promise<string> {
  const { coda } = await playWith(
    { finder: { more: `fork_agent: true\n${more}` } },
    { config: { ...modelConfig(server), ...config } },
  );
  await coda.person('ana').says('find it');
  return JSON.stringify(server.requests.at(-1)?.body.messages.at(-1));
}

test.each([
  ['haiku', 'small'],
  ['claude-opus-4', 'big'],
  ['claude/small', 'small'],
  ['something else', 'main'],
])('a skill that wants the model %s runs on %s', async (wanted, model) => {
  server.play(run, { when: { model, says: 'find it' }, text: 'Found by it.' });
  expect(await told(`model: ${wanted}\n`)).toContain('Found by it.');
  expect(server.requests.map(({ body }) => body.model)).toEqual(['main', model, 'main']);
});

test('a skill that takes too long is ended, and the conversation goes on', async () => {
  server.play(run, { fault: 'held' });
  expect(await told('', { 'skills.alone.timeout': '1s' })).toContain('did not come to an end in time');
  server.release();
});

test('a skill that costs more than it may is ended, and the conversation goes on', async () => {
  server.play(run, { calls: [{ name: 'note_list' }] });
  expect(await told('', { 'skills.alone.budget': 0.000001 })).toMatch(/budget/i);
  expect(server.requests).toHaveLength(3);
});
