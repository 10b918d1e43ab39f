/** All pages: what axe finds, what they weigh, what hostile words and requests do to them, and that they come right again. */
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { packageRoot } from '../../src/base/root.ts';
import { type Browser, CHROMIUM, openBrowser, type Page, signedIn, UNREACHED } from '../support/browser.ts';
import { eventually, within } from '../support/eventually.ts';
import { Faulty } from '../support/mcp/faulty.ts';
import { freePort } from '../support/ports.ts';
import { ALL_PAGES, type Household, openHousehold } from './household.ts';

const ADDRESS = `https://example.com/${'a'.repeat(280)}`;
const RIGHT_TO_LEFT = 'تذكير بموعد طبيب الأسنان غدا';
const HOSTILE = [
  '<img src=x onerror="document.title=\'stolen\'">',
  '<script>document.title="stolen"</script>',
  '"><svg/onload=document.title="stolen">',
  '[click](javascript:document.title="stolen")',
  '[click](data:text/html,<script>1</script>)',
  '![p](javascript:1) <a href="javascript:1">x</a>',
  '<javascript:alert(1)>',
  '[a]: javascript:1\n\n[b][a]',
  '`<img src=x onerror=1>`\n\n```html\n<script>1</script>\n```',
  '| a | b |\n| --- | --- |\n| <img src=x onerror=1> | [x](vbscript:1) |',
];

/** What is pressed and is less than 44 pixels high. */
const SMALL = `[...document.querySelectorAll('button, a.button, .bar a, .tabs a, select, input:not([type=checkbox])')]
  .filter((each) => each.checkVisibility() && each.getBoundingClientRect().height > 0)
  .filter((each) => each.getBoundingClientRect().height < 43.5)
  .map((each) => each.outerHTML.slice(0, 100))`;

/** Elements that would run something. */
const RUNS = `[...document.querySelectorAll('main *')]
  .filter((each) => {
    const address = each.getAttribute('href') ?? each.getAttribute('src') ?? '';
    const runs = [...each.attributes].some(({ name }) => name.startsWith('on'));
    return runs || /^\\s*(?:javascript|data|vbscript):/i.test(address) || each.tagName === 'SCRIPT';
  })
  .map((each) => each.outerHTML)`;

describe.skipIf(!CHROMIUM)('the pages', () => {
  let home: Household;
  let ci: Faulty;
  let browser: Browser;
  let page: Page;
  let complaints: string[];
  const at = (path: string) => home.programs.url + path;

  beforeAll(async () => {
    // A port of its own: what is open in a browser finds coda again after a restart.
    ci = await Faulty.open();
    const listen = `127.0.0.1:${await freePort()}`;
    home = await openHousehold({ 'http.listen': listen, 'mcp.servers': { ci: { url: ci.url } } });
    for (const text of [...HOSTILE, ADDRESS, RIGHT_TO_LEFT]) {
      await home.programs.post('/v1/notes', { text });
      await home.programs.post('/v1/reminders', {
        text: text.replaceAll('\n', ' ').slice(0, 300),
        when: 'today at 23:00',
      });
    }
    browser = await openBrowser();
    ({ page, complaints } = await signedIn(browser, home.programs.url, await home.code()));
  });
  afterAll(async () => {
    await browser?.close();
    await home?.[Symbol.asyncDispose]();
    await ci?.[Symbol.asyncDispose]();
  });

  /** The page with all that it reads. */
  async function open(path: string): Promise<void> {
    await page.goto(at(path));
    await page.locator('main').waitFor();
    await page.waitForLoadState('load');
    await eventually(async () => (await page.locator('main').innerText()).trim() !== '');
  }

  test.each(ALL_PAGES)(
    '%s has no faults that axe finds at four widths, in light and dark, and fits its window',
    async (path) => {
      const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
      await open(path);
      await page.evaluate(axe);
      const faults: string[] = [];
      for (const [width, scheme] of [
        [1280, 'light'],
        [320, 'dark'],
        [360, 'light'],
        [768, 'dark'],
      ] as const) {
        await page.setViewportSize({ width, height: 800 });
        await page.emulateMedia({ colorScheme: scheme });
        const found = await page.evaluate(async () => {
          // biome-ignore lint/suspicious/noExplicitAny: axe is a global of the page
          const { violations } = await (globalThis as any).axe.run({ resultTypes: ['violations'] });
          return violations.flatMap((each: { id: string; nodes: { html: string }[] }) =>
            each.nodes.map(({ html }) => `${each.id}: ${html.slice(0, 160)}`),
          ) as string[];
        });
        faults.push(...found.map((each) => `${width} ${scheme} ${each}`));
        if (await page.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth'))
          faults.push(`${width}: wider than its window`);
      }
      await page.setViewportSize({ width: 1280, height: 800 });
      expect(faults).toEqual([]);
    },
  );

  test('what a form has refused is told beside its field, and nothing typed is lost', async () => {
    const { coda } = home.programs;
    await coda.database().run(
      'test',
      `insert into targets (id, person_id, kind, name, conversation_id, state, allows, created_at)
         select 'k1home', p.id, 'place', '#home', (select id from conversations limit 1), 'allowed', '{}', p.created_at
           from persons p where role = 'owner'`,
    );
    await open('/automations');
    await page.getByRole('button', { name: 'New schedule' }).click();
    const form = page.getByRole('dialog', { name: 'New schedule' });
    const told = async (label: string, words: RegExp) => {
      const field = form.getByLabel(label, { exact: true });
      await eventually(async () => (await field.getAttribute('aria-invalid')) === 'true', 5_000);
      const id = (await field.getAttribute('aria-describedby')) ?? '';
      expect(await page.locator(`[id="${id}"]`).innerText()).toMatch(words);
      await eventually(() => field.evaluate((element) => element.matches(':focus')), 5_000);
    };
    const plan = () => form.getByRole('button', { name: 'Plan it' }).click();
    await form.getByLabel('coda does').selectOption('asks a tool of an MCP server');
    await form.getByLabel('Server and tool').fill('nowhere go');
    await form.getByLabel('What the tool is given, as JSON').fill('{"job": main}');
    await form.getByLabel('How often').fill('every hour on the moon');
    await form.getByLabel('It is told').selectOption('#home');
    await form.getByLabel('Monday').check();
    await form.getByLabel('Only from').fill('08:00');
    await plan();
    await told('What the tool is given, as JSON', /^Expected a JSON object such as/);
    await form.getByLabel('What the tool is given, as JSON').fill('{"job": "main"}');
    await plan();
    await told('until', /^Expected both from and to/);
    await form.getByLabel('until', { exact: true }).fill('20:00');
    await plan();
    await told('Server and tool', /^There is no MCP server nowhere/);
    await form.getByLabel('Server and tool').fill('ci go');
    await plan();
    await told('How often', /./);
    await form.getByLabel('How often').fill('every hour');
    expect(await form.getByLabel('Monday').isChecked()).toBe(true);
    await plan();
    await page.getByRole('link', { name: /^ci go/ }).click();
    await page.getByText('#home').waitFor();
    await page.locator('dd', { hasText: 'on Monday, between 08:00 and 20:00' }).waitFor();
    await page.getByRole('button', { name: 'More for this schedule' }).click();
    await page.getByRole('menuitem', { name: 'Change' }).click();
    await page.getByLabel('What the tool is given, as JSON').fill('{"job": "release"}');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('{"job":"release"}').waitFor();
    expect(await coda.count(`person_schedules where watch -> 'source' -> 'input' ->> 'job' = 'release'`)).toBe(1);
    await coda.database().run('test', `delete from person_schedules where watch is not null`);
    await coda.database().run('test', `delete from targets where id = 'k1home'`);
  });

  test('a search of notes, and filters of what was done, are there again after going back', async () => {
    await open('/notes');
    await page.getByLabel('Search notes').fill('boiler');
    await page.waitForURL('**/notes?q=boiler');
    await page.getByRole('link', { name: /boiler code/ }).click();
    await page.waitForURL(/notes\/\w+$/);
    await page.goBack();
    await page.waitForURL('**/notes?q=boiler');
    expect(await page.getByLabel('Search notes').inputValue()).toBe('boiler');
    await page.getByRole('link', { name: /boiler code/ }).waitFor();
    expect(await page.getByRole('link', { name: /spare key/ }).count()).toBe(0);
    // The page's own link ends the search: in the address, in the field and in the list.
    await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Notes' }).click();
    await page.waitForURL(/\/notes$/);
    await page.getByRole('link', { name: /spare key/ }).waitFor();
    await eventually(async () => (await page.getByLabel('Search notes').inputValue()) === '');
    expect(await page.getByLabel('Search notes').inputValue()).toBe('');
    await open('/system/settings?find=models.budgets');
    await page.getByLabel('Find a setting').fill('quiet');
    await page.waitForURL('**/system/settings?find=quiet');
    await open('/activity/audit');
    await page.getByLabel('Tool or operation').fill('note_save');
    await page.waitForURL('**/activity/audit?subject=note_save');
    await page.reload();
    await page.getByLabel('Tool or operation').waitFor();
    expect(await page.getByLabel('Tool or operation').inputValue()).toBe('note_save');
    await page.getByRole('link', { name: 'What was done' }).click();
    await page.waitForURL(/\/activity\/audit$/);
    await eventually(async () => (await page.getByLabel('Tool or operation').inputValue()) === '');
    expect(await page.getByLabel('Tool or operation').inputValue()).toBe('');
  });

  test('a chosen day, a question about rights and light or dark are there after a reload, and in other tabs', async () => {
    await open('/system/costs');
    await page.getByRole('button', { name: 'The month before' }).click();
    await page.getByRole('heading', { name: 'What it went to: The month before' }).waitFor();
    await page.reload();
    await page.getByRole('heading', { name: 'What it went to: The month before' }).waitFor();
    await page.getByLabel('A day', { exact: true }).fill('2026-11-02');
    await page.waitForURL(/day=2026-11-02/);
    await page.reload();
    await eventually(async () => (await page.getByLabel('A day', { exact: true }).inputValue()) === '2026-11-02');
    await open('/people/rights');
    const answer = page.getByRole('status').filter({ hasText: /^May / });
    await page.locator('.filters select').first().selectOption({ label: 'bob' });
    await answer.filter({ hasText: 'May bob ' }).waitFor();
    await page.locator('.filters select').nth(1).selectOption({ index: 1 });
    await page.waitForURL(/tool=/);
    await page.reload();
    await answer.filter({ hasText: 'May bob ' }).waitFor();
    const tool = new URL(page.url()).searchParams.get('tool');
    expect(await page.locator('.filters select').nth(1).inputValue()).toBe(tool);
    const other = await page.context().newPage();
    await other.goto(at('/you'));
    await other.getByRole('button', { name: 'Dark' }).click();
    await eventually(async () => (await page.evaluate('document.documentElement.style.colorScheme')) === 'dark');
    await other.getByRole('button', { name: 'As the device' }).click();
    await eventually(async () => (await page.evaluate('document.documentElement.style.colorScheme')) === '');
    await other.close();
  });

  test('a no that is not given after all leaves the focus where it was', async () => {
    await open('/activity');
    const because = page.getByRole('button', { name: 'Deny, because …' }).first();
    await because.click();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await eventually(() => because.evaluate((element) => element.matches(':focus')));
  });

  test('costs of other days stand under their own words until those that were asked for are there', async () => {
    await open('/system/costs');
    const line = page.getByText(/: \d+\.\d\d USD in /);
    await line.waitFor();
    const before = await line.innerText();
    expect(before).toMatch(/^This month: /);
    let answer = () => {};
    const answered = new Promise<void>((resolve) => {
      answer = resolve;
    });
    await page.route('**/v1/system/costs/span*', async (request) => {
      await answered;
      await request.continue();
    });
    await page.getByRole('button', { name: 'Yesterday', exact: true }).click();
    await page.getByRole('heading', { name: 'What it went to: Yesterday' }).waitFor();
    expect(await line.innerText()).toBe(before);
    answer();
    await page.getByText(/^Yesterday: /).waitFor();
    await page.unroute('**/v1/system/costs/span*');
  });

  test('what is pressed on a phone is 44 pixels high', async () => {
    await page.setViewportSize({ width: 360, height: 800 });
    const small: string[] = [];
    for (const path of ['/today', '/chat', '/people', '/system']) {
      await open(path);
      const found = (await page.evaluate(SMALL)) as string[];
      small.push(...found.map((each) => `${path} ${each}`));
    }
    await page.setViewportSize({ width: 1280, height: 800 });
    expect(small).toEqual([]);
  });

  test('a page loads at most 60 kB of scripts at first, all pages together have 90 kB and styles 20 kB, compressed', () => {
    const folder = join(packageRoot(), 'dist', 'web');
    const scripts = readdirSync(folder).filter((name) => name.endsWith('.js'));
    const sum = (names: Iterable<string>) =>
      [...names].reduce((bytes, name) => bytes + readFileSync(join(folder, `${name}.br`)).length, 0);
    const importsOf = (name: string, pattern: RegExp) =>
      [...readFileSync(join(folder, name), 'utf8').matchAll(pattern)].map(([, path = '']) => path);
    const withImports = (name: string, all = new Set<string>()): Set<string> => {
      if (!all.has(name)) {
        all.add(name);
        for (const path of importsOf(name, /(?:from|import)\s*["'`]\.\/([^"'`]+)["'`]/g)) withImports(path, all);
      }
      return all;
    };
    const [main = ''] = scripts.filter((name) => name.startsWith('main-'));
    const pages = importsOf(main, /import\(\s*["'`]\.\/([^"'`]+)["'`]\s*\)/g);
    expect(pages.length).toBeGreaterThan(8);
    for (const name of pages) {
      const first = sum(withImports(name, withImports(main)));
      expect(first, name).toBeGreaterThan(20_000);
      expect(first, name).toBeLessThanOrEqual(60_000);
    }
    // What draws a chart, code or a formula is fetched when one is looked at.
    const isApart = (name: string) => /^(?:uPlot|drawer-|code-|formula-)/.test(name);
    expect(scripts.filter(isApart)).toHaveLength(4);
    for (const name of scripts.filter(isApart)) expect(sum([name]), name).toBeLessThanOrEqual(60_000);
    expect(sum(scripts.filter((name) => !isApart(name)))).toBeLessThanOrEqual(90_000);
    const styles = readdirSync(folder).filter((name) => name.endsWith('.css'));
    expect(sum(styles)).toBeLessThanOrEqual(20_000);
  });

  test('hostile words in notes, reminders and the chat are text on every page', async () => {
    for (const text of HOSTILE) await home.programs.say(`/note ${text}`, { conversation: 'hostile' });
    for (const path of ['/today', '/notes', '/chat', '/activity/conversations', '/activity/audit']) {
      await open(path);
      expect(await page.title(), path).not.toContain('stolen');
      const bad = await page.evaluate(RUNS);
      expect(bad, path).toEqual([]);
    }
  });

  test('what stands in an address is never run or shown as markup', async () => {
    for (const path of [
      '/chat/%3Cimg%20src=x%20onerror=1%3E',
      '/skills/%3Cscript%3E',
      '/today?q=<script>1</script>#<img>',
      '/chat/%2541%25',
    ]) {
      await page.goto(at(path));
      await page.locator('main').waitFor();
      expect(await page.locator('main img, main script').count(), path).toBe(0);
    }
  });

  test('another site neither frames it, nor reads or changes anything with its cookie', async () => {
    const cookie = (await page.context().cookies())[0];
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict' });
    const Cookie = `${cookie?.name}=${cookie?.value}`;
    const shell = await fetch(at('/'), { headers: { Cookie } });
    expect(shell.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(shell.headers.get('permissions-policy')).toMatch(/^microphone=\(self\), camera=\(\),/);
    const asked = (path: string, init: RequestInit, site: string) =>
      fetch(at(path), {
        ...init,
        headers: { ...init.headers, Cookie, 'Sec-Fetch-Site': site, 'Sec-Fetch-Mode': 'cors' },
      });
    const json = { method: 'POST', headers: { 'Content-Type': 'application/json' } };
    for (const site of ['cross-site', 'same-site'])
      for (const [path, init] of [
        ['/v1/me', {}],
        ['/v1/events', {}],
        ['/v1/reminders', { ...json, body: '{"text":"x","when":"tomorrow"}' }],
        ['/v1/people/pair', { ...json, body: '{"code":"ABCD-EFGH"}' }],
        ['/v1/tokens', { ...json, body: '{"name":"stolen"}' }],
        ['/v1/backups', { ...json, body: '{}' }],
        ['/v1/session', { method: 'DELETE' }],
      ] as const)
        expect((await asked(path, init as RequestInit, site)).status, `${site} ${path}`).toBe(403);
  });

  test('the session of somebody who is not let in any more shows nothing', async () => {
    await home.programs.coda.person('gone', { role: 'member' }).says('hello');
    const other = await signedIn(browser, home.programs.url, await home.code('gone'));
    await home.programs.coda
      .database()
      .tx('test', (tx) => tx.query(`update persons set role = 'guest' where name = 'gone'`));
    await other.page.goto(at('/today'));
    await other.page.getByRole('heading', { name: 'Sign in' }).waitFor();
    expect(await other.page.locator('main').innerText()).not.toContain('hello');
    await other.context.close();
  });

  test('three tabs show the same, and are right again after a restart, with nothing said twice', async () => {
    const context = page.context();
    const tabs = [page, await context.newPage(), await context.newPage()];
    for (const tab of tabs) {
      await tab.goto(at('/chat'));
      await tab.getByLabel('Message', { exact: true }).waitFor();
    }
    await page.getByLabel('Message', { exact: true }).fill('is anybody there');
    await page.keyboard.press('Enter');
    for (const tab of tabs) await tab.getByText('I heard: is anybody there').waitFor();
    await home.programs.coda.restart();
    await page.getByLabel('Message', { exact: true }).fill('are you there again');
    await page.keyboard.press('Enter');
    for (const tab of tabs) {
      await tab.getByText('I heard: are you there again').waitFor();
      expect(await tab.getByText('I heard: are you there again').count()).toBe(1);
      expect(await tab.getByText('I heard: is anybody there').count()).toBe(1);
    }
    for (const tab of tabs.slice(1)) await tab.close();
  });

  test('what a dialog asks for and coda refuses stays in it, with the reason', async () => {
    await open('/today');
    await page.getByRole('button', { name: 'New reminder' }).first().click();
    const dialog = page.locator('dialog[open]');
    await dialog.getByLabel('What').fill('feed the cat');
    await dialog.getByLabel('When').fill('when the moon is blue');
    await dialog.getByRole('button', { name: 'Remind me' }).click();
    await dialog.getByRole('alert').waitFor();
    expect(await dialog.getByLabel('What').inputValue()).toBe('feed the cat');
    // Words are marked from the field out of the dialog.
    const field = await dialog.getByLabel('What').boundingBox();
    await page.mouse.move((field?.x ?? 0) + 5, (field?.y ?? 0) + 5);
    await page.mouse.down();
    await page.mouse.move(5, 5);
    await page.mouse.up();
    expect(await dialog.getByLabel('What').inputValue()).toBe('feed the cat');
    await dialog.getByLabel('When').fill('tomorrow at 7');
    await dialog.getByRole('button', { name: 'Remind me' }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByText('feed the cat').first().waitFor();
  });

  test('conversations beyond the first hundred are there, the older ones on demand', async () => {
    await home.programs.coda.database().run(
      'test',
      `insert into conversations (id, adapter, channel, kind, space_id, title, created_at)
       select gen_random_uuid(), 'http', 'web-' || p.id || '/old-' || i, 'dm', c.space_id, 'Old talk ' || i,
              c.created_at - interval '1 hour' * i
         from persons p, (select space_id, created_at from conversations where adapter = 'http' limit 1) c, generate_series(1, 120) i
        where p.role = 'owner'`,
    );
    await open('/chat');
    const old = page.getByRole('link', { name: 'Old talk 120' });
    await page.getByRole('link', { name: 'Old talk 1', exact: true }).waitFor();
    expect(await old.count()).toBe(0);
    await page.getByRole('button', { name: 'Older conversations' }).click();
    await old.waitFor();
  });

  test('a push is shown as a notification, and as a plain one where its content cannot be read', async () => {
    const { page: other, context } = await signedIn(browser, home.programs.url, await home.code());
    await context.grantPermissions(['notifications']);
    await other.evaluate('navigator.serviceWorker.ready.then(() => true)');
    const devtools = await context.newCDPSession(other);
    const registered = new Promise<string>((resolve) =>
      devtools.on('ServiceWorker.workerRegistrationUpdated', ({ registrations: [first] }) => {
        if (first) resolve(first.registrationId);
      }),
    );
    await devtools.send('ServiceWorker.enable');
    const about = { origin: home.programs.url, registrationId: await registered };
    const SHOWN = `navigator.serviceWorker.ready.then((worker) => worker.getNotifications())
      .then((all) => all.map(({ title, body }) => [title, body].join(': ')))`;
    const notice = JSON.stringify({ title: 'Robin', body: 'A reminder', tag: 'one' });
    for (const [data, shown] of [
      [notice, 'Robin: A reminder'],
      ['no JSON', 'coda: '],
    ] as const) {
      const isShown = async () => ((await other.evaluate(SHOWN)) as string[]).includes(shown);
      // Chromium now and then loses the first one to a worker that has just been registered.
      const arrives = async () => {
        await devtools.send('ServiceWorker.deliverPushMessage', { ...about, data });
        return within(2_000, isShown);
      };
      expect(await eventually(arrives)).toBe(true);
    }
    await context.close();
  });

  test('where there is no connection the application says so, and comes back by itself', async () => {
    const { page: other, context } = await signedIn(browser, home.programs.url, await home.code());
    await other.evaluate('navigator.serviceWorker.ready.then(() => true)');
    await other.goto(at('/today'));
    await context.setOffline(true);
    await other.goto(at('/today')).catch(() => {});
    await other.getByRole('heading', { name: 'coda cannot be reached' }).waitFor();
    await context.setOffline(false);
    await other.getByRole('heading', { name: /^Today/ }).waitFor();
    const kept = await other.evaluate(
      `caches.keys()
        .then((names) => Promise.all(names.map((name) => caches.open(name).then((shell) => shell.keys()))))
        .then((all) => all.flat().map(({ url }) => new URL(url).pathname))`,
    );
    expect(kept).toContain('/');
    expect((kept as string[]).filter((path) => path.startsWith('/v1/'))).toEqual([]);
    await context.close();
  });

  test('no page complains', () => {
    const answered = complaints.filter((each) => !UNREACHED.test(each));
    expect(answered.filter((each) => !/status of 4(?:0[04]|22)/.test(each))).toEqual([]);
  });
});
