import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { Programs } from '../adapters/http/support.ts';
import { type Browser, type BrowserContext, CHROMIUM, faultsOf, openBrowser, type Page } from '../support/browser.ts';

/** A device of this browser that knows its person by a finger, which is always there. */
async function addDevice(context: BrowserContext, page: Page) {
  const session = await context.newCDPSession(page);
  await session.send('WebAuthn.enable');
  const { authenticatorId } = await session.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  return {
    session,
    async verifies(isUserVerified: boolean) {
      await session.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified });
    },
    async count() {
      return (await session.send('WebAuthn.getCredentials', { authenticatorId })).credentials.length;
    },
  };
}

describe.skipIf(!CHROMIUM)('passkeys in a browser', () => {
  let browser: Browser;
  let programs: Programs;
  beforeAll(async () => {
    programs = await Programs.begin({ config: { 'assistant.name': 'Robin' } });
    await programs.coda.person('bob', { role: 'member' }).says('/help');
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await programs?.[Symbol.asyncDispose]();
  });

  const at = (host: string) => `http://${host}:${programs.coda.app.http?.address?.port}`;

  async function visit(person: string, host: string) {
    const context = await browser.newContext({ reducedMotion: 'reduce' });
    onTestFinished(() => context.close());
    const page = await context.newPage();
    const { code } = await programs.coda.app.sessions.link(person);
    await page.goto(`${at(host)}/open#${code}`);
    await page.getByRole('heading', { name: /^Today/ }).waitFor();
    await page.goto(`${at(host)}/you`);
    await page.getByRole('heading', { name: 'Passkeys' }).waitFor();
    return { context, page };
  }

  test('one is added on “You”, signs in with nothing typed, and signs nobody in once it is removed', async () => {
    const { context, page } = await visit('bob', 'localhost');
    const device = await addDevice(context, page);
    await page.getByText('an owner makes you a link').waitFor();
    // The browser that has opened the link, by its name.
    await page.getByRole('listitem', { name: /^Chrome on / }).waitFor();
    await page.getByRole('button', { name: 'Add a passkey' }).click();
    await page.getByLabel('Its name').fill('Laptop');
    expect(await faultsOf(page, 'passkey-new', false)).toEqual([]);
    await page.getByRole('button', { name: 'Go on' }).click();
    const row = page.getByRole('listitem', { name: 'Laptop' });
    await row.getByText('not used yet').waitFor();
    expect(await device.count()).toBe(1);
    // The same device has one for each person only.
    await page.getByRole('button', { name: 'Add a passkey' }).click();
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.getByRole('alert').getByText('This device has a passkey of yours already.').waitFor();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('button', { name: 'More for Laptop' }).click();
    await page.getByRole('menuitem', { name: 'Rename' }).click();
    await page.getByLabel('Its name').fill('Notebook');
    await page.getByRole('dialog').getByRole('button', { name: 'Rename' }).click();
    const renamed = page.getByRole('listitem', { name: 'Notebook' });
    await renamed.waitFor();
    expect(await faultsOf(page, 'passkeys')).toEqual([]);

    await context.clearCookies();
    await page.goto(`${at('localhost')}/you`);
    const signIn = page.getByRole('button', { name: 'Sign in with a passkey' });
    await signIn.waitFor();
    expect(await faultsOf(page, 'sign-in-passkey')).toEqual([]);
    // A finger that is another one.
    await device.verifies(false);
    await signIn.click();
    await page.getByText('No passkey came').waitFor();
    await device.verifies(true);
    await signIn.click();
    await page.getByRole('heading', { name: /^Today/ }).waitFor();
    await page.goto(`${at('localhost')}/you`);
    await renamed.getByText(', used ').waitFor();

    await page.getByRole('button', { name: 'More for Notebook' }).click();
    await page.getByRole('menuitem', { name: 'Remove' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
    await page.getByText('There is none. With one you sign in').waitFor();
    await page.getByRole('button', { name: 'Add a passkey' }).waitFor();
    // Somebody else has one, so that it is asked for; the device still offers what coda has forgotten.
    const other = await visit('owner', 'localhost');
    await addDevice(other.context, other.page);
    await other.page.getByRole('button', { name: 'Add a passkey' }).click();
    await other.page.getByRole('button', { name: 'Go on' }).click();
    await other.page.getByText('not used yet').waitFor();
    await context.clearCookies();
    await page.goto(`${at('localhost')}/you`);
    await signIn.click();
    await page.getByText('This passkey does not sign anybody in here.').waitFor();
    expect(await device.count()).toBe(1);
  });

  test('an address that can hold none says so, and where one can be made', async () => {
    const { page } = await visit('owner', '127.0.0.1');
    await page.getByText(`or opens ${at('localhost')} on its machine.`).waitFor();
    expect(await page.getByRole('button', { name: 'Add a passkey' }).count()).toBe(0);
    expect(await faultsOf(page, 'passkeys-elsewhere')).toEqual([]);
  });
});
