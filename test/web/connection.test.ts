/** The connection of a browser: many tabs, a lost one, an ended session, words that are not sent, and files of older versions. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Programs } from '../adapters/http/support.ts';
import { type Browser, type BrowserContext, CHROMIUM, openBrowser, type Page, signedIn } from '../support/browser.ts';
import { eventually } from '../support/eventually.ts';
import { ReverseProxy } from '../support/reverse-proxy.ts';
import { lastSaid, ScriptedModel } from '../support/scripted-model.ts';

const model = new ScriptedModel((request) => [`you said: ${lastSaid(request)}`]);

describe.skipIf(!CHROMIUM)('the connection of a browser', () => {
  let programs: Programs;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;

  beforeAll(async () => {
    programs = await Programs.begin({ model });
    browser = await openBrowser();
    const { code } = await programs.coda.app.sessions.link();
    ({ context, page } = await signedIn(browser, programs.url, code));
  });
  afterAll(async () => {
    await browser?.close();
    await programs?.[Symbol.asyncDispose]();
  });

  const message = (of = page) => of.getByLabel('Message', { exact: true });
  const open = async (path: string, of = page) => {
    await of.goto(programs.url + path);
    await of.locator('main').waitFor();
  };
  const say = async (text: string, of = page) => {
    await programs.coda.passes({ seconds: 1 });
    await message(of).fill(text);
    await message(of).press('Enter');
  };

  test('ten tabs of one browser all work, by one stream', async () => {
    await open('/chat');
    await message().waitFor();
    const first = page;
    let streams = 0;
    context.on('request', (request) => {
      if (request.url().includes('/v1/events') && request.frame().page() !== first) streams++;
    });
    const others = await Promise.all(Array.from({ length: 9 }, () => context.newPage()));
    for (const other of others) await open('/chat', other);
    await say('hello to all of you', others[8]);
    for (const each of [page, ...others])
      await each.locator('.log > .entry.assistant', { hasText: 'you said: hello to all of you' }).waitFor();
    expect(streams).toBe(0);
    // The tab with the stream goes: another one takes it over.
    await page.close();
    page = others.shift() as Page;
    await say('and to those who are left', others[0]);
    for (const each of [page, ...others])
      await each.locator('.log > .entry.assistant', { hasText: 'those who are left' }).waitFor();
    for (const other of others) await other.close();
  });

  test('words that are not sent survive a reload, until they are sent', async () => {
    await message().fill('half a thought');
    await page.reload();
    await eventually(async () => (await message().inputValue()) === 'half a thought');
    await say('a whole thought');
    await page.getByText('you said: a whole thought').waitFor();
    await page.reload();
    await page.getByText('you said: a whole thought').waitFor();
    expect(await message().inputValue()).toBe('');
  });

  test('a message without a connection survives a reload, and goes by itself', async () => {
    await context.setOffline(true);
    await page.getByText('Not connected. Trying again').waitFor();
    await say('said on a train');
    await page.getByRole('button', { name: 'Send again' }).waitFor();
    // The worker shows the page without a connection.
    await context.setOffline(false);
    await page.goto(`${programs.url}/today`);
    await eventually(
      async () => (await programs.coda.count(`inbox where payload ->> 'text' = 'said on a train'`)) === 1,
    );
    await open('/chat');
    await page.getByText('you said: said on a train').waitFor();
    expect(await page.locator('.log > .entry.you', { hasText: 'said on a train' }).count()).toBe(1);
  });

  test('files of older versions are dropped by the worker of a newer one', async () => {
    await page.evaluate(`navigator.serviceWorker.ready`);
    await page.evaluate(`(async () => {
      await (await caches.open('shell')).put('/web/main-old.js', new Response('old'));
      await (await navigator.serviceWorker.ready).unregister();
    })()`);
    // A worker goes with the last page that it serves.
    await page.goto('about:blank');
    await open('/chat');
    await page.evaluate(`navigator.serviceWorker.ready`);
    await eventually(async () => !((await page.evaluate('caches.keys()')) as string[]).includes('shell'));
    expect(await page.evaluate(`caches.match('/web/main-old.js').then(Boolean)`)).toBe(false);
  });

  test('an ended session says so in plain words, and goes on where one was', async () => {
    await open('/notes');
    const other = await context.newPage();
    await open('/chat', other);
    await message(other).fill('not sent yet');
    await programs.coda.database().run('test', 'delete from browser_sessions');
    await page.getByRole('link', { name: 'Automations' }).first().click();
    await page.getByText('Your session has ended.').waitFor();
    expect(await page.locator('body').innerText()).not.toMatch(/Bearer|token/);
    await other.evaluate(`document.dispatchEvent(new Event('visibilitychange'))`);
    await other.getByText('Your session has ended.').waitFor();
    const { code } = await programs.coda.app.sessions.link();
    const link = await context.newPage();
    await link.goto(`${programs.url}/open#${code}`);
    // The tabs that wait go on by themselves, and the new one where one of them was: which heard of the end last is chance.
    await page.getByRole('heading', { name: 'Automations' }).waitFor();
    await eventually(async () => (await message(other).inputValue()) === 'not sent yet');
    await link.waitForURL(/\/(?:chat|automations)$/);
  });

  test('the page of another application at this name is not shown in place of coda', async () => {
    const front = new ReverseProxy({ page: '<!doctype html><body data-base="/wiki">a wiki', pageAt: '/wiki' });
    await using beside = await Programs.begin({ front });
    const { code } = await beside.coda.app.sessions.link();
    const own = await signedIn(browser, beside.url, code);
    await own.page.evaluate(`navigator.serviceWorker.ready`);
    await own.page.reload();
    await own.page.evaluate(`navigator.serviceWorker.controller === null && Promise.reject('not controlled')`);
    await own.page.goto(`${beside.url}/wiki`);
    await own.page.getByText('a wiki').waitFor();
    await own.context.setOffline(true);
    await own.page.goto(`${beside.url}/notes`);
    await own.page.getByRole('heading', { name: 'coda cannot be reached' }).waitFor();
    await own.context.close();
  });
});
