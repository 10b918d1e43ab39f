import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { echo, playDiscord } from '../../support/discord/play.ts';
import { eventually } from '../../support/eventually.ts';

/** A folder of skills, each with further lines of its frontmatter. */
function folderOf(skills: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), 'coda-discord-skills-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, more] of Object.entries(skills)) {
    mkdirSync(join(folder, name));
    const text = `---\nname: ${name}\ndescription: Does ${name}.\n${more}---\nDo it.\n`;
    writeFileSync(join(folder, name, 'SKILL.md'), text);
  }
  return folder;
}

test('/skill completes the names of the skills that a person may call, in their language too, and calls them', async () => {
  const folder = folderOf({
    'pdf-tools': 'name_de: Blattwerk\n',
    'my-pdf': '',
    'pdf-hidden': 'user-invocable: false\n',
    'pdf-for-people': 'disable-model-invocation: true\n',
    'pdf-draft': 'metadata:\n  state: draft\n',
    word: '',
  });
  await using play = await playDiscord({ model: echo, config: { 'skills.agent_skill_dirs': [folder] } });
  const { fake, ana, eve, general } = play;
  const completes = async (typed: string, user = ana) => {
    const typing = fake.types(user, general, 'skill', { name: typed }, 'name');
    const choices = await eventually(() => typing.choices);
    expect(choices?.every(({ name, value }) => name === value)).toBe(true);
    return choices?.map(({ value }) => value);
  };
  // Ana is somebody whom coda has met, and Discord says that hers is in German.
  await play.answer(fake.uses(ana, general, 'help'));
  expect(await completes('pdf')).toEqual(['pdf-for-people', 'pdf-tools', 'my-pdf']);
  expect(await completes('blattw')).toEqual(['pdf-tools']);
  expect(await completes('nothing')).toEqual([]);
  expect(await completes('', eve)).toEqual([]);
  const approving = fake.types(ana, general, 'skills', { what: 'approve', name: 'hidden' }, 'name');
  expect((await eventually(() => approving.choices))?.map(({ value }) => value)).toEqual(['pdf-hidden']);
  const drafts = fake.types(ana, general, 'skills', { what: 'approve', name: 'draft' }, 'name');
  expect((await eventually(() => drafts.choices))?.map(({ value }) => value)).toEqual(['pdf-draft']);
  const [name = ''] = (await completes('wo')) ?? [];
  const used = fake.uses(ana, general, 'skill', { name, arguments: 'this text' });
  await play.answer(used);
  // On a slow machine it is told first that something is being done.
  await eventually(() => used.original?.content.startsWith('answer'));
  expect(used.original?.content).toBe('answer to /skill word\n  this text');
  const { rows } = await play.database.read<{ uses: number }>(`select uses from skill_uses where name = 'word'`);
  expect(rows).toEqual([{ uses: 1 }]);
});
