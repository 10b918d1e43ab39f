import { expect, test } from 'vitest';
import type { Skill, SkillDeps } from '../../src/chat/index.ts';
import { modelServer } from '../support/model-server/suite.ts';
import { modelConfig } from '../support/models.ts';
import { type Play, play } from '../support/play.ts';

const server = await modelServer();

/** A coda with a skill that only gives away what it may use, and Ana, who has been met. */
async function begin(models: Record<string, unknown>) {
  let deps: SkillDeps | undefined;
  const probe: Skill = {
    name: 'probe',
    tools(given) {
      deps = given;
      return [];
    },
  };
  const coda = await play({ config: modelConfig(server, models), skills: [probe] });
  const ana = coda.person('ana');
  await ana.says('/cost');
  const personId = await personOf(coda);
  const ask = (purpose = 'memory') =>
    (deps as SkillDeps).models.small.light(purpose, { personId, system: 'Be brief.', text: 'Which?' }, signal);
  return { coda, ana, ask };
}

const { signal } = new AbortController();

async function personOf(coda: Play): Promise<string> {
  const { rows } = await coda.database().read<{ id: string }>('select id from persons');
  return rows[0]?.id as string;
}

test('a question outside a turn goes to the light model and to its person’s budget', async () => {
  const { coda, ana, ask } = await begin({ budgets: { person: { day: 20, month: 200 } } });
  await using _ = coda;
  server.play({ when: { model: 'small' }, text: 'That.', usage: { input: 20_000_000, output: 0 } });
  expect(await ask()).toMatchObject({ ok: true, text: 'That.' });
  const { rows } = await coda.database().read('select purpose, input_tokens as input from usage');
  expect(rows).toEqual([{ purpose: 'memory', input: 20_000_000 }]);
  expect(await ana.says('/cost')).toMatch(/Today:\*\* 20\.00 USD of 20\.00 USD \(1 call/);

  const asked = server.requests.length;
  expect(await ask()).toMatchObject({ ok: false, fault: 'budget' });
  expect(server.requests).toHaveLength(asked);
  expect(await coda.count('reservations')).toBe(0);
});

test('a question that fails is a value, and what it took is counted', async () => {
  const { coda, ask } = await begin({});
  await using _ = coda;
  server.play({ fault: 'unauthorized', times: 2 }, { text: '', usage: { input: 7, output: 0 }, times: 2 });
  expect(await ask('critique')).toMatchObject({ ok: false, fault: 'auth_expired' });
  expect(await ask('critique')).toMatchObject({ ok: false, fault: 'malformed_output' });
  const { rows } = await coda.database().read('select purpose, input_tokens as input from usage');
  expect(rows).toEqual(Array(2).fill({ purpose: 'critique', input: 7 }));
});
