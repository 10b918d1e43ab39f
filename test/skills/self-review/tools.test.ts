import { expect, test } from 'vitest';
import { modelServer } from '../../support/model-server/suite.ts';
import { modelConfig } from '../../support/models.ts';
import { plantMonth } from '../../support/planted-month.ts';
import { play } from '../../support/play.ts';

const server = await modelServer();
const config = { ...modelConfig(server), 'memory.auto': 'off', self_improvement: { critique_enabled: false } };
const calling = (name: string, input: Record<string, unknown> = {}) => ({
  when: { model: 'main' },
  calls: [{ name, input }],
});
const saying = (text: string) => ({ when: { model: 'main' }, text });

test('an owner has a reflection begun and decides in words, each after a question that names the proposal', async () => {
  await using coda = await play({ config });
  const ana = coda.person('ana');
  server.play(saying('Hello.'));
  await ana.says('hello');
  const { rows } = await coda
    .database()
    .read<{ personId: string; conversationId: string }>(
      `select p.id as "personId", c.id as "conversationId" from persons p join conversations c on c.person_id = p.id`,
    );
  const [whose = { personId: '', conversationId: '' }] = rows;
  await plantMonth(coda.database(), { ...whose, now: coda.world.clock.now() });
  const title = 'Search notes first';
  const proposals = [{ category: 'tool', title, description: 'The web is asked instead.', priority: 1 }];
  server.play(calling('improvement_trigger_reflection'), saying('Done.'), {
    when: { model: 'big' },
    text: JSON.stringify({ proposals }),
  });
  await ana.says('reflect on yourself now');
  const big = () => server.requests.filter(({ body }) => body.model === 'big').length;
  expect(big()).toBe(0);
  await ana.presses('Approve');
  await coda.passes({ minutes: 1 });
  expect(big()).toBe(1);
  const found = await coda
    .database()
    .read<{ id: string; state: string }>('select id, state from improvement_proposals');
  const [{ id, state } = { id: '', state: '' }] = found.rows;
  expect(state).toBe('pending');

  server.play(calling('improvement_proposals_list'), saying('One waits.'));
  await ana.says('what do you propose?');
  expect(server.requests.at(-1)?.text).toContain(title);
  server.play(
    calling('improvement_proposal_decide', { id, title: 'Another title', decision: 'approve' }),
    saying('It has another title.'),
  );
  expect(await ana.says('approve the other one'), 'nobody is asked about a title that it has not').toBe(
    'It has another title.',
  );
  expect(await coda.count(`improvement_proposals where state = 'pending'`)).toBe(1);
  server.play(calling('improvement_proposal_decide', { id, title, decision: 'reject' }), saying('Rejected.'));
  await ana.says('reject it');
  expect(ana.seen().at(-1)?.text).toMatch(/Reject the proposal .Search notes first/);
  await ana.presses('Approve');
  expect(await coda.count(`improvement_proposals where state = 'rejected'`)).toBe(1);

  const bob = coda.person('bob', { role: 'member' });
  server.play(
    calling('improvement_proposal_decide', { id, title: 'Another title', decision: 'approve' }),
    saying('No.'),
  );
  expect(await bob.says('approve it')).toBe('No.');
  expect(server.requests.at(-1)?.text).toContain('Only my owner decides');
  expect(server.requests.at(-1)?.text).not.toContain(title);
  server.play(calling('prompt_rollback'), saying('That is for the owner.'));
  expect(await bob.says('roll back your prompt')).toBe('That is for the owner.');
  expect(server.requests.at(-1)?.text).toContain('Only my owner');
});
