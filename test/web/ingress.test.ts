/** The pages in a frame of Home Assistant's page, behind a proxy that does what its supervisor does. */
import { describe, expect, onTestFinished, test } from 'vitest';
import { Programs } from '../adapters/http/support.ts';
import { CHROMIUM, openBrowser } from '../support/browser.ts';
import { ReverseProxy } from '../support/reverse-proxy.ts';
import { lastSaid, ScriptedModel } from '../support/scripted-model.ts';

const BASE = `/api/hassio_ingress/${'aB3-_'.repeat(9).slice(0, 43)}`;
const model = new ScriptedModel((request) => [`you said: ${lastSaid(request)}`]);

/** Home Assistant's page, with coda in a frame. */
const homeAssistant = () =>
  new ReverseProxy({
    prefix: BASE,
    strips: true,
    page: `<!doctype html><title>Home Assistant</title><iframe src="${BASE}/you" width="1200" height="700"></iframe>`,
    headers: {
      'X-Ingress-Path': BASE,
      'X-Remote-User-Id': 'a'.repeat(32),
      'X-Remote-User-Name': 'ana',
      'X-Remote-User-Display-Name': 'Ana',
    },
  });

describe.skipIf(!CHROMIUM)('in a frame', () => {
  test('a user of Home Assistant is signed in once they are linked, and chats', async () => {
    await using programs = await Programs.begin({
      front: homeAssistant(),
      model,
      config: { 'http.ingress': '127.0.0.1' },
    });
    const browser = await openBrowser();
    onTestFinished(() => browser.close());
    const context = await browser.newContext({ reducedMotion: 'reduce' });
    const page = await context.newPage();
    const home = `${new URL(programs.url).origin}/`;
    await page.goto(home);
    const frame = page.frameLocator('iframe');
    // Its administrator is nobody here on their own.
    await frame.getByRole('heading', { name: 'Sign in' }).waitFor();

    const { code } = await programs.coda.app.sessions.link();
    const direct = await context.newPage();
    await direct.goto(`${programs.url}/open#${code}`);
    await direct.getByRole('heading', { name: /^Today/ }).waitFor();
    await direct.close();
    await page.goto(home);
    await frame.getByText('You are Ana there').waitFor();
    await frame.getByRole('button', { name: 'Sign me in' }).click();
    await frame.locator('dialog').getByRole('button', { name: 'Sign me in' }).click();
    await frame.getByText('It signs you in here').waitFor();

    expect((await context.cookies()).filter(({ name }) => name.startsWith('coda_session'))).toEqual([]);
    await page.goto(home);
    await frame.getByText('It signs you in here').waitFor();
    await frame.getByRole('link', { name: 'Chat' }).first().click();
    await frame.getByLabel('Message', { exact: true }).fill('hello from the kitchen');
    await frame.getByLabel('Message', { exact: true }).press('Enter');
    await frame.getByText('you said: hello from the kitchen').waitFor();
  });

  test('codes sign the owner and the invited in, where the links lead nowhere', async () => {
    const config = { 'http.ingress': '127.0.0.1', 'http.url': undefined };
    await using programs = await Programs.begin({ front: homeAssistant(), config });
    const browser = await openBrowser();
    onTestFinished(() => browser.close());
    const visit = async () => {
      const context = await browser.newContext({ reducedMotion: 'reduce' });
      const page = await context.newPage();
      await page.goto(`${new URL(programs.url).origin}/`);
      return { page, frame: page.frameLocator('iframe') };
    };
    const enter = async ({ frame }: Awaited<ReturnType<typeof visit>>, code: string) => {
      await frame.getByRole('button', { name: 'I have a code' }).click();
      await frame.getByLabel('The code, or its link').fill(code);
      await frame.getByRole('button', { name: 'Go on' }).click();
    };
    const owner = await visit();
    await enter(owner, 'no code');
    await owner.frame.getByText('This link was used already').waitFor();
    await enter(owner, (await programs.coda.app.sessions.link()).code);
    await owner.frame.getByRole('heading', { name: /^Today/ }).waitFor();

    await owner.page.goto(`${programs.url}/people`);
    const invite = async (name: string) => {
      await owner.page.getByRole('button', { name: 'Invite' }).click();
      await owner.page.getByLabel('Their name').fill(name);
      await owner.page.getByRole('button', { name: 'Make a link' }).click();
      const code = await owner.page.locator('dialog code').textContent();
      const link = await owner.page.getByRole('region', { name: 'To copy' }).textContent();
      await owner.page.getByRole('button', { name: 'Close' }).click();
      return { link: link ?? '', code: code ?? '' };
    };
    const { link, code } = await invite('Bo');
    expect(link).toBe(`${programs.direct}/open#${code}`);
    const guests = [
      ['Bo', code],
      ['Cleo', (await invite('Cleo')).link],
    ] as const;
    for (const [name, entered] of guests) {
      const guest = await visit();
      await enter(guest, entered);
      await guest.frame.getByRole('heading', { name: /invites you$/ }).waitFor();
      await guest.frame.getByRole('button', { name: 'Go on' }).click();
      await guest.frame.getByRole('heading', { name: /^Today/ }).waitFor();
      expect(await programs.coda.count(`persons where name = '${name}' and role = 'member'`)).toBe(1);
    }
  });
});
