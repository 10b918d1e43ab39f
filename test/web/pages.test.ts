import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Programs, type Browser as Session } from '../adapters/http/support.ts';
import { type Browser, CHROMIUM, faultsOf, openBrowser, type Page, signedIn } from '../support/browser.ts';
import { ScriptedModel } from '../support/scripted-model.ts';

const HOSTILE = '<img src=x onerror="document.title=1">';
const LONG = 'x'.repeat(300);

describe.skipIf(!CHROMIUM)('notes, automations and skills in a browser', () => {
  let programs: Programs;
  let owner: Session;
  let browser: Browser;
  let page: Page;
  let complaints: string[];

  beforeAll(async () => {
    programs = await Programs.begin({ at: '2026-11-20T08:00:00Z', model: new ScriptedModel(() => ['It is done.']) });
    const folder = join(programs.coda.dataDir, 'skills', 'minutes');
    mkdirSync(folder, { recursive: true });
    writeFileSync(
      join(folder, 'SKILL.md'),
      '---\nname: minutes\ndescription: Writes minutes.\nstatus: draft\n---\n# Do it\n',
    );
    owner = await programs.browser();
    const notes = ['the boiler code is 1234 #home', 'shopping: milk, eggs, bread', HOSTILE, LONG];
    for (const text of notes) await owner.send('POST', '/v1/notes', { text });
    await owner.send('POST', '/v1/memories', { text: 'Ana is allergic to walnuts' });
    await owner.send('POST', '/v1/schedules', { when: 'every weekday at 8', prompt: `tell me the news ${HOSTILE}` });
    browser = await openBrowser();
    const { code } = await programs.coda.app.sessions.link();
    ({ page, complaints } = await signedIn(browser, programs.url, code));
  });
  afterAll(async () => {
    await browser?.close();
    await programs?.[Symbol.asyncDispose]();
  });

  const open = async (path: string, heading: string) => {
    await page.goto(programs.url + path);
    await page.getByRole('heading', { level: 1, name: heading }).waitFor();
    await page.waitForLoadState('networkidle');
  };
  const row = (name: string) => page.getByRole('listitem', { name });

  test.each([
    ['/notes', 'Notes'],
    ['/notes/memories', 'Notes'],
    ['/automations', 'Automations'],
    ['/automations/runs', 'Automations'],
    ['/automations/webhooks', 'Automations'],
    ['/automations/own', 'Automations'],
    ['/skills', 'Skills'],
    ['/skills/+market', 'Skills'],
    ['/skills/+secrets', 'Skills'],
    ['/skills/+specialists', 'Skills'],
    ['/skills/+proposals', 'Skills'],
    ['/skills/minutes', 'Skills'],
  ])(
    '%s has nothing that axe finds, and fits its window',
    async (path, heading) => {
      await open(path, heading);
      expect(await faultsOf(page, path.slice(1).replaceAll('/', '-'))).toEqual([]);
    },
    60_000,
  );

  test('a note is found, changed, and the change taken back', async () => {
    await page.setViewportSize({ width: 1280, height: 900 });
    await open('/notes', 'Notes');
    await page.getByRole('searchbox', { name: 'Search' }).fill('boiler');
    await row('the boiler code').getByRole('link').click();
    await page.getByRole('button', { name: 'Change' }).click();
    await page.getByLabel('Text').fill('the boiler code is 9876 #home');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('9876').first().waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByRole('article').getByText('1234').first().waitFor();
  });

  test('an item is taken off a list by a press', async () => {
    await open('/notes', 'Notes');
    await row('shopping').getByRole('link').click();
    await row('eggs').getByRole('button', { name: 'Take off' }).click();
    await row('eggs').waitFor({ state: 'detached' });
    await row('milk').waitFor();
  });

  test('a schedule is switched off, and told with its next times', async () => {
    await open('/automations', 'Automations');
    const switched = row('tell me the news').getByRole('switch');
    await switched.click();
    await expect.poll(() => switched.getAttribute('aria-checked')).toBe('false');
    await switched.click();
    await row('tell me the news').getByRole('link').click();
    await page.getByText('every weekday at 08:00').waitFor();
  });

  test('a skill shows what it may do before it is trusted', async () => {
    await open('/skills', 'Skills');
    await row('minutes').getByRole('link').click();
    await page.getByRole('region', { name: 'What it may do' }).waitFor();
    await page.getByText('SKILL.md').waitFor();
  });

  test('nothing that anybody has written is run', async () => {
    expect(complaints).toEqual([]);
    expect(await page.title()).not.toBe('1');
  });
});
