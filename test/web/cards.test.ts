/** Cards on *System → Add*, pressed in a browser by somebody who has nothing but the page. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { packageRoot } from '../../src/base/root.ts';
import { type Browser, CHROMIUM, faultsOf, openBrowser, type Page } from '../support/browser.ts';
import { FakeDiscord } from '../support/discord/index.ts';
import { eventually } from '../support/eventually.ts';
import { jsonServer } from '../support/json-server.ts';
import { freshDataDir, Program } from '../support/jsonl.ts';
import { Faulty } from '../support/mcp/faulty.ts';
import { KEY, ModelServer } from '../support/model-server/index.ts';
import { freePort } from '../support/ports.ts';

const SHOWN = /open (http:\/\/[\d.]+:\d+)\/ and enter the code ([A-Z2-9]{5}-[A-Z2-9]{5})/;

/** A daemon with a configuration that somebody wrote by hand. */
async function daemon() {
  const dataDir = freshDataDir();
  const folder = dirname(dataDir);
  const file = join(folder, 'own.yaml');
  const mine = `# ours, by hand\nassistant: { name: "Robin" } # as we call it\nhttp:\n  # the page\n  listen: "127.0.0.1:${await freePort()}"\n`;
  writeFileSync(file, mine);
  const coda = new Program(['run', '--data', dataDir, '--config', 'own.yaml'], {
    cwd: folder,
    env: { OLLAMA_HOST: '127.0.0.1:9' },
  });
  onTestFinished(() => coda[Symbol.asyncDispose]());
  await coda.logged('and enter the code');
  const [, url = '', code = ''] = SHOWN.exec(coda.stderr) ?? [];
  const env = join(folder, '.env');
  return {
    coda,
    mine,
    file,
    url,
    code,
    read: () => readFileSync(file, 'utf8'),
    dotEnv: () => (existsSync(env) ? readFileSync(env, 'utf8') : ''),
  };
}

describe.skipIf(!CHROMIUM)('cards', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(() => browser?.close());

  /** The owner, at the page of cards. */
  async function ownerAt({ url, code }: { url: string; code: string }): Promise<Page> {
    const context = await browser.newContext({ reducedMotion: 'reduce', viewport: { width: 360, height: 800 } });
    onTestFinished(() => context.close());
    const page = await context.newPage();
    await page.goto(`${url}/open#${code}`);
    await page.getByLabel('Your name').fill('Ana');
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.getByLabel('Nobody for now').check();
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.waitForURL('**/chat');
    await page.goto(`${url}/system/add`);
    await page.getByRole('heading', { name: 'Add', exact: true }).waitFor();
    return page;
  }

  const open = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click();
  const save = (page: Page) => page.getByRole('button', { name: 'Check and save' }).click();
  const inUse = (page: Page, says: string | RegExp) =>
    page.getByRole('status').filter({ hasText: says }).filter({ hasText: 'It is in use.' }).waitFor();

  test('a platform: a wrong token is said at its field and nothing is written; with the right one coda is there', async () => {
    const fake = await FakeDiscord.start();
    onTestFinished(() => fake.close());
    fake.applicationOwner = fake.user('ana');
    const home = await daemon();
    const page = await ownerAt(home);
    expect(await faultsOf(page, 'add')).toEqual([]);
    await page.setViewportSize({ width: 360, height: 800 });
    // By hand, as the fake needs it.
    const mine = `${home.mine}discord:\n  api_url: ${fake.apiUrl} # ours as well\n`;
    writeFileSync(home.file, mine);
    await page.reload();
    await open(page, 'Add Discord');
    await page.getByText('choose New Application').waitFor();
    expect(await faultsOf(page, 'add-discord')).toEqual([]);
    await page.setViewportSize({ width: 360, height: 800 });
    await page.getByLabel("The bot's token").fill('wrong-token-of-somebody');
    await save(page);
    const field = page.locator('dialog .field', { hasText: "The bot's token" });
    await field.getByRole('alert').getByText('Discord does not take the token').waitFor();
    expect(await page.getByLabel("The bot's token").getAttribute('aria-invalid')).toBe('true');
    expect([home.read(), home.dotEnv()]).toEqual([mine, '']);
    await page.getByLabel("The bot's token").fill(fake.token);
    await save(page);
    await inUse(page, 'signed in as coda');
    await page.getByRole('link', { name: 'Invite it, with the permissions that it needs' }).waitFor();
    // What stood there stands there still, and in its order.
    expect(home.read().startsWith(mine.trimEnd())).toBe(true);
    expect(parse(home.read()).discord).toEqual({ api_url: fake.apiUrl, token: '${DISCORD_TOKEN}' });
    expect(home.dotEnv()).toBe(`DISCORD_TOKEN=${fake.token}\n`);
    const dm = fake.dm(fake.applicationOwner);
    fake.says(fake.applicationOwner, dm, 'note: the spare key is with Anna');
    const answer = () => dm.messages.find(({ author }) => author.id === fake.bot.id)?.content;
    expect(await eventually(answer)).toContain('the spare key is with Anna');
    for (const text of [home.read(), home.coda.stderr, await page.content()]) expect(text).not.toContain(fake.token);
  });

  test('addresses on a card are links, and the manifest of Slack is copied from it', async () => {
    const home = await daemon();
    const page = await ownerAt(home);
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await open(page, 'Add Slack');
    const links = page.locator('dialog a[target="_blank"]');
    await links.first().waitFor();
    expect(await links.evaluateAll((all) => all.map((link) => link.getAttribute('href')))).toEqual([
      'https://api.slack.com/apps',
      'https://api.slack.com/apps',
      'https://api.slack.com/apps',
    ]);
    await page.getByText('The manifest', { exact: true }).click();
    expect(await faultsOf(page, 'add-slack')).toEqual([]);
    await page.getByRole('button', { name: 'Copy it' }).click();
    await page.getByText('Copied.').waitFor();
    const manifest = readFileSync(join(packageRoot(), 'assets/slack-manifest.yaml'), 'utf8');
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(manifest);
  });

  test('a model, a server of tools and a search service, at 360 pixels and by keys alone', async () => {
    const models = await ModelServer.start();
    onTestFinished(() => models.close());
    models.models = ['gpt-5-mini', 'gpt-5'].map((id) => ({ id, object: 'model' }));
    await using tools = await Faulty.open();
    const search = await jsonServer({ 'GET /search': { results: [] } });
    const home = await daemon();
    const page = await ownerAt(home);
    const press = async (...keys: string[]) => {
      for (const key of keys) await page.keyboard.press(key);
    };
    const types = (text: string) => page.keyboard.type(text);

    await page.getByRole('button', { name: 'Add Search service' }).focus();
    await press('Enter');
    await page.getByLabel('A SearXNG of my own').focus();
    await press('Tab');
    await types('http://127.0.0.1:9');
    await press('Enter');
    await page.locator('dialog .field', { hasText: 'Its address' }).getByRole('alert').waitFor();
    // The field at fault has the focus.
    await press('Control+A');
    await types(`http://${search.host}`);
    await press('Enter');
    await inUse(page, 'SearXNG answers');
    await page.getByRole('listitem', { name: 'Search service: searxng' }).waitFor();

    await page.getByRole('button', { name: 'Add MCP server' }).focus();
    await press('Enter');
    await page.getByLabel('A name for it').waitFor();
    await types('forge');
    await press('Tab');
    await types(tools.url);
    await press('Enter');
    await inUse(page, 'connected, with 1 tool');

    await open(page, 'Add Language model');
    await page.getByLabel('Another service that speaks the API of OpenAI').check();
    await page.getByLabel('Its address').fill(models.baseUrl('openai'));
    await page.getByLabel('The name of the model').fill('gpt-9');
    await page.getByLabel('Its key, where it wants one (optional)').fill(KEY);
    await save(page);
    await page.getByRole('alert').getByText('has no model gpt-9').waitFor();
    expect(home.read()).not.toContain('models:');
    expect(await faultsOf(page, 'add-model')).toEqual([]);
    await page.setViewportSize({ width: 360, height: 800 });
    await page.getByLabel('The name of the model').fill('gpt-5');
    await save(page);
    await inUse(page, 'own/gpt-5 answers');

    expect(home.read().startsWith(home.mine.trimEnd())).toBe(true);
    expect(parse(home.read())).toMatchObject({
      web: { search: { searxng: { base_url: `http://${search.host}` } } },
      mcp: { servers: { forge: { url: tools.url } } },
      models: { default: 'own/gpt-5' },
    });
    for (const text of [home.read(), home.coda.stderr, await page.content()]) expect(text).not.toContain(KEY);
    await page.getByRole('button', { name: 'Take out forge' }).click();
    await page.getByRole('button', { name: 'Take it out' }).click();
    await inUse(page, 'MCP server: forge is taken out.');
    expect(parse(home.read()).mcp.servers).toEqual({});
    await page.goto(`${home.url}/activity/audit`);
    await page.getByText('took out of the settings: mcp forge').waitFor();
    await page.getByText('added to the settings: model').waitFor();
    // A model that is down is said to be, and not to answer beside that.
    await page.goto(`${home.url}/system`);
    await page.getByText('own/gpt-5 answers').waitFor();
    await models.close();
    await page.getByRole('button', { name: 'Look again' }).click();
    await page.getByText('own/gpt-5 does not answer').waitFor();
    expect(await page.getByText('own/gpt-5 answers').count()).toBe(0);
  });

  test('the second of two tabs is told that the first one has written', async () => {
    const speech = await jsonServer({ 'GET /v1/audio/transcriptions': {} });
    const home = await daemon();
    const one = await ownerAt(home);
    const other = await one.context().newPage();
    await other.goto(`${home.url}/system/add`);
    for (const page of [one, other]) {
      await open(page, 'Add Voice messages');
      await page.getByLabel('The address of the service').fill(`http://${speech.host}/v1`);
    }
    await save(one);
    await inUse(one, 'is heard by');
    const text = home.read();
    await other.getByLabel('Its model').fill('whisper-1');
    await save(other);
    await other.getByRole('alert').getByText('was changed meanwhile').waitFor();
    expect(home.read()).toBe(text);
  });
});
