/** The pages with coda under a path of 64 characters, behind a proxy that takes it off. All tasks are played there by `prefix.long`. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deferred } from '../../src/base/async.ts';
import { Programs } from '../adapters/http/support.ts';
import { type Browser, type BrowserContext, CHROMIUM, openBrowser, type Page, signedIn } from '../support/browser.ts';
import { eventually, within } from '../support/eventually.ts';
import { ReverseProxy } from '../support/reverse-proxy.ts';
import { lastSaid, ScriptedModel } from '../support/scripted-model.ts';

const PREFIX = `/${'a-long-name-'.repeat(6)}`.slice(0, 64);
const held = deferred();
const model = new ScriptedModel((request) =>
  lastSaid(request).includes('story') ? ['Once upon a time ', { hold: held }, 'there was an end.'] : ['I have it.'],
);
model.streams = true;

describe.skipIf(!CHROMIUM)('the pages under a path', () => {
  let programs: Programs;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let complaints: string[];
  const asked: string[] = [];

  beforeAll(async () => {
    programs = await Programs.begin({ front: new ReverseProxy({ prefix: PREFIX, strips: true }), model });
    browser = await openBrowser();
    const { code } = await programs.coda.app.sessions.link();
    ({ context, page, complaints } = await signedIn(browser, programs.url, code));
    context.on('request', (request) => asked.push(request.url()));
  });
  afterAll(async () => {
    await browser?.close();
    await programs?.[Symbol.asyncDispose]();
  });

  test('a link signs in, and every page stands under the path', async () => {
    await page.getByRole('heading', { name: /^Today/ }).waitFor();
    await page.getByRole('link', { name: 'Notes' }).first().click();
    await page.getByRole('heading', { name: 'Notes' }).first().waitFor();
    expect(page.url()).toBe(`${programs.url}/notes`);
    await page.goBack();
    await page.getByRole('heading', { name: /^Today/ }).waitFor();
    const links = await page
      .locator('a[href]')
      .evaluateAll((all) => all.map((link) => link.getAttribute('href') ?? ''));
    expect(links.filter((href) => !href.startsWith(`${PREFIX}/`) && href !== '#main')).toEqual([]);
  });

  test('an answer grows, a file goes up and comes down, by the stream and the addresses of the path', async () => {
    await page.goto(`${programs.url}/chat`);
    const message = page.getByLabel('Message', { exact: true });
    await message.fill('tell me a story');
    await message.press('Enter');
    await page.getByText('Once upon a time').waitFor();
    held.resolve();
    await page.getByText('there was an end.').waitFor();
    await programs.coda.passes({ seconds: 1 });
    const file = { name: 'list.txt', mimeType: 'text/plain', buffer: Buffer.from('milk, eggs') };
    await page.locator('input[type=file]').first().setInputFiles(file);
    await message.fill('what is in this file?');
    await message.press('Enter');
    await page.getByText('I have it.').waitFor();
    const link = page.getByRole('link', { name: 'list.txt' }).last();
    expect(await link.getAttribute('href')).toContain(`${PREFIX}/v1/artifacts/`);
    const [download] = await Promise.all([page.waitForEvent('download'), link.click()]);
    expect(readFileSync((await download.path()) ?? '', 'utf8')).toBe('milk, eggs');
  });

  test('the log is followed by a stream of the path', async () => {
    await page.goto(`${programs.url}/system/logs`);
    const stream = page.waitForResponse((answer) => answer.url().includes('/v1/system/logs/events'));
    await page.getByRole('button', { name: 'Follow' }).click();
    expect((await stream).status()).toBe(200);
    await page.getByRole('button', { name: 'Stop following' }).click();
  });

  test('a deep link is loaded anew, and one without the path gets it', async () => {
    await page.goto(`${programs.url}/notes/memories`);
    await page.reload();
    await page.locator('a[aria-current=page]', { hasText: 'What is remembered' }).waitFor();
    const direct = await context.newPage();
    await direct.goto(`${programs.direct}/today`);
    await direct.getByText('coda').first().waitFor();
    await eventually(() => Promise.resolve(new URL(direct.url()).pathname === `${PREFIX}/today`));
    await direct.goto(`${programs.direct}${PREFIX}`);
    await eventually(() => Promise.resolve(new URL(direct.url()).pathname === `${PREFIX}/`));
    await direct.close();
  });

  test('the worker serves the path alone, and leaves what others keep at this name', async () => {
    await page.goto(`${programs.url}/today`);
    const ready = `navigator.serviceWorker.ready.then(({ scope }) => new URL(scope).pathname)`;
    expect(await page.evaluate(ready)).toBe(`${PREFIX}/`);
    await page.evaluate(`(async () => {
      for (const name of ['workbox of another', 'shell 123']) await caches.open(name);
      await (await navigator.serviceWorker.ready).unregister();
    })()`);
    // A worker goes with the last page that it serves.
    await page.goto('about:blank');
    await page.goto(`${programs.url}/today`);
    await page.evaluate(ready);
    const names = async () => (await page.evaluate('caches.keys()')) as string[];
    await eventually(async () => (await names()).some((name) => name.startsWith(`${PREFIX} shell `)));
    expect(await names()).toEqual(expect.arrayContaining(['workbox of another', 'shell 123']));
    await context.setOffline(true);
    await page.goto(`${programs.url}/notes`).catch(() => {});
    await page.getByRole('heading', { name: 'coda cannot be reached' }).waitFor();
    await context.setOffline(false);
    await page.getByRole('heading', { name: 'Notes' }).first().waitFor();
  });

  test('a push reaches the worker of the path, and its devices are named there', async () => {
    await page.goto(`${programs.url}/today`);
    expect(await page.evaluate(`fetch('${PREFIX}/v1/push').then(({ status }) => status)`)).toBe(200);
    await context.grantPermissions(['notifications']);
    await page.evaluate('navigator.serviceWorker.ready.then(() => true)');
    const devtools = await context.newCDPSession(page);
    const registered = new Promise<string>((resolve) =>
      devtools.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
        const own = registrations.find(({ scopeURL, isDeleted }) => scopeURL === `${programs.url}/` && !isDeleted);
        if (own) resolve(own.registrationId);
      }),
    );
    await devtools.send('ServiceWorker.enable');
    const about = { origin: new URL(programs.url).origin, registrationId: await registered };
    const data = JSON.stringify({ title: 'Robin', body: 'A reminder', tag: 'pushed' });
    const SHOWN = `navigator.serviceWorker.ready.then((worker) => worker.getNotifications({ tag: 'pushed' }))
      .then((all) => all.map(({ body }) => body))`;
    // Chromium now and then loses the first one to a worker that has just been registered.
    const arrives = async () => {
      await devtools.send('ServiceWorker.deliverPushMessage', { ...about, data });
      return within(2_000, async () => ((await page.evaluate(SHOWN)) as string[]).includes('A reminder'));
    };
    expect(await eventually(arrives)).toBe(true);
  });

  test('a notification that is pressed leads to the chat of the path', async () => {
    await context.grantPermissions(['notifications']);
    const worker = context.serviceWorkers().at(-1);
    // Only a person's own press may bring a window to the front.
    await worker?.evaluate(`(async () => {
      WindowClient.prototype.focus = async function () { return this; };
      await self.registration.showNotification('Robin', { tag: 'one' });
      const [notification] = await self.registration.getNotifications();
      self.dispatchEvent(new NotificationEvent('notificationclick', { notification }));
    })()`);
    await page.waitForURL(`${programs.url}/chat`);
  });

  test('signing out ends the session of the path, and nothing was asked for outside of it', async () => {
    await page.goto(`${programs.url}/today`);
    await page.getByRole('heading', { name: /^Today/ }).waitFor();
    await page.locator('.side').getByRole('button', { name: /owner/i }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: /sign/i }).first().waitFor();
    expect((await context.cookies()).filter(({ name }) => name.startsWith('coda_session'))).toEqual([]);
    const { origin } = new URL(programs.url);
    const outside = asked.filter((url) => url.startsWith(origin) && !url.startsWith(`${programs.url}/`));
    expect(outside).toEqual([]);
    expect(complaints.filter((each) => !/status of 40[14]|net::ERR/.test(each))).toEqual([]);
  });
});
