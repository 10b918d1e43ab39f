import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Programs } from '../adapters/http/support.ts';
import { type Browser, CHROMIUM, faultsOf, openBrowser, type Page, signedIn } from '../support/browser.ts';
import { modelServer } from '../support/model-server/suite.ts';
import { modelConfig } from '../support/models.ts';

const server = await modelServer();

describe.skipIf(!CHROMIUM)('answers in a browser: which model gives them, and their versions', () => {
  let programs: Programs;
  let browser: Browser;
  let page: Page;
  let complaints: string[];

  beforeAll(async () => {
    programs = await Programs.begin({ config: { ...modelConfig(server), 'memory.auto': 'off' } });
    browser = await openBrowser();
    const { code } = await programs.coda.app.sessions.link();
    ({ page, complaints } = await signedIn(browser, programs.url, code));
    await page.goto(`${programs.url}/chat/plans`);
    await page.getByLabel('Message', { exact: true }).waitFor();
  });
  afterAll(async () => {
    await browser?.close();
    await programs?.[Symbol.asyncDispose]();
  });

  const say = async (text: string) => {
    await programs.coda.passes({ minutes: 1 });
    await page.getByLabel('Message', { exact: true }).fill(text);
    await page.keyboard.press('Enter');
  };
  const answer = (text: string) => page.locator('.log > .entry.assistant', { hasText: text });

  test('a model is chosen beneath the field, and stands beside its answer', async () => {
    const choice = page.getByLabel('Model', { exact: true });
    expect(await choice.locator('option').first().innerText()).toBe('As set (main)');
    await choice.selectOption('claude/big');
    server.play({ when: { model: 'big', says: 'a plan' }, text: 'A big plan.' });
    await say('a plan');
    await answer('A big plan.').getByText('big', { exact: false }).first().waitFor();
    await answer('A big plan.').locator('.who', { hasText: 'big' }).waitFor();
    await page.reload();
    await expect.poll(() => choice.inputValue(), { timeout: 60_000 }).toBe('claude/big');
  });

  test('Ask again makes another version in its place, by another model too, and each is looked at', async () => {
    await page.getByLabel('Model', { exact: true }).selectOption('claude/main');
    server.play({ when: { model: 'main', says: 'a plan' }, text: 'A plain plan.' });
    await programs.coda.passes({ minutes: 1 });
    await answer('A big plan.').getByRole('button', { name: 'Ask again' }).click();
    await answer('A plain plan.').getByText('2/2').waitFor();
    expect(await page.locator('.log > .entry').count()).toBe(2);
    await page.getByRole('button', { name: 'Version before' }).click();
    await answer('A big plan.').getByText('1/2').waitFor();
    await page.reload();
    await answer('A big plan.').getByText('1/2').waitFor();
    expect(await page.locator('.log > .entry').count()).toBe(2);
    expect(await faultsOf(page, 'chat-versions', false)).toEqual([]);
    // A conversation is begun by what is said first, or chosen, in it.
    expect(complaints.filter((text) => !text.includes('404'))).toEqual([]);
  });
});

describe.skipIf(!CHROMIUM)('where one model is set', () => {
  test('there is no choice', async () => {
    const one = { default: 'claude/main', light: undefined, heavy: undefined };
    await using programs = await Programs.begin({ config: modelConfig(server, one) });
    const browser = await openBrowser();
    const { code } = await programs.coda.app.sessions.link();
    const { page } = await signedIn(browser, programs.url, code);
    await page.goto(`${programs.url}/chat/plans`);
    await page.getByLabel('Message', { exact: true }).fill('hello');
    await page.keyboard.press('Enter');
    await page.locator('.log > .entry.assistant').waitFor();
    expect(await page.getByLabel('Model', { exact: true }).count()).toBe(0);
    await browser.close();
  });
});
