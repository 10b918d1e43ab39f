import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deferred } from '../../src/base/async.ts';
import { Programs } from '../adapters/http/support.ts';
import {
  type Browser,
  type BrowserContext,
  CHROMIUM,
  faultsOf,
  openBrowser,
  type Page,
  signedIn,
  UNREACHED,
} from '../support/browser.ts';
import { eventually } from '../support/eventually.ts';
import { Outside } from '../support/outside.ts';
import { lastSaid, ScriptedModel } from '../support/scripted-model.ts';

const HOSTILE = '<img src=x onerror="document.title=1"><script>document.title=2</script>';
/** Code whose colours take the library longer than the page waits for them. */
const SLOW = `${'${'.repeat(20)}\n`.repeat(500);
const DRAWN = `Its area is $A = \\pi r^2$, and it costs $5 or $10:

\\[
\\frac{a}{b} * c
\\]

\`\`\`python
import os
\`\`\`

\`\`\`sh
${SLOW}\`\`\`

\`\`\`js
let after = 1;
\`\`\`

No link: $\\href{javascript:alert(1)}{x}$.`;
const held = deferred();
const outside = new Outside();

/** Says what it is asked for by a word. */
const model = new ScriptedModel((request) => {
  const said = lastSaid(request);
  if (request.messages.at(-1)?.role !== 'user') return ['It is done.'];
  if (said.includes('story')) return ['Once upon a time ', { hold: held }, 'there was an end.'];
  if (said.includes('letter')) return [{ call: 'letter_send', input: { to: 'Max' } }];
  if (said.includes('hostile')) return [`${HOSTILE} [click](javascript:alert(1)) **bold** [site](https://example.com)`];
  if (said.includes('circle')) return [DRAWN];
  if (said.includes('table'))
    return ['| name | size |\n| --- | --- |\n| a | 1 |\n\n```js\nlet wide = 1;\n```\n\n1. one\n2. two'];
  return [`you said: ${said}`];
});
model.streams = true;

describe.skipIf(!CHROMIUM)('the chat in a browser', () => {
  let programs: Programs;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let complaints: string[];

  beforeAll(async () => {
    // Says under which names it was given the recording.
    const hears = ['sh', '-c', 'printf "the recording is $(basename "$0") and $(basename "$1")"', '{file}', '{wav}'];
    const config = {
      'speech.transcribe.kind': 'command',
      'speech.transcribe.command': hears,
      'speech.transcribe.longest': '62s',
    };
    programs = await Programs.begin({ model, config, skills: [outside.skill] });
    browser = await openBrowser();
    const { code } = await programs.coda.app.sessions.link();
    ({ context, page, complaints } = await signedIn(browser, programs.url, code));
    await page.getByRole('link', { name: 'Chat' }).first().click();
    await page.waitForURL('**/chat');
    await page.getByLabel('Message', { exact: true }).waitFor();
  });
  afterAll(async () => {
    await browser?.close();
    await programs?.[Symbol.asyncDispose]();
  });

  const say = async (text: string) => {
    // At one and the same instant nobody could tell what was said first.
    await programs.coda.passes({ seconds: 1 });
    await message().fill(text);
    await page.keyboard.press('Enter');
  };
  const message = () => page.getByLabel('Message', { exact: true });
  const last = () => page.locator('.log > .entry').last();
  const answered = (text: string) => page.locator('.log > .entry.assistant', { hasText: text }).last().waitFor();

  test('the link leaves no code in the address, and the field is ready', async () => {
    expect(page.url()).toBe(`${programs.url}/chat`);
    expect(await page.evaluate('document.activeElement.tagName')).toBe('TEXTAREA');
  });

  test('an answer grows while it is made, in one place', async () => {
    await say('tell me a story');
    await last().getByText('Once upon a time').waitFor();
    held.resolve();
    await last().getByText('there was an end.').waitFor();
    expect(await page.locator('.log > .entry.assistant').count()).toBe(1);
    expect(await page.locator('.log > .entry.you').count()).toBe(1);
  });

  test('what a model writes is text: no markup, no script, no link to a script', async () => {
    await say('something hostile');
    await last().getByText('bold').waitFor();
    expect(await last().innerText()).toContain(HOSTILE);
    expect(await last().locator('img, script').count()).toBe(0);
    expect(
      await last()
        .locator('a')
        .evaluateAll((links) => links.map((link) => link.getAttribute('href'))),
    ).toEqual(['https://example.com']);
    await page.reload();
    expect(await last().innerText()).toContain(HOSTILE);
    expect(await page.title()).toBe('coda · coda');
  });

  test('buttons are pressed with the keyboard alone: Undo takes a note back', async () => {
    await say('/note buy milk');
    const undo = last().getByRole('button', { name: 'Undo' });
    await undo.waitFor();
    await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('Shift+Tab');
    await undo.focus();
    await page.keyboard.press('Enter');
    await undo.waitFor({ state: 'detached' });
    expect(await programs.coda.count('notes where deleted_at is null')).toBe(0);
  });

  test('a press decides, since a person makes it: the letter is sent once', async () => {
    await say('write the letter');
    const approve = last().getByRole('button', { name: 'Approve' });
    await approve.waitFor();
    // To whom it goes is read before it is decided, without a press.
    await last().locator('.call', { hasText: 'to: Max' }).waitFor();
    await programs.coda.passes({ seconds: 1 });
    await approve.click();
    await page.getByText('It is done.').waitFor();
    expect(outside.sent).toEqual(['Max']);
    const { rows } = await programs.coda
      .database()
      .read<{ origin: string }>(`select origin from audit_log where action = 'approval.decide'`);
    expect(rows).toEqual([{ origin: 'press' }]);
  });

  test('a decided call says what came of it, and leads to its conversation', async () => {
    await page.getByRole('link', { name: 'Activity' }).first().click();
    const decided = page.getByRole('region', { name: 'Decided' });
    await decided.getByText('sent to Max').waitFor();
    await decided.getByRole('link', { name: 'To the conversation' }).click();
    await page.locator('.log > .entry.you', { hasText: 'write the letter' }).waitFor();
    await page.getByRole('button', { name: 'To the newest' }).click();
    await page.getByText('It is done.').waitFor();
  });

  test('a no on the card says why, and the model reads it', async () => {
    await say('write another letter');
    const card = page.locator('.log > .entry', { hasText: 'May I do this' }).last();
    await card.getByRole('button', { name: 'Deny, because …' }).click();
    await card.getByLabel('Why not?').fill('Max has moved to Oslo');
    await card.getByRole('button', { name: 'OK' }).click();
    await eventually(() => JSON.stringify(model.requests.at(-1)?.messages).includes('Max has moved to Oslo'));
    await page.getByText('It is done.').nth(1).waitFor();
    expect(outside.sent).toHaveLength(1);
  });

  test('a slash lists the commands; one is chosen and sent with the keyboard alone', async () => {
    await message().fill('/ti');
    const list = page.getByRole('listbox', { name: 'Commands' });
    await list.getByRole('option', { name: '/timezone' }).waitFor();
    expect(await faultsOf(page, 'commands')).toEqual([]);
    await page.keyboard.press('Escape');
    await list.waitFor({ state: 'detached' });
    await message().fill('/tim');
    await list.getByRole('option', { name: '/timezone' }).waitFor();
    await page.keyboard.press('Tab');
    await list.waitFor({ state: 'detached' });
    expect(await message().inputValue()).toBe('/timezone ');
    await programs.coda.passes({ seconds: 1 });
    await page.keyboard.type('Berlin');
    await page.keyboard.press('Enter');
    await answered('Europe/Berlin');
    // A command that stands there whole is sent with the first Enter.
    await programs.coda.passes({ seconds: 1 });
    await message().fill('/timezone');
    await list.waitFor();
    await page.keyboard.press('Enter');
    await page.locator('.log > .entry.you', { hasText: /^\S*\s*\/timezone$|\/timezone$/ }).waitFor();
  });

  test('a file goes up, and comes down again', async () => {
    await page.locator('input[type=file]').setInputFiles({
      name: 'list <b>.txt',
      mimeType: 'text/plain',
      buffer: Buffer.from('milk, bread'),
    });
    await say('look at this');
    const link = page.getByRole('link', { name: 'list <b>.txt' });
    await link.waitFor();
    const [download] = await Promise.all([page.waitForEvent('download'), link.click()]);
    expect(download.suggestedFilename()).toContain('list');
    expect(readFileSync(await download.path(), 'utf8')).toBe('milk, bread');
    await page.getByText('you said: look at this').waitFor();
  });

  test('what is spoken is sent as a voice message, and answered', async () => {
    const record = page.getByRole('button', { name: 'Record a voice message' });
    const said = await page.locator('.log > .entry.you').count();
    await record.click();
    await page.getByText('The microphone was refused.').waitFor();
    expect(await page.getByRole('timer').count()).toBe(0);
    await context.grantPermissions(['microphone'], { origin: programs.url });
    await record.click();
    await page.getByRole('timer').waitFor();
    await page.keyboard.press('Escape');
    await record.waitFor();
    expect(await page.locator('.log > .entry.you').count()).toBe(said);
    expect(await page.evaluate('document.activeElement.tagName')).toBe('TEXTAREA');
    // The key that begins it is still held, and then the microphone goes.
    await page.evaluate(`const get = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
      navigator.mediaDevices.getUserMedia = async (wish) => (window.microphone = await get(wish));`);
    await record.focus();
    await page.keyboard.down('Enter');
    await page.getByRole('timer').waitFor();
    await page.keyboard.down('Enter');
    await page.keyboard.up('Enter');
    await page.evaluate('for (const track of window.microphone.getTracks()) track.stop()');
    await page.getByText('The microphone is gone; what was heard until then can be sent.').waitFor();
    expect(await page.locator('.log > .entry.you').count()).toBe(said);
    await page.getByRole('button', { name: 'Discard the recording' }).click();
    // As many files as go at once leave no room for it.
    const file = (at: number) => ({ name: `${at}.txt`, mimeType: 'text/plain', buffer: Buffer.from('x') });
    await page.locator('input[type=file]').setInputFiles(Array.from({ length: 10 }, (_, at) => file(at)));
    await record.waitFor({ state: 'detached' });
    for (let at = 0; at < 10; at++) await page.getByRole('button', { name: `Take out ${at}.txt` }).click();
    await record.waitFor();
    await programs.coda.passes({ seconds: 1 });
    await page.setViewportSize({ width: 360, height: 800 });
    expect((await record.boundingBox())?.height).toBeGreaterThanOrEqual(44);
    await record.click();
    await page.getByRole('timer').waitFor();
    expect((await page.getByRole('button', { name: 'Discard the recording' }).boundingBox())?.height).toBe(44);
    await page.setViewportSize({ width: 1280, height: 800 });
    // It ends at its longest, and waits. The page's clock is put on, so that a slow machine is not at the end before.
    await page.evaluate(`const now = performance.now.bind(performance);
      performance.now = () => now() + 60_000;`);
    await page.getByText('It cannot be longer.').waitFor();
    expect(await page.getByRole('timer').innerText()).toBe('1:00 / 1:00');
    const sent = await page.getByRole('button', { name: 'Send the recording' }).elementHandle();
    await sent?.evaluate((button) => {
      (button as unknown as { click(): void }).click();
      (button as unknown as { click(): void }).click();
    });
    await answered('Heard: “the recording is file.webm and wav.wav”');
    await answered('you said: the recording is file.webm and wav.wav');
    await record.waitFor();
    expect(await page.locator('.log > .entry.you').count()).toBe(said + 1);
    expect(await page.evaluate('document.activeElement.tagName')).toBe('TEXTAREA');
  });

  test('a reminder comes by itself; one that came while the connection was gone is there after it', async () => {
    await say('/remind in 10 minutes take the cake out');
    await answered('take the cake out');
    await programs.coda.passes({ minutes: 10 });
    await page.locator('.log > .entry.reminder', { hasText: 'take the cake out' }).waitFor();
    await say('/remind in 10 minutes call Bob');
    await answered('call Bob');
    await context.setOffline(true);
    await programs.coda.passes({ minutes: 10 });
    await say('said without a connection');
    await page.getByRole('button', { name: 'Send again' }).waitFor();
    // It waits while another page is shown, and goes by itself when there is a connection again.
    await page.getByRole('link', { name: 'Today' }).first().click();
    await page.getByRole('link', { name: 'Chat' }).first().click();
    await page.getByRole('button', { name: 'Send again' }).waitFor();
    await context.setOffline(false);
    await page.getByText('you said: said without a connection').waitFor();
    await page.locator('.log > .entry.reminder', { hasText: 'call Bob' }).waitFor();
    expect(await page.locator('.log > .entry.you', { hasText: 'without a connection' }).count()).toBe(1);
  });

  test('a button that asks for words gets them in a line below it', async () => {
    const card = page.locator('.log > .entry.reminder', { hasText: 'call Bob' });
    await card.getByRole('button', { name: 'Later…' }).click();
    // Its label comes from coda.
    await card.locator('.fill input:focus').waitFor();
    await page.keyboard.type('in 3 hours');
    await page.keyboard.press('Enter');
    await card.getByRole('button', { name: 'Later…' }).waitFor({ state: 'detached' });
    expect(await programs.coda.count(`reminders where text = 'call Bob' and snoozed_until is not null`)).toBe(1);
  });

  test('two windows show the same', async () => {
    const other = await context.newPage();
    await other.goto(`${programs.url}/chat`);
    await say('show me a table');
    await last().locator('table').waitFor();
    await other.locator('.log > .entry').last().locator('table').waitFor();
    const texts = (of: Page) => of.locator('.log > .entry .text, .log > .entry .plain').allInnerTexts();
    await eventually(async () => `${await texts(other)}` === `${await texts(page)}`);
    expect(await texts(other)).toEqual(await texts(page));
    await other.close();
  });

  test('code has colours and formulas are drawn, whatever stands beside them', async () => {
    // In a conversation of its own: beside words of others, what could be followed is taken out of an answer, and escapes with it.
    await page.goto(`${programs.url}/chat/circles`);
    await say('what is a circle');
    await last().locator('.formula math').nth(1).waitFor();
    const code = (of: string) => last().locator('.code', { hasText: of });
    await code('let after').locator('pre span').first().waitFor();
    await code('import os').locator('pre span', { hasText: 'import' }).waitFor();
    expect(await code('import os').locator('.head').innerText()).toBe('python');
    expect(await last().innerText()).toContain('and it costs $5 or $10:');
    expect(await last().innerText()).toContain('No link: $\\href{javascript:alert(1)}{x}$.');
    expect(await last().locator('.formula math').count()).toBe(2);
    expect(await last().locator('.code pre').nth(1).textContent()).toBe(SLOW.trimEnd());
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      code('import os').getByRole('button', { name: 'Save the code as a file' }).click(),
    ]);
    expect(file.suggestedFilename()).toBe('code.py');
    expect(readFileSync(await file.path(), 'utf8')).toBe('import os');
    await page.reload();
    await last().locator('.formula math').nth(1).waitFor();
    await page.goto(`${programs.url}/chat`);
    await page.locator('.log > .entry').first().waitFor();
  });

  test('has no faults that axe finds, in light and dark, on a phone and a desktop', async () => {
    expect(await faultsOf(page, 'chat', false)).toEqual([]);
    // Those of the lost connection are what a browser says of it; a new conversation is none before something is said in it.
    expect(complaints.filter((each) => !UNREACHED.test(each) && !/status of 404/.test(each))).toEqual([]);
  });

  test('what was said long ago is shown when it is asked for', async () => {
    const count = await page.locator('.log > .entry').count();
    for (let round = 0; round < 2; round++) {
      await programs.coda.passes({ minutes: 1 });
      const headers = { Origin: programs.url };
      const more = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map((index) =>
        page.request.post(`${programs.url}/v1/messages`, { headers, data: { text: `/help ${round}${index}` } }),
      );
      for (const answer of await Promise.all(more)) expect(answer.status()).toBe(200);
    }
    await page.reload();
    await page.locator('.log > .entry').first().waitFor();
    expect(await page.locator('.log > .entry').count()).toBe(50);
    const first = await page.locator('.log > .entry').first().getAttribute('data-id');
    const earlier = page.getByRole('button', { name: 'Earlier' });
    await earlier.waitFor();
    // Whoever scrolls up need not ask for it, and goes on reading where they were.
    const entries = () => page.locator('.log > .entry').count();
    const scrollUp = () => page.evaluate(`document.querySelector('.scroller').scrollTo(0, 0)`);
    // At once: whoever is scrolled up again when they are there sees the first of them.
    const scrollUpUnread = `document.querySelectorAll('.log > .entry').length > 50 || document.querySelector('.scroller').scrollTo(0, 0)`;
    await eventually(async () => {
      await page.evaluate(scrollUpUnread);
      return (await entries()) > 50;
    });
    await eventually(
      () =>
        page.evaluate(`(() => {
        const { top, bottom } = document.querySelector('[data-id="${first}"]').getBoundingClientRect();
        return bottom > 0 && top < innerHeight;
      })()`) as Promise<boolean>,
    );
    await eventually(async () => {
      await scrollUp();
      return (await page.getByText('tell me a story').count()) > 0;
    });
    await earlier.waitFor({ state: 'hidden' });
    expect(await entries()).toBe(count + 40);
  });

  test('a conversation is exported whole, also what is not shown yet', async () => {
    await page.reload();
    await page.locator('.log > .entry').first().waitFor();
    expect(await page.getByText('tell me a story').count()).toBe(0);
    const exportAs = async (format: string) => {
      await page.getByRole('button', { name: 'More for this conversation' }).click();
      const item = page.getByRole('menuitem', { name: `Export as ${format}` });
      const [download] = await Promise.all([page.waitForEvent('download'), item.click()]);
      return { name: download.suggestedFilename(), text: readFileSync(await download.path(), 'utf8') };
    };
    const markdown = await exportAs('Markdown');
    expect(markdown.name).toBe('coda.md');
    expect(markdown.text.split('tell me a story')).toHaveLength(2);
    expect(markdown.text).toContain('Once upon a time there was an end.');
    const { entries, complete } = JSON.parse((await exportAs('JSON')).text);
    const ids = entries.map(({ id }: { id: string }) => id);
    expect([complete, new Set(ids).size]).toEqual([true, ids.length]);
    expect(ids.length).toBeGreaterThan(60);
  });

  test('a temporary conversation says so at its head, and what was said in it leaves every page when it is ended', async () => {
    const headers = { Origin: programs.url };
    const begun = await page.request.post(`${programs.url}/v1/chats`, { headers, data: { temporary: true } });
    const { id } = (await begun.json()) as { id: string };
    await page.goto(`${programs.url}/chat/${id}`);
    await page
      .getByRole('note')
      .getByText(/^Temporary: nothing of it is remembered/)
      .waitFor();
    await say('a quiet word');
    await answered('you said: a quiet word');
    expect(await faultsOf(page, 'temporary')).toEqual([]);
    await message().fill('a word that is not sent');
    const isOnDevice = () => page.evaluate(`JSON.stringify(localStorage).includes('a word that is not sent')`);
    expect(await eventually(isOnDevice)).toBe(true);
    expect((await page.request.delete(`${programs.url}/v1/chats/${id}`, { headers })).status()).toBe(204);
    const entries = page.locator('.log > .entry');
    expect(await eventually(async () => (await entries.count()) === 0)).toBe(true);
    // The word goes from this device too, though it was ended on another one.
    expect(await eventually(async () => !(await isOnDevice()))).toBe(true);
    await page.goto(`${programs.url}/chat`);
  });

  test('one search finds what was said, with its words marked, and leads to the message', async () => {
    await page.reload();
    await page.locator('.log > .entry').first().waitFor();
    expect(await page.getByText('tell me a story').count()).toBe(0);
    await page.getByLabel('Search conversations').fill('story');
    const hit = page.getByRole('region', { name: 'What was said' }).getByRole('link', { name: /tell me a story/ });
    await hit.locator('mark', { hasText: 'story' }).waitFor();
    await hit.click();
    await page.locator('.entry.you.searched', { hasText: 'tell me a story' }).waitFor();
    await eventually(
      () =>
        page.evaluate(`(() => {
        const { top, bottom } = document.querySelector('.searched').getBoundingClientRect();
        return top >= 0 && bottom <= innerHeight;
      })()`) as Promise<boolean>,
    );
    await page.getByRole('button', { name: 'To the newest' }).click();
    await page.locator('.log > .entry.you', { hasText: '/help 19' }).waitFor();
    expect(page.url()).toBe(`${programs.url}/chat`);
    await page.getByLabel('Search conversations').fill('');
    await page.keyboard.press('Escape');
    await page.locator('main').press('Control+k');
    await page.getByLabel('Search everything').fill('story');
    await page.getByRole('option', { name: /tell me a story/ }).click();
    await page.locator('.entry.you.searched', { hasText: 'tell me a story' }).waitFor();
    await page.getByRole('button', { name: 'To the newest' }).click();
    await page.locator('.log > .entry.you', { hasText: '/help 19' }).waitFor();
  });

  test('signing out ends it: other windows say so with a link, and ask for nothing more', async () => {
    await context.clock.install();
    const others: Page[] = [];
    for (const path of ['/chat', '/today']) {
      const other = await context.newPage();
      await other.goto(programs.url + path);
      await other.locator('main').waitFor();
      others.push(other);
    }
    await page.getByRole('button', { name: /your account/ }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    for (const other of others) {
      await other.getByRole('heading', { name: 'Sign in' }).waitFor();
      const asked: string[] = [];
      other.on('request', (request) => asked.push(request.url()));
      await other.clock.fastForward('30:00');
      await other.evaluate(`document.dispatchEvent(new Event('visibilitychange'))`);
      await other.clock.fastForward('30:00');
      expect(asked).toEqual([]);
      await other.close();
    }
    await page.goto(`${programs.url}/chat`);
    expect(await page.locator('h1').innerText()).toBe('Sign in');
    expect(await faultsOf(page, 'signed-out')).toEqual([]);
  });
});
