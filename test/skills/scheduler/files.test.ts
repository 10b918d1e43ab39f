/** Schedules in the folders of agents. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { write } from '../../agent-skills/support.ts';
import { Play } from '../../support/play.ts';
import { echo } from '../../support/scripted-model.ts';

test('a file of an agent plans schedules, is followed when it changes, and leaves alone what its person has changed', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'coda-agents-'));
  const put = (lines: string) => {
    write(folder, 'keeper/soul.md', 'You keep the house.');
    write(folder, 'keeper/tools.md', 'note_save\n');
    write(folder, 'keeper/config.yaml', 'description: Keeps the house.\n');
    write(folder, 'keeper/schedules.yaml', lines);
  };
  put('backup: every day at 7 file keeper/none.log --lacks done\nhello: every weekday at 8 say hello\n');
  await using coda = await Play.begin({
    at: '2026-11-20T08:00:00Z',
    model: echo(),
    config: { 'specialists.dirs': [folder] },
  });
  const ana = coda.person('ana');
  // Nobody has used or approved it yet.
  await ana.says('/rescan-skills');
  expect(await ana.says('/schedules')).toContain('You have planned nothing');
  await ana.says('/specialists approve keeper');
  await ana.presses('Approve');
  await ana.says('/rescan-skills');
  await coda.app.whenSettled();
  expect(await ana.says('/schedules')).toMatch(/backup .*every day at 07:00[\s\S]*hello .*every weekday at 08:00/);
  await ana.says('/schedules delete hello');
  await ana.says('/rescan-skills');
  expect(await ana.says('/schedules')).not.toContain('hello');
  put('backup: every day at 9 file keeper/none.log --lacks done\n');
  await ana.says('/rescan-skills');
  await ana.says('/specialists approve keeper');
  await ana.presses('Approve');
  await ana.says('/rescan-skills');
  await coda.app.whenSettled();
  const listed = await ana.says('/schedules');
  expect(listed).toMatch(/1\. backup .*every day at 09:00/);
  expect(listed).not.toMatch(/2\. backup/);
  put('');
  await ana.says('/specialists approve keeper');
  await ana.presses('Approve');
  await ana.says('/rescan-skills');
  await coda.app.whenSettled();
  expect(await ana.says('/schedules')).toContain('You have planned nothing');
  rmSync(folder, { recursive: true });
});
