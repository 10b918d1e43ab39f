import { expect, test } from 'vitest';
import { hashOf } from '../../src/agent-skills/use/trusted.ts';
import { type Answer, Programs } from '../adapters/http/support.ts';
import { ScriptedModel } from '../support/scripted-model.ts';
import { listedIn, results } from './conversation.ts';
import { skillText, temporaryFolder, write } from './support.ts';

const IS_DRAFT = 'taxes is a draft. An owner activates it with: coda skills activate taxes --approval approved';

/** A coda with a skill, a draft, and a skill that is composed of both; the model tells what its calls gave. */
async function withDraft(...first: ConstructorParameters<typeof ScriptedModel>) {
  const folder = temporaryFolder();
  const description = 'Files the taxes of a quarter for accountants.';
  write(folder, 'taxes/SKILL.md', skillText('taxes', { description, more: 'metadata:\n  state: draft\n' }));
  write(folder, 'ledger/SKILL.md', skillText('ledger', { description: 'Closes the books.' }));
  write(folder, 'closing/SKILL.md', skillText('closing', { more: 'metadata:\n  steps: "ledger, taxes"\n' }));
  const model = new ScriptedModel(...first, (request) => [`told: ${results(request).join('\n')}`]);
  const config = { 'skills.agent_skill_dirs': [folder] };
  const programs = await Programs.begin({ model, config }, ['messages', 'data', 'skills']);
  return { programs, model, ana: programs.coda.person('ana') };
}

test('a draft called by name, or named as a step, is refused with the command that activates it', async () => {
  const { programs, model, ana } = await withDraft();
  await using _ = programs;
  const calls = ['/taxes May', '/skill taxes May', '/pipeline ledger > taxes: May', '/closing May'];
  for (const said of calls) expect(await ana.says(said), said).toBe(IS_DRAFT);
  expect(model.requests, 'no step has run').toEqual([]);
  const { rows } = await programs.coda
    .database()
    .read<{ code: string }>(`select code from audit_log where subject like 'skill_%'`);
  expect(rows).toEqual(calls.map(() => ({ code: 'DRAFT' })));
});

test('POST /run finds no draft, and refuses a plan that names one', async () => {
  const { programs, model } = await withDraft();
  await using _ = programs;
  const run = async (body: object) => (await programs.post('/run', body)).json() as Promise<{ answer?: Answer }>;
  const query = 'file the taxes of the quarter for accountants';
  for (const more of [{}, { execute: true }, { dry_run: true }])
    expect(await run({ query, ...more })).toMatchObject({ skills: [], executed: false });
  const draft = programs.coda.app.agentSkills.catalog.current().skills.get('taxes');
  const hash = draft ? await hashOf(draft) : '';
  for (const mode of ['single', 'pipeline', 'parallel']) {
    const { answer } = await run({ plan: { query, mode, skills: [{ id: 'taxes', hash }] }, execute: true });
    expect(answer, mode).toMatchObject({ status: 'failed', text: IS_DRAFT });
  }
  expect(model.requests).toEqual([]);
});

test('a model is neither shown a draft nor finds or uses one', async () => {
  const calls = [
    { call: 'skill_list' },
    { call: 'skill_search', input: { words: 'file the taxes of the quarter' } },
    { call: 'skill_activate', input: { name: 'taxes' } },
  ];
  const { programs, model, ana } = await withDraft(calls);
  await using _ = programs;
  await ana.says('file the taxes of the quarter for accountants');
  expect(listedIn(model.requests[0])).not.toContain('taxes');
  const [listed, found, activated] = results(model.requests[1]);
  expect(listed).toContain('<skill name="ledger">');
  expect(listed).not.toContain('<skill name="taxes">');
  expect(found).toContain('No skill fits');
  expect(activated).toContain(IS_DRAFT);
});
