/** Makes the pictures of the documentation: `npm run pictures`. */
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Model, ModelRequest } from '../../../src/agent/index.ts';
import { packageRoot } from '../../../src/base/root.ts';
import { Programs } from '../../adapters/http/support.ts';
import { openBrowser } from '../../support/browser.ts';
import { Outside } from '../../support/outside.ts';
import { type Line, lastSaid, ScriptedModel } from '../../support/scripted-model.ts';
import { PAGES, WIDTH } from './list.ts';
import { terminalPage, terminalSession } from './terminal.ts';

const folder = join(packageRoot(), 'docs', 'pictures');
const path = (name: string) => join(folder, `${name}.png`);

const ANSWERS: readonly [said: RegExp, calls: Line[], answer: string][] = [
  [
    /allergic/,
    [{ call: 'memory_remember', input: { text: 'Ana is allergic to peanuts' } }],
    'I will keep that in mind, also when you plan a dinner.',
  ],
  [
    /dinner/,
    [{ call: 'reminder_create', input: { text: 'buy rice, ginger and limes', when: 'today at 17:00' } }],
    'A **ginger rice with limes** for four:\n\n- 300 g rice, 60 g ginger, 3 limes\n- coriander, spring onions\n\nNothing in it has peanuts. I remind you of the shopping at five.',
  ],
];

/** Does what the conversation of the pictures needs. */
function answer(request: ModelRequest): Line[] {
  const found = ANSWERS.find(([said]) => said.test(lastSaid(request)));
  if (/letter/.test(lastSaid(request))) return [{ call: 'letter_send', input: { to: 'the landlord' } }];
  if (request.messages.at(-1)?.role === 'user') return found?.[1] ?? ['Hello Ana, what can I do?'];
  return [found?.[2] ?? 'Done.'];
}

const model: Model = Object.assign(new ScriptedModel(answer) as Model, { name: 'ollama/qwen3' });

/** The conversation of the picture, and what shows that it was answered. */
const SAID = [
  ['I am allergic to peanuts', 'in mind'],
  ['Find a dinner for four tonight, and remind me of the shopping', 'at five'],
] as const;

/** What models have cost on the days before. */
const SPENT = `insert into spending (day, person_id, calls, input_tokens, output_tokens, price)
  select d::date, p.id, 4 + extract(day from d)::int % 5, 24000, 3100, 0.02 + 0.03 * (extract(day from d)::int * 7 % 6)
    from generate_series('2026-10-25'::date, '2026-11-19'::date, '1 day') d, persons p where p.role = 'owner'`;

async function pages(): Promise<void> {
  await using programs = await Programs.begin({ model, skills: [new Outside().skill], at: '2026-11-20T11:00:00Z' });
  const { coda } = programs;
  await programs.say('/remind every weekday at 9 stand up');
  await programs.say('/remind on Sunday at 19:00 water the plants');
  await programs.say('Write a letter to the landlord', { conversation: 'letters' });
  const bob = coda.person('bob', { role: 'member' });
  coda.platform.faults.push('refused');
  await bob.says('hello');
  await coda.database().run('pictures', SPENT);
  const browser = await openBrowser();
  const page = await browser.newPage({
    ...{ viewport: { width: WIDTH, height: 700 }, colorScheme: 'light', reducedMotion: 'reduce' },
    ...{ locale: 'en-GB', timezoneId: 'Europe/Berlin' },
  });
  await page.goto(`${programs.url}/open#${(await coda.app.sessions.link()).code}`);
  await page.waitForURL((at) => at.pathname === '/');
  await page.goto(`${programs.url}/chat`);
  for (const [said, answered] of SAID) {
    await page.getByRole('textbox').fill(said);
    await page.keyboard.press('Enter');
    await page.getByText(answered).waitFor();
    await coda.passes({ minutes: 1 });
  }
  for (const { name, path: at, height } of PAGES) {
    await page.setViewportSize({ width: WIDTH, height });
    await page.goto(programs.url + at);
    if (name === 'chat') await page.getByText('at five').waitFor();
    if (name === 'conversation') {
      await page.getByRole('link', { name: 'http with you' }).first().click();
      await page.locator('summary').first().click();
    }
    await page.mouse.move(0, 0);
    await page.screenshot({ path: path(name), animations: 'disabled', caret: 'hide' });
  }
  await browser.close();
}

async function terminal(): Promise<void> {
  const screen = await terminalSession();
  const browser = await openBrowser();
  const page = await browser.newPage({ viewport: { width: 840, height: 100 } });
  await page.setContent(terminalPage(screen.marked));
  await page.screenshot({ path: path('terminal'), fullPage: true });
  await browser.close();
}

mkdirSync(folder, { recursive: true });
for (const file of readdirSync(folder)) rmSync(join(folder, file));
await terminal();
await pages();
process.exit(0);
