import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { type Browser, CHROMIUM, faultsOf, openBrowser, type Page } from '../support/browser.ts';
import { ollama, shownIn } from '../support/first-answer.ts';
import { freshDataDir, Program } from '../support/jsonl.ts';
import { KEY, ModelServer } from '../support/model-server/index.ts';
import { freePort } from '../support/ports.ts';

const shown = (coda: Program) => shownIn(coda.stderr) ?? { url: '', code: '' };

/** `coda run` with nothing but a data folder, beside a service of models that stands where Ollama does. */
async function nothingConfigured() {
  const models = await ollama();
  const dataDir = freshDataDir();
  const coda = new Program(['run', '--data', dataDir], {
    cwd: dirname(dataDir),
    env: { OLLAMA_HOST: models.url },
  });
  onTestFinished(() => coda[Symbol.asyncDispose]());
  await coda.logged('and enter the code');
  return { coda, models, dataDir, ...shown(coda) };
}

/** `coda run` with a configuration that says where a vendor is, and no key. */
async function withVendor() {
  const models = await ModelServer.start();
  onTestFinished(() => models.close());
  models.models = ['gpt-5-mini', 'gpt-5-nano', 'gpt-5'].map((id) => ({ id, object: 'model' }));
  const dataDir = freshDataDir();
  const folder = dirname(dataDir);
  const vendor = `openai: { kind: openai-compatible, base_url: ${models.baseUrl('openai')} }`;
  const listen = `127.0.0.1:${await freePort()}`;
  writeFileSync(
    join(folder, 'own.yaml'),
    `# ours\nhttp: { listen: "${listen}" }\nmodels: { default: openai/gpt-5-mini, providers: { ${vendor} } }\n`,
  );
  const coda = new Program(['run', '--data', dataDir, '--config', 'own.yaml'], {
    cwd: folder,
    env: { OLLAMA_HOST: '127.0.0.1:9' },
  });
  onTestFinished(() => coda[Symbol.asyncDispose]());
  await coda.logged('and enter the code');
  return { coda, models, folder, ...shown(coda) };
}

describe.skipIf(!CHROMIUM)('a first start in the browser', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(() => browser?.close());

  const visit = async (url: string): Promise<Page> => {
    const context = await browser.newContext({ reducedMotion: 'reduce' });
    onTestFinished(() => context.close());
    const page = await context.newPage();
    await page.goto(url);
    return page;
  };

  test('from nothing to an answer of a model: a code, a name, one question, and no command', async () => {
    const { coda, models, dataDir, url, code } = await nothingConfigured();
    const page = await visit(url);
    await page.getByLabel('Code').fill('AAAAA-AAAAA');
    await page.getByLabel('Your name').fill('Ana');
    expect(await faultsOf(page, 'first-start')).toEqual([]);
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.getByRole('alert').getByText('This is not the code').waitFor();
    await page.getByLabel('Code').fill(code);
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.getByRole('heading', { name: 'Whom shall I ask?' }).waitFor();
    await page.getByLabel('qwen3, on this machine (Ollama)').waitFor();
    expect(await page.getByLabel('qwen3, on this machine (Ollama)').isChecked()).toBe(true);
    expect(await faultsOf(page, 'first-question')).toEqual([]);
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.waitForURL('**/chat');
    await page.getByText('Hello Ana. I am coda.').waitFor();
    expect(await page.getByText('No model is asked yet').count()).toBe(0);
    // What is offered works without the model, too.
    await page.getByRole('button', { name: 'add milk and eggs to the shopping list' }).waitFor();
    models.play({ when: { says: 'heavy' }, text: 'About 5,000 tons.' });
    await page.getByLabel('Message', { exact: true }).fill('How heavy is a cloud?');
    await page.keyboard.press('Enter');
    await page.getByText('About 5,000 tons.').waitFor();
    const config = readFileSync(join(dataDir, 'config.yaml'), 'utf8');
    expect(config).toContain('default: ollama/qwen3');
    expect(config).toContain(`listen: ${new URL(url).host}`);
    // From here on no terminal is needed either.
    await page.goto(`${url}/you`);
    await page.getByRole('button', { name: 'Set a password' }).click();
    await page.getByLabel('New password').fill('correct horse battery');
    // Typed once, it can be read before it is set.
    await page.getByRole('button', { name: 'Show New password' }).click();
    expect(await page.getByLabel('New password').getAttribute('type')).toBe('text');
    expect(await page.getByLabel('New password').inputValue()).toBe('correct horse battery');
    expect(await faultsOf(page, 'password')).toEqual([]);
    await page.getByRole('button', { name: 'Hide New password' }).click();
    expect(await page.getByLabel('New password').getAttribute('type')).toBe('password');
    await page.getByRole('button', { name: 'Set it' }).click();
    await page.getByText('You sign in as ana.').waitFor();
    expect(await faultsOf(page, 'you')).toEqual([]);
    await page.context().clearCookies();
    await page.goto(`${url}/today`);
    await page.getByLabel('Name', { exact: true }).fill('Ana');
    await page.getByLabel('Password', { exact: true }).fill('wrong horse battery');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('This name and this password do not belong together.').waitFor();
    expect(await faultsOf(page, 'sign-in')).toEqual([]);
    await page.getByLabel('Password', { exact: true }).fill('correct horse battery');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: /^Today/ }).waitFor();
    expect(coda.child.exitCode).toBe(null);
  });

  test('each example of an empty chat can be tried, without a model, until something else is said', async () => {
    const { url, code } = await nothingConfigured();
    const page = await visit(`${url}/open#${code}`);
    await page.getByLabel('Your name').fill('Ana');
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.getByLabel('Nobody for now').check();
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.waitForURL('**/chat');
    // Whoever has put the question off is one press away from it.
    await page.getByText('No model is asked yet').waitFor();
    expect(await faultsOf(page, 'no model')).toEqual([]);
    await page.getByRole('link', { name: 'Choose one' }).click();
    await page.getByRole('heading', { name: 'Whom shall I ask?' }).waitFor();
    await page.goBack();
    const example = (name: string) => page.getByRole('button', { name, exact: true });
    const log = page.getByRole('log');
    await example('add milk and eggs to the shopping list').click();
    await log.getByText('Undo').first().waitFor();
    const rest = page.getByRole('region', { name: 'Examples' }).getByRole('button');
    expect(await rest.allInnerTexts()).toEqual(['remind me tomorrow at 9 to call the dentist', 'what can you do?']);
    // It stays over a reload, too.
    await page.reload();
    await example('remind me tomorrow at 9 to call the dentist').click();
    await log.getByText('call the dentist').nth(1).waitFor();
    expect(await rest.allInnerTexts()).toEqual(['what can you do?']);
    expect(await faultsOf(page, 'examples')).toEqual([]);
    await page.getByLabel('Message', { exact: true }).fill('show my reminders');
    await page.keyboard.press('Enter');
    await log.getByText('show my reminders').waitFor();
    await rest.first().waitFor({ state: 'detached' });
  });

  test('a key that is wrong is told at once, and a good one is stored apart and seen nowhere else', async () => {
    const { coda, models, folder, url, code } = await withVendor();
    const page = await visit(`${url}/open#${code}`);
    await page.getByLabel('Your name').fill('Ana');
    // The link has brought the code.
    expect(await page.getByLabel('Code').count()).toBe(0);
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.getByLabel('OpenAI, with a key that I paste').check();
    await page.getByLabel('The API key of OpenAI').fill('sk-of-somebody-else');
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.getByRole('alert').waitFor();
    expect(existsSync(join(folder, '.env'))).toBe(false);
    // Whoever has gone on without a model is asked where they were.
    await page.getByLabel('Nobody for now').check();
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.waitForURL('**/chat');
    await page.goto(`${url}/open`);
    await page.getByLabel('OpenAI, with a key that I paste').check();
    await page.getByLabel('The API key of OpenAI').fill(KEY);
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.waitForURL('**/chat');
    models.play({ when: { says: 'heavy' }, text: 'About 5,000 tons.' });
    await page.getByLabel('Message', { exact: true }).fill('How heavy is a cloud?');
    await page.keyboard.press('Enter');
    await page.getByText('About 5,000 tons.').waitFor();
    expect(readFileSync(join(folder, '.env'), 'utf8')).toBe(`OPENAI_API_KEY=${KEY}\n`);
    expect(statSync(join(folder, '.env')).mode & 0o077).toBe(0);
    // Nobody is asked any more once somebody has chosen that.
    await page.goto(`${url}/open`);
    await page.getByLabel('Nobody for now: openai/gpt-5-mini is not asked any more').check();
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.waitForURL('**/chat');
    const before = models.requests.length;
    await page.getByLabel('Message', { exact: true }).fill('How heavy is a mountain?');
    await page.keyboard.press('Enter');
    await page.getByText('I find nothing about', { exact: false }).first().waitFor();
    expect(models.requests.length).toBe(before);
    // What stood there stays, comments too.
    expect(readFileSync(join(folder, 'own.yaml'), 'utf8')).toContain('# ours');
    for (const text of [readFileSync(join(folder, 'own.yaml'), 'utf8'), coda.stderr]) expect(text).not.toContain(KEY);
  });

  test('an invitation makes a member of whoever opens it, who then sets a password', async () => {
    const { url, code } = await nothingConfigured();
    const owner = await visit(`${url}/open#${code}`);
    await owner.getByLabel('Your name').fill('Ana');
    await owner.getByRole('button', { name: 'Go on' }).click();
    await owner.getByRole('heading', { name: 'Whom shall I ask?' }).waitFor();
    await owner.goto(`${url}/people`);
    await owner.getByRole('button', { name: 'Invite' }).click();
    await owner.getByLabel('Their name').fill('Bo');
    await owner.getByRole('button', { name: 'Make a link' }).click();
    const link = (await owner.getByRole('region', { name: 'To copy' }).textContent()) ?? '';
    expect(link.startsWith(`${url}/open#invited-`)).toBe(true);
    await owner.getByText('It works only on the machine on which coda runs').waitFor();
    expect(await faultsOf(owner, 'invitation')).toEqual([]);
    await owner.getByRole('button', { name: 'Close' }).click();
    await owner.getByRole('heading', { name: 'Invited' }).waitFor();
    const guest = await visit(link);
    await guest.getByRole('heading', { name: 'Ana invites you' }).waitFor();
    expect(await guest.getByLabel('Your name').inputValue()).toBe('Bo');
    expect(await faultsOf(guest, 'invited')).toEqual([]);
    await guest.getByRole('button', { name: 'Go on' }).click();
    await guest.getByRole('heading', { name: /^Today/ }).waitFor();
    await guest.goto(`${url}/you`);
    await guest.getByRole('button', { name: 'Set a password' }).click();
    await guest.getByLabel('New password').fill('correct horse battery');
    await guest.getByRole('button', { name: 'Set it' }).click();
    await guest.getByText('You sign in as bo.').waitFor();
    const thief = await visit(link);
    await thief.getByRole('alert').getByText('This invitation was used already').waitFor();
  });
});
