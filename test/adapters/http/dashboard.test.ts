import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { skillText, write } from '../../agent-skills/support.ts';
import { type Browser, CHROMIUM, faultsOf, openBrowser, type Page, signedIn } from '../../support/browser.ts';
import { eventually } from '../../support/eventually.ts';
import { Outside } from '../../support/outside.ts';
import { lastSaid, ScriptedModel } from '../../support/scripted-model.ts';
import { Programs } from './support.ts';

const outside = new Outside();
const model = new ScriptedModel((request) => {
  if (request.messages.at(-1)?.role !== 'user') return ['It is done.'];
  return lastSaid(request).includes('letter') ? [{ call: 'letter_send', input: { to: 'Max <b>' } }] : ['Hello.'];
});

describe.skipIf(!CHROMIUM)('the dashboard', () => {
  let programs: Programs;
  let browser: Browser;
  let page: Page;
  let complaints: string[];

  beforeAll(async () => {
    const folder = mkdtempSync(join(tmpdir(), 'coda-skills-'));
    const more = 'secrets:\n  - name: LEDGER_KEY\n';
    write(folder, 'ledger/SKILL.md', skillText('ledger', { description: 'Closes the books.', more }));
    const draft = { description: 'Files the taxes.', more: 'metadata:\n  state: draft\n' };
    write(folder, 'taxes/SKILL.md', skillText('taxes', draft));
    programs = await Programs.begin({
      ...{ model, skills: [outside.skill] },
      env: { CODA_SECRET_KEY: 'a-key-of-the-test', HOME: folder },
      config: { 'skills.agent_skill_dirs': [folder] },
    });
    const { coda } = programs;
    await programs.say('/remind every weekday at 9 stand up');
    expect((await programs.post('/v1/memories', { text: 'Ana is allergic to peanuts' })).status).toBe(201);
    const bob = coda.person('bob', { role: 'member' });
    await bob.says('a secret of Bob');
    coda.platform.faults.push('refused');
    await bob.says('say something that is lost');
    await programs.say('write a letter');
    await coda.database().run(
      'test',
      `insert into spending (day, person_id, calls, input_tokens, output_tokens, price)
       select d::date, (select id from persons where name = 'bob'), 3, 1000, 200, 0.25
         from generate_series('2026-11-10'::date, '2026-11-20'::date, '1 day') d
       on conflict (day, person_id) do update set calls = 3, price = 0.25`,
    );
    browser = await openBrowser();
    ({ page, complaints } = await signedIn(browser, programs.url, (await coda.app.sessions.link()).code));
  });
  afterAll(async () => {
    await browser?.close();
    await programs?.[Symbol.asyncDispose]();
  });

  /** By the link at the top, with the keyboard. */
  const goTo = async (name: string) => {
    const link = page.getByRole('navigation').getByRole('link', { name, exact: true });
    await link.focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name, level: 1 }).waitFor();
  };
  const figure = (label: string) => page.locator('dl > div', { hasText: label }).locator('dd');

  test('an owner comes to what coda does now, and its numbers change by themselves', async () => {
    expect(page.url()).toBe(`${programs.url}/`);
    expect(await figure('Approvals').innerText()).toBe('1');
    expect(await figure('Undelivered').innerText()).toBe('1');
    expect(await figure('Spent today').innerText()).toBe('0.25 USD');
    await programs.say('write another letter', { conversation: 'other' });
    await programs.coda.passes({ seconds: 2 });
    await eventually(async () => (await figure('Approvals').innerText()) === '2');
    expect(await figure('Approvals').innerText()).toBe('2');
    expect(await faultsOf(page, 'now')).toEqual([]);
  });

  test('conversations and their turns: what others wrote is not shown, what they cost in time is', async () => {
    await goTo('Conversations');
    expect(await faultsOf(page, 'conversations')).toEqual([]);
    await page.getByRole('link', { name: 'with bob' }).first().click();
    await page.getByText('answers').first().waitFor({ state: 'attached' });
    expect(await page.locator('main').innerText()).not.toContain('a secret of Bob');
    await page.locator('summary').first().focus();
    await page.keyboard.press('Enter');
    expect(await page.locator('details[open] li').count()).toBeGreaterThan(0);
    expect(await faultsOf(page, 'conversation')).toEqual([]);
    await goTo('Conversations');
    await page.getByRole('link', { name: 'http with you' }).last().click();
    await page.locator('.turns').getByText('write a').first().waitFor();
  });

  test('the week has each time of a series, and what coda does by itself', async () => {
    await goTo('Week');
    const days = page.locator('.week > li');
    expect(await days.count()).toBe(7);
    expect(await page.locator('.week').getByText('stand up').count()).toBe(4);
    expect(await days.first().innerText()).not.toContain('retention');
    expect(await days.nth(1).innerText()).toContain('retention');
    expect(await faultsOf(page, 'week')).toEqual([]);
  });

  test('costs are drawn by day, and told as a table', async () => {
    await goTo('Costs');
    expect(await page.locator('svg.bars rect').count()).toBe(30);
    await page.getByText('As a table').click();
    await page.getByRole('row', { name: '2026-11-19 0.25 USD, 3 calls' }).waitFor();
    await page.getByRole('row', { name: /bob 2.75 USD 33 / }).waitFor();
    expect(await faultsOf(page, 'costs')).toEqual([]);
  });

  test('a memory is forgotten after a question, and only then', async () => {
    await goTo('Memories');
    const row = page.getByRole('row', { name: /allergic to peanuts/ });
    page.once('dialog', (dialog) => void dialog.dismiss());
    await row.getByRole('button', { name: 'Forget' }).click();
    expect(await row.count()).toBe(1);
    expect(await faultsOf(page, 'memories')).toEqual([]);
    page.once('dialog', (dialog) => void dialog.accept());
    await row.getByRole('button', { name: 'Forget' }).focus();
    await page.keyboard.press('Enter');
    await page.getByText('Forgotten.').waitFor();
    await row.waitFor({ state: 'detached' });
    expect(await programs.coda.count(`memories where state <> 'deleted'`)).toBe(0);
  });

  test('an approval is decided as in the chat, once, and it is written down where', async () => {
    await goTo('Approvals');
    expect(await page.locator('pre').first().innerText()).toContain('to: Max <b>');
    expect(await faultsOf(page, 'approvals')).toEqual([]);
    await page.getByRole('button', { name: 'Approve' }).first().focus();
    await page.keyboard.press('Enter');
    await page.getByText('Approved.').waitFor();
    await page.getByRole('button', { name: 'Deny' }).nth(1).waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Deny' }).click();
    await page.getByText('Nothing waits for a decision.').waitFor();
    await programs.coda.app.whenSettled();
    expect(outside.sent).toEqual(['Max <b>']);
    const { rows } = await programs.coda.database().read(
      `select a.origin, a.status, p.name from audit_log a join persons p on p.id = a.person_id
        where action = 'approval.decide' order by a.status desc`,
    );
    expect(rows).toEqual([
      { origin: 'dashboard', status: 'ok', name: 'owner' },
      { origin: 'dashboard', status: 'declined', name: 'owner' },
    ]);
  });

  test('a dead letter is sent again', async () => {
    await goTo('Undelivered');
    const cells = await page.getByRole('row').nth(1).getByRole('cell').allInnerTexts();
    expect(cells.slice(1, 4)).toEqual(['fake with bob', 'bob', 'answer']);
    expect(await faultsOf(page, 'undelivered')).toEqual([]);
    await page.getByRole('button', { name: 'Send again' }).click();
    await page.getByText('It will be sent again.').waitFor();
    await page.getByText('Everything could be delivered.').waitFor();
    await programs.coda.app.whenSettled();
    expect((await programs.coda.app.delivery.outbox.deadLetters()).total).toBe(0);
    expect(await programs.coda.count(`audit_log where subject = 'outbox resend' and origin = 'dashboard'`)).toBe(1);
  });

  test('a draft is activated after a question, and a secret is typed in without being shown again', async () => {
    await goTo('Skills');
    await page.getByRole('cell', { name: 'in use' }).first().waitFor();
    expect(await faultsOf(page, 'skills')).toEqual([]);
    await page.setViewportSize({ width: 1280, height: 900 });
    await page.getByLabel('Skill, or connectors').fill('ledger');
    await page.getByLabel('Name').fill('LEDGER KEY');
    await page.getByLabel('Value').fill('sk-of-the-ledger');
    page.once('dialog', (dialog) => void dialog.accept());
    await page.getByRole('button', { name: 'Activate' }).click();
    await page.getByText('taxes is offered from now on, as its files are.').waitFor();
    // What was being typed meanwhile is still there, and what is refused can be put right.
    await page.getByRole('button', { name: 'Set', exact: true }).click();
    await page.getByText('expected a name of A–Z, 0–9 and _').waitFor();
    await page.getByLabel('Name').fill('LEDGER_KEY');
    await page.keyboard.press('Enter');
    await page.getByText('The secret is set.').waitFor();
    for (const label of ['Skill, or connectors', 'Name', 'Value'])
      expect(await page.getByLabel(label).inputValue()).toBe('');
    expect(await page.content()).not.toContain('sk-of-the-ledger');
    const row = page.getByRole('row', { name: /^ledger LEDGER_KEY everybody/ });
    page.once('dialog', (dialog) => void dialog.accept());
    await row.getByRole('button', { name: 'Remove' }).click();
    await page.getByText('LEDGER_KEY of ledger is removed.').waitFor();
    await page.getByRole('cell', { name: 'not set' }).waitFor();
    expect(complaints.splice(0)).toEqual([expect.stringContaining('400')]);
  });

  test('doctor shows what is found', async () => {
    await goTo('Doctor');
    await page.getByRole('row', { name: /dead letters/ }).waitFor();
    expect(await faultsOf(page, 'doctor')).toEqual([]);
    expect(complaints).toEqual([]);
  });

  test('a member sees what is theirs, and nothing of the rest', async () => {
    const bob = await signedIn(browser, programs.url, (await programs.coda.app.sessions.link('bob')).code);
    expect(bob.page.url()).toBe(`${programs.url}/chat`);
    const links = await bob.page.getByRole('navigation').getByRole('link').allInnerTexts();
    expect(links).toEqual(['Chat', 'Week', 'Memories']);
    for (const path of [
      '/',
      '/conversations',
      '/costs',
      '/skills',
      '/approvals',
      '/undelivered',
      '/doctor',
      '/live/',
    ]) {
      expect((await bob.page.request.get(programs.url + path)).status(), path).toBe(403);
    }
    const headers = { Origin: programs.url };
    const decided = await bob.page.request.post(`${programs.url}/approvals/${'0'.repeat(12)}`, {
      headers,
      data: { approved: true },
    });
    expect(decided.status()).toBe(403);
  });
});
