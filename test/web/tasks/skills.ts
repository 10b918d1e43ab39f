/** On *Skills* an owner wants to get this done. */
import { expect } from 'vitest';
import type { Task } from './visitor.ts';

export const SKILLS: readonly Task[] = [
  [
    'take the update of a skill, after reading what is different',
    async (who) => {
      await who.to('Skills');
      await who.press('link', '1.1.0 is there');
      await who.sees('What it may do now, and not before');
      await who.sees(/^1 new script: scripts\/send\.py/);
      await who.sees(/print\("sent"\)/);
      await who.press('button', 'Update it');
      await who.sees('minutes is updated to 1.1.0.');
      await who.counts(`skill_market_installs where name = 'minutes' and version = '1.1.0'`, 1);
    },
  ],
  [
    'read what a skill may do, and trust it',
    async (who) => {
      await who.to('Skills');
      const row = who.page.getByRole('listitem', { name: 'recycling' });
      await row.getByText('waits for trust').waitFor();
      expect(await row.getByText('in use').count()).toBe(0);
      await who.press('link', /^recycling/);
      await who.sees('1 script: scripts/next.py');
      await who.sees('waits for trust');
      expect(await who.page.getByText('in use', { exact: true }).count()).toBe(0);
      if (who.isPhone) return;
      await who.press('button', 'Trust it');
      await who.sees('recycling is trusted as it is now.');
    },
  ],
  [
    'set a secret',
    async (who) => {
      await who.within('Skills', 'Secrets');
      await who.press('button', 'Set a secret');
      await who.fill('Skill, or connectors', 'recycling');
      await who.fill('Name', 'BINS_TOKEN');
      await who.fill('Value', 'a-value-that-nobody-sees');
      await who.press('button', 'Set');
      await who.sees('BINS_TOKEN is set.');
      expect(await who.page.content()).not.toContain('a-value-that-nobody-sees');
    },
  ],
];
