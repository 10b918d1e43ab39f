/** On *Skills* an owner wants to get this done. */
import { expect } from 'vitest';
import type { Task } from './visitor.ts';

export const SKILLS: readonly Task[] = [
  [
    'read what a skill may do, and trust it',
    async (who) => {
      await who.to('Skills');
      await who.press('link', /^recycling/);
      await who.sees('1 script: scripts/next.py');
      if (who.isPhone) return;
      await who.press('button', 'Trust it');
      await who.sees('recycling is trusted as it is now.');
    },
  ],
  [
    'set a secret',
    async (who) => {
      await who.within('Skills', 'Secrets');
      await who.press('button', 'Set');
      await who.fill('Skill, or connectors', 'recycling');
      await who.fill('Name', 'BINS_TOKEN');
      await who.fill('Value', 'a-value-that-nobody-sees');
      await who.press('button', 'Set');
      await who.sees('BINS_TOKEN is set.');
      expect(await who.page.content()).not.toContain('a-value-that-nobody-sees');
    },
  ],
];
