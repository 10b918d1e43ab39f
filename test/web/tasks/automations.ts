/** On *Automations* an owner wants to get this done. */
import { expect } from 'vitest';
import type { Task } from './visitor.ts';

export const AUTOMATIONS: readonly Task[] = [
  [
    'have a schedule run now, and see what came of it',
    async (who) => {
      await who.to('Automations');
      await who.press('link', /^tell me what is due/);
      await who.press('button', 'Run now');
      await who.sees(/went well/);
    },
  ],
  [
    'do what the menu of a row has without a mouse, by the list of all actions',
    async (who) => {
      const { page } = who;
      await who.to('Automations');
      await page.getByRole('listitem', { name: /^tell me what is due/ }).focus();
      await page.keyboard.press('Control+k');
      const box = page.getByRole('combobox', { name: 'Search everything' });
      const option = page.getByRole('option', { name: /^Run now/ });
      await box.fill('run now');
      expect(await option.textContent()).toContain('tell me what is due');
      await page.keyboard.press('Enter');
      await who.sees(/^“tell me what is due.*” runs now/);
      // Without a row in focus the page has its own acts alone.
      await page.getByRole('heading', { name: 'Automations' }).click();
      await page.keyboard.press('Control+k');
      await page.getByRole('option', { name: /^New schedule/ }).waitFor();
      expect(await option.count()).toBe(0);
      await page.keyboard.press('Escape');
    },
  ],
  [
    'begin a schedule by its key, and find that in the help',
    async (who) => {
      await who.to('Automations');
      await who.page.getByRole('button', { name: 'New schedule' }).waitFor();
      await who.page.keyboard.press('?');
      const help = who.page.locator('dialog[open]');
      for (const does of ['New schedule', 'Run now']) await help.getByText(does, { exact: true }).waitFor();
      await who.page.keyboard.press('Escape');
      await who.page.keyboard.press('+');
      await who.page.getByRole('dialog', { name: 'New schedule' }).waitFor();
      await who.page.keyboard.press('Escape');
    },
  ],
  [
    'have a schedule off for a week, and on again',
    async (who) => {
      await who.to('Automations');
      await who.press('button', /^More for tell me what is due/);
      await who.press('menuitem', 'Off for a week');
      await who.sees(/^off until Fri.* 27 Nov/);
      await who.counts(`person_schedules where state = 'on' and off_until is not null and next_at > off_until`, 1);
      await who.page.getByRole('switch', { name: /^tell me what is due/ }).click();
      await who.sees(/^next /);
    },
  ],
  [
    "have a task of coda's own off until a date",
    async (who) => {
      await who.within('Automations', "coda's own");
      await who.page.getByRole('button', { name: 'More for retention' }).waitFor();
      // Rows say it in words; its name is for commands.
      expect(await who.page.locator('main').getByText('retention', { exact: true }).count()).toBe(0);
      await who.press('button', 'More for retention');
      await who.press('menuitem', 'Off until …');
      await who.fill('Date', '2026-12-04');
      await who.page.keyboard.press('Enter');
      await who.sees(/^off until Fri.* 4 Dec/);
      await who.counts(`schedules where name = 'retention' and enabled and off_until = '2026-12-03T23:00:00Z'`, 1);
    },
  ],
  [
    'have a page looked at, told once a day by a rule',
    async (who) => {
      await who.to('Automations');
      await who.press('button', 'New schedule');
      const choose = (label: string, choice: string) => who.page.getByLabel(label).selectOption(choice);
      await choose('coda does', 'reads a page');
      await who.fill('Address', 'https://shop.example/kettle');
      await who.fill('How often', 'every 6 hours');
      await choose('It tells', 'when its number is below');
      await who.fill('Number', '40');
      await who.fill('Once a day with others, at', '18:00');
      await who.press('button', 'Plan it');
      await who.sees(/shop\.example/);
      await who.counts(
        `person_schedules where watch -> 'rule' ->> 'number' = '40' and telling ->> 'digest' = '18:00'`,
        1,
      );
      await who.home.programs.coda.database().run('test', `delete from person_schedules where watch is not null`);
    },
  ],
  [
    'have what a schedule misses left out, in the fields that coda describes',
    async (who) => {
      const missed = (policy: string) =>
        `person_schedules where title like 'tell me what is due%' and missed = '${policy}'`;
      await who.to('Automations');
      await who.press('link', /^tell me what is due/);
      await who.sees('the latest is made up for');
      await who.page.keyboard.press('c');
      const form = who.page.getByRole('dialog', { name: 'Change the schedule' });
      // What is looked at alone is told once a day.
      expect(await form.getByLabel('Once a day with others, at').count()).toBe(0);
      await form.getByText('More', { exact: true }).click();
      await form.getByLabel('Missed while coda was off').selectOption('it is left out');
      await who.press('button', 'Save');
      await who.sees('it is left out');
      await who.counts(missed('skip'), 1);
      await who.page.getByRole('button', { name: 'Undo' }).click();
      await who.counts(missed('latest'), 1);
    },
  ],
  [
    'have it told on weekdays in the morning only, and change that',
    async (who) => {
      await who.to('Automations');
      await who.press('button', 'New schedule');
      const form = who.page.getByRole('dialog');
      await form.getByLabel('coda does').selectOption('reads a feed');
      await who.fill('Address', 'https://project.example/releases.atom');
      await who.fill('How often', 'every hour');
      for (const day of ['Saturday', 'Sunday']) await form.getByLabel(day).check();
      await who.fill('Only from', '08:00');
      await who.fill('until', '12:30');
      await who.press('button', 'Plan it');
      const rule = `person_schedules where watch -> 'rule' ->> 'from' = '08:00' and watch -> 'rule' ->> 'days'`;
      await who.counts(`${rule} = '["saturday", "sunday"]'`, 1);
      await who.page.getByRole('link', { name: /^project\.example/ }).click();
      await who.sees(/between 08:00 and 12:30/);
      await who.page.getByRole('button', { name: 'More for this schedule' }).click();
      await who.page.getByRole('menuitem', { name: 'Change' }).click();
      await who.sees(/^Now every hour/);
      await form.getByLabel('Sunday').uncheck();
      await who.fill('Only from', '');
      await who.fill('until', '');
      await form.getByRole('button', { name: 'Save' }).click();
      await who.sees(/on Saturday$/);
      await who.home.programs.coda.database().run('test', `delete from person_schedules where watch is not null`);
    },
  ],
  [
    'let a program have them told something',
    async (who) => {
      await who.within('Automations', 'Webhooks and services');
      await who.press('button', 'New webhook');
      await who.fill('Name', `ci${who.isPhone ? '-phone' : ''}`);
      await who.fill('Words, made of what is sent', 'the build of {{ name }} is red');
      await who.press('button', 'Make it');
      await who.sees(/shown this once/);
    },
  ],
  [
    'learn how a service and a tool server are added, with the lines to copy',
    async (who) => {
      await who.within('Automations', 'Webhooks and services');
      await who.press('button', 'Add a service');
      await who.fill('Name', 'weather');
      await who.fill('Address', 'https://api.example.com/v1; rm -rf ~');
      await who.fill('Name of the secret that is sent along', 'WEATHER_KEY');
      const line = who.page.getByLabel('To copy');
      const command = `coda connectors add weather --base-url 'https://api.example.com/v1; rm -rf ~' --bearer WEATHER_KEY`;
      expect(await line.innerText()).toBe(command);
      await who.page.keyboard.press('Escape');
      await who.press('button', 'Add a tool server');
      await who.fill('Name', 'linear');
      await who.fill('Address', 'https://mcp.linear.app/mcp');
      await who.fill('Name of the environment variable with its key', 'LINEAR_KEY');
      expect(await line.innerText()).toBe(
        [
          'mcp:',
          '  servers:',
          '    "linear":',
          '      url: "https://mcp.linear.app/mcp"',
          '      headers: { Authorization: "Bearer ${LINEAR_KEY}" }',
        ].join('\n'),
      );
    },
  ],
];
