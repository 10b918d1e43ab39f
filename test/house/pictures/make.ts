/** Makes the pictures of the documentation: `npm run pictures`. */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../../src/base/root.ts';
import { Programs } from '../../adapters/http/support.ts';
import { openBrowser, type Page } from '../../support/browser.ts';
import { FakeDiscord } from '../../support/discord/index.ts';
import { within } from '../../support/eventually.ts';
import { KEY, ModelServer, type Scene } from '../../support/model-server/index.ts';
import { Outside } from '../../support/outside.ts';
import { FakeSlack } from '../../support/slack/index.ts';
import { ALL_PAGES } from '../../web/household.ts';
import { channelPage } from './channel.ts';
import { ANSWERS, PAGES, WIDTH } from './list.ts';
import { terminalPage, terminalSession } from './terminal.ts';

const folder = join(packageRoot(), 'docs', 'pictures');
const path = (name: string) => join(folder, `${name}.png`);

const BEGINS = '2026-11-20T11:00:00Z';

/** Plays what the conversation of the pictures needs, by the API of OpenAI. */
function scene({ messages }: { messages: unknown[] }): Scene {
  const all = messages as { role: string; content: unknown }[];
  const said = JSON.stringify(all.findLast(({ role }) => role === 'user')?.content ?? '');
  if (/flights/.test(said)) return { fault: 'held' };
  const usage = { input: 9_200, output: 240 };
  const found = ANSWERS.find(([words]) => words.test(said));
  if (all.at(-1)?.role !== 'user') return { text: found?.[2] ?? 'Done.', usage };
  if (/letter/.test(said)) return { calls: [{ name: 'letter_send', input: { to: 'the landlord' } }], usage };
  return found ? { calls: found[1], usage } : { text: 'Hello Ana, what can I do?', usage };
}

/** What the household has asked for before. */
const HOUSEHOLD = [
  '/remind every weekday at 9 stand up',
  '/remind on Sunday at 19:00 water the plants',
  '/remind in 5 minutes call mum',
  '/remind today at 20:00 take out the bins',
  '/note shopping: milk, eggs, olives',
  '/note bread: flour 500 g, water 340 g, salt 10 g, twelve hours in the cold #kitchen',
  '/note The boiler is under warranty until May 2028 #house',
  '/schedule every day at 7:30 tell me what is due today',
  '/schedule every Friday at 17:00 sum up what was decided',
  '/schedule every month on the 1st at 9 compare what the household spends',
  '/task the party: send the invitations; order the cake',
  '/rescan-skills',
];

const SKILL = `---
name: recycling
description: Knows when which bin is collected.
version: 1.0.0
---
# Recycling

Run \`scripts/next.py\` and tell the next dates.
`;

function putSkill(folder: string): void {
  mkdirSync(join(folder, 'scripts'), { recursive: true });
  writeFileSync(join(folder, 'SKILL.md'), SKILL);
  writeFileSync(join(folder, 'scripts', 'next.py'), 'print("paper: Friday")\n');
}

/** The conversation of the picture, and what shows that it was answered. */
const SAID = [
  ['I am allergic to peanuts', 'in mind'],
  ['Find a dinner for four tonight, and remind me of the shopping', 'Nothing in it has'],
] as const;

/** What models have cost on the days before. */
const SPENT = `insert into spending (day, person_id, calls, input_tokens, output_tokens, price)
  select d::date, p.id, 4 + extract(day from d)::int % 5, 24000, 3100, 0.02 + 0.03 * (extract(day from d)::int * 7 % 6)
    from generate_series('2026-10-25'::date, '2026-11-19'::date, '1 day') d, persons p where p.role = 'owner'`;

async function pages(): Promise<void> {
  const [discord, slack, models] = await Promise.all([FakeDiscord.start(), FakeSlack.start(), ModelServer.start()]);
  models.improvise = scene;
  for (const fake of [discord, slack]) fake.advance(new Date(BEGINS).getTime() - Date.now());
  const [ana, bob] = [discord.user('Ana'), discord.user('Bob')];
  const kitchen = discord.channel(discord.guild('Home', [ana, bob]), 'kitchen');
  const config = {
    'discord.token': discord.token,
    'discord.api_url': discord.apiUrl,
    'slack.bot_token': slack.botToken,
    'slack.app_token': slack.appToken,
    'slack.api_url': slack.apiUrl,
    'models.default': 'openai/gpt-5',
    'models.providers': { openai: { kind: 'openai-compatible', base_url: models.baseUrl('openai'), api_key: KEY } },
    'access.owners': [`discord:${ana.id}`],
    'access.members': [`discord:${bob.id}`],
  };
  await using programs = await Programs.begin({ config, skills: [new Outside().skill], at: BEGINS });
  const { coda } = programs;
  putSkill(join(coda.dataDir, 'skills', 'recycling'));
  for (const said of HOUSEHOLD) await programs.say(said);
  await programs.say('Write a letter to the landlord', { conversation: 'letters' });
  await coda.passes({ minutes: 6 });
  await coda.database().run('pictures', SPENT);
  const browser = await openBrowser();
  const open = (colorScheme: 'light' | 'dark') =>
    browser.newPage({
      ...{ viewport: { width: WIDTH, height: 700 }, colorScheme, reducedMotion: 'reduce' },
      ...{ locale: 'en-GB', timezoneId: 'Europe/Berlin' },
    });

  for (const [user, said, answered] of [
    [bob, 'remind me on Saturday at 10 to buy bread', 'buy bread'],
    [ana, 'Find a dinner for four tonight, and remind me of the shopping', 'Nothing in it has'],
  ] as const) {
    discord.says(user, kitchen, `<@${discord.bot.id}> ${said}`);
    const isAnswered = () => discord.said(kitchen).some(({ content }) => content.includes(answered));
    if (!(await within(60_000, isAnswered))) throw new Error(`Discord never showed “${answered}”`);
    await coda.passes({ minutes: 1 });
  }
  const channel = await open('dark');
  await channel.setViewportSize({ width: WIDTH, height: 100 });
  await channel.setContent(channelPage(kitchen, discord));
  await channel.screenshot({ path: path('discord'), fullPage: true });

  const [light, dark] = [await open('light'), await open('dark')];
  for (const page of [light, dark]) {
    await page.goto(`${programs.url}/open#${(await coda.app.sessions.link()).code}`);
    await page.waitForURL((at) => at.pathname !== '/open');
  }
  await light.goto(`${programs.url}/chat`);
  await light.getByRole('button', { name: 'New conversation' }).first().click();
  for (const [said, answered] of SAID) {
    await light.getByLabel('Message', { exact: true }).fill(said);
    await light.keyboard.press('Enter');
    await light.getByText(answered).last().waitFor();
    await coda.passes({ minutes: 1 });
  }
  const chat = new URL(light.url()).pathname;
  discord.says(ana, discord.dm(ana), 'Compare the flights to Lisbon in March');
  const isAtWork = () => models.requests.some(({ text }) => text.includes('Lisbon'));
  if (!(await within(60_000, isAtWork))) throw new Error('nothing is at work');
  for (const { name, path: at, height, shows, width = WIDTH, isDark } of PAGES) {
    const page = isDark ? dark : light;
    await page.setViewportSize({ width, height });
    await page.goto(programs.url + (at === '/chat' ? chat : at));
    await page.getByText(shows).and(page.locator(':visible')).last().waitFor();
    await page.mouse.move(0, 0);
    await page.screenshot({ path: path(name), animations: 'disabled', caret: 'hide' });
  }
  if (EVERYTHING !== undefined) {
    for (const [page, scheme] of [
      [light, 'light'],
      [dark, 'dark'],
    ] as const) {
      for (const width of [1280, 360]) await everyPage(page, programs.url, `${width}-${scheme}`, width, chat);
    }
  }
  await browser.close();
}

/** A folder for a picture of every page, to be looked at: `npm run pictures -- FOLDER`. */
const EVERYTHING = process.argv[2];

async function everyPage(page: Page, url: string, form: string, width: number, chat: string): Promise<void> {
  const to = EVERYTHING ?? '';
  mkdirSync(to, { recursive: true });
  await page.setViewportSize({ width, height: 800 });
  for (const at of [...ALL_PAGES, chat]) {
    await page.goto(url + at);
    await page.locator('main').waitFor();
    await page.waitForLoadState('networkidle');
    await page.screenshot({
      path: join(to, `${at === chat ? 'chat-conversation' : at.slice(1).replace(/\W+/g, '-')}-${form}.png`),
      animations: 'disabled',
    });
  }
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
