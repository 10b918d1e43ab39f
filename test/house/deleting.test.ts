/**
 * A capability is deleted by its folder and its entry in `app/`: what it stored is dropped by a migration. deleting.long.test.ts
 * deletes each of them by itself.
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import type * as app from '../../src/app/index.ts';
import { Platform } from '../people/platforms.ts';
import { copyWithout, type Deletion, dangling, startOf } from '../support/deletion.ts';
import { LONG } from '../support/long.ts';
import { type Play, play } from '../support/play.ts';
import { ScriptedModel } from '../support/scripted-model.ts';
import { emptyTree, typeFaultsOf } from '../support/tree.ts';

const trees: string[] = [];
afterAll(() => Promise.all(trees.map((tree) => rm(tree, { recursive: true, force: true }))));

/** A copy of the tree without these capabilities. */
async function without(...deletions: Deletion[]): Promise<string> {
  const tree = await emptyTree(deletions.map(({ name }) => name).join('-'));
  trees.push(tree);
  await copyWithout(tree, deletions);
  return tree;
}

describe('deleting', () => {
  test('a skill and a platform leaves a coda that works on a database that had them', async () => {
    const tree = await without(
      {
        folder: 'src/skills/notes',
        list: 'src/app/skills.ts',
        name: 'notes',
        migration:
          'drop table note_vectors, note_spaces, note_versions, note_counts, note_terms, notes;\ndrop sequence if exists notes_touched;\n',
      },
      { folder: 'src/adapters/discord', list: 'src/app/platforms.ts', name: 'discord' },
    );
    expect(await dangling(tree)).toEqual([]);
    const { setupCards } = (await import(pathToFileURL(join(tree, 'src/app/index.ts')).href)) as typeof app;
    expect((await setupCards()).platforms.map(({ id }) => id)).toEqual(['slack']);

    const discord = new Platform('discord', () => coda);
    await using coda: Play = await play({
      ownFolder: true,
      adapters: () => [discord.connect()],
      config: { 'access.members': ['discord:ana'] },
    });
    const ana = coda.person('ana');
    const code = /\/link (\S+)`/.exec(await ana.says('/link'))?.[1];
    expect(await discord.says('ana', `/link ${code}`)).toContain('ana on fake');
    expect(await discord.presses('ana', 'Yes, join us')).toContain('Done');
    expect(await ana.says('note: the wifi password is on the fridge')).toContain('wifi');
    await discord.says('ana', 'remind me tomorrow at 9 to stand up');
    await ana.says('note: the spare key is under the mat');
    await coda.app.stop();

    const { started, says, presses, passesNight } = await startOf(tree, coda);
    try {
      // What could be taken back belonged to the skill.
      expect(await says('undo')).toContain('I cannot do that any more');
      const help = await says('/help all');
      expect(help).toContain('/reminders');
      expect(help).not.toMatch(/\bnotes?\b/i);
      expect(await says('hello')).toContain(
        'I remind, run what you plan, work on tasks over days, tell the time and read files',
      );
      expect(await says('/new')).toContain('Reminders, memories, schedules, tasks and texts of files stay.');
      expect(await says('show my reminders')).toContain('stand up');
      expect(await says('/link')).toContain('ana on discord');
      expect(await says('/doctor')).not.toMatch(/✗|discord/i);
      expect(await passesNight()).toEqual([]);
      expect(await says('/forget')).toContain(
        'your reminders, your memories, your schedules, your tasks, your texts of files, what we said to each other and your settings',
      );
      expect(await presses('Yes, forget me')).toContain('forgotten everything');
    } finally {
      await started.stop();
    }
  });

  const skillRuns = {
    folder: 'src/skills/skill-runs',
    name: 'skill-runs',
    files: ['src/app/run-route.ts'],
    families: ['ask'],
    migration: 'drop table skill_run_steps, skill_runs;\n',
  };
  const SELF_REVIEW = 'drop table self_assessments, solution_patterns, routing_models;\n';
  const SKILLS: readonly Deletion[] = [
    {
      folder: 'src/skills/skill-market',
      name: 'skill-market',
      families: ['skills market'],
      migration: 'drop table skill_market_installs, skill_catalogs;\n',
    },
    skillRuns,
    {
      folder: 'src/skills/skill-trials',
      name: 'skill-trials',
      migration: 'drop table skill_variant_runs, skill_variant_choices, skill_variants;\n',
    },
    { folder: 'src/skills/self-coding', name: 'self-coding', migration: 'drop table improvement_runs;\n' },
    { folder: 'src/skills/self-review', name: 'self-review', migration: SELF_REVIEW },
    {
      folder: 'src/skills/skill-learning',
      name: 'skill-learning',
      migration: 'drop table learned_uses, learned_signals;\n',
    },
  ];

  test('what works on skills and on coda itself leaves a coda that works on a database that had it', async () => {
    const tree = await without(...SKILLS);
    expect(await dangling(tree)).toEqual([]);
    expect(await typeFaultsOf(tree)).toEqual([]);
    await using coda = await play({ ownFolder: true, config: { self_improvement: {} } });
    await coda.person('ana').says('remind me tomorrow at 9 to stand up');
    await coda.app.stop();
    const { started, says, presses, passesNight } = await startOf(tree, coda);
    try {
      expect(await says('/help all')).toContain('/skills');
      expect(await says('/skills')).toContain('travel-plan');
      expect(await says('/improvements')).not.toContain('proposals');
      expect(await says('/pipeline travel-plan: Rome')).not.toContain('travel-plan is');
      expect(await passesNight()).toEqual([]);
      expect(await says('/forget')).toContain('your reminders');
      expect(await presses('Yes, forget me')).toContain('forgotten everything');
    } finally {
      await started.stop();
    }
  });

  // English is frozen; that nothing but one line names it is checked with the imports.
  if (LONG) {
    test('plain English leaves a coda that says which commands there are, and does them', async () => {
      const tree = await without({ folder: 'src/english', list: 'src/app/agent.ts', name: 'english' });
      expect(await dangling(tree)).toEqual([]);

      await using coda = await play({ ownFolder: true });
      await coda.person('ana').says('remind me tomorrow at 9 to stand up');
      await coda.app.stop();
      const { started, says, presses } = await startOf(tree, coda);
      try {
        const help = await says('/help');
        expect(help).toContain('`/remind <what and when>`');
        expect(help).not.toContain('in your own words');
        expect(await says('remind me tomorrow at 10 to sit down')).toBe(help);
        expect(await says('/reminders')).toContain('1 pending reminder');
        expect(await says('/remind tomorrow at 10\nsit down')).toContain('sit down on Sat 21 Nov at 10:00');
        expect(await presses('Undo')).toContain('Taken back');
        expect(await says('/note the key is under the mat')).toContain('Noted');
        expect(await says('/notes')).toContain('under the mat');
      } finally {
        await started.stop();
      }
      const thinking = await startOf(tree, coda, new ScriptedModel(['Nice to meet you.']));
      try {
        expect(await thinking.says('hello there')).toBe('Nice to meet you.');
      } finally {
        await thinking.started.stop();
      }
    });
  }
});
