/** Fields of tools that only buttons, commands and plain English fill. */
import { expect, test } from 'vitest';
import { callableTools } from '../support/callable.ts';
import { modelServer } from '../support/model-server/suite.ts';
import { modelConfig } from '../support/models.ts';
import { play } from '../support/play.ts';

const server = await modelServer();

test('a model neither sees nor sets that the person is sure', async () => {
  await using coda = await play({
    config: modelConfig(server, { default: 'gpt/main', light: undefined, heavy: undefined }),
  });
  const ana = coda.person('ana');
  await ana.says('/remind tomorrow at 9 stand up');
  await ana.says('/remind tomorrow at 10 sit down');
  const { rows } = await coda.database().read<{ id: string }>('select id from reminders');
  const which = rows.map(({ id }) => id).join(', ');
  server.play({ calls: [{ name: 'reminder_delete', input: { which, sure: true } }] }, { text: 'I could not.' });
  expect(await ana.says('tidy up a little, would you?')).toBe('I could not.');
  expect(await ana.says('/reminders')).toMatch(/stand up[\s\S]*sit down/);
  const told = server.requests.at(-1);
  const deletion = (await callableTools()).find(({ name }) => name === 'reminder_delete');
  expect(Object.keys(deletion?.schema.properties ?? {})).toEqual(['which']);
  expect(told?.text).toContain('it has no “sure”');
});
