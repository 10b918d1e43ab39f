/** On *System* an owner wants to get this done. */
import { expect } from 'vitest';
import { jsonServer } from '../../support/json-server.ts';
import type { Task } from './visitor.ts';

export const SYSTEM: readonly Task[] = [
  [
    'have voice messages heard',
    async (who) => {
      const { host } = await jsonServer({ 'GET /v1/audio/transcriptions': {} });
      await who.within('System', 'Add');
      await who.press('button', /^(?:Add|Change) Voice messages$/);
      await who.sees('The address of the service');
      await who.fill('The address of the service', `http://${host}/v1`);
      await who.press('button', 'Check and save');
      await who.sees(/Voice messages: is heard by/);
      await who.sees(/Start coda again to have it used/);
    },
  ],
  [
    'see what yesterday cost',
    async (who) => {
      await who.within('System', 'Models and costs');
      await who.sees(/yesterday 0\.05 USD/);
    },
  ],
  [
    'see what yesterday cost, by model and by person',
    async (who) => {
      await who.within('System', 'Models and costs');
      await who.press('button', 'Yesterday');
      await who.sees(/^Yesterday: 0\.05 USD in \d calls?\.$/);
      await who.sees('local/quick');
      await who.sees('20 calls, 0 tokens read, 0 written');
      await who.sees('owner');
    },
  ],
  [
    'see what the day of a bar cost, and where the budget is set',
    async (who) => {
      await who.within('System', 'Models and costs');
      await who.sees(/^There is no budget\. It is set by/);
      const bars = who.page.locator('.chart .u-over');
      await bars.waitFor();
      const { width = 0 } = (await bars.boundingBox()) ?? {};
      // Thirty bars, the last one today’s.
      who.presses++;
      await bars.click({ position: { x: Math.round((width * 28.5) / 30), y: 20 } });
      await who.sees(/^What it went to: (?:Thursday|Thu) 19 Nov/);
      await who.press('link', 'models.budgets');
      const settings = who.page.getByLabel('Find a setting');
      await settings.waitFor();
      expect(await settings.inputValue()).toBe('models.budgets');
    },
  ],
  [
    'see how long models take to their first word',
    async (who) => {
      await who.within('System', 'Models and costs');
      await who.sees('Time to the first word, last 24 hours');
      await who.sees('420 ms');
      await who.sees('95 %: 3.1 s');
      // Those of today's own answers were measured, too.
      expect(await who.rows('usage where first_ms is not null')).toBeGreaterThan(20);
    },
  ],
  [
    'see whether all is well',
    async (who) => {
      await who.to('System');
      await who.sees(/^All is well$|thing.* to look at/);
    },
  ],
  [
    'make a backup',
    async (who) => {
      await who.within('System', 'Backups');
      await who.press('button', 'Make a backup now');
      await who.sees('A backup is being made.');
    },
  ],
  [
    'find a setting, and where it comes from',
    async (who) => {
      await who.within('System', 'Settings');
      await who.fill('Find a setting', 'assistant.name');
      await who.sees('Robin');
    },
  ],
];
