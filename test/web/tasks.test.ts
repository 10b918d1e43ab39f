/** What an owner and a member want to get done, each from the start page through what is visible, in at most four presses. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Browser, type BrowserContext, CHROMIUM, openBrowser, type Page, signedIn } from '../support/browser.ts';
import { eventually } from '../support/eventually.ts';
import { type Household, openHousehold } from './household.ts';

const MOST_PRESSES = 4;

type Role = Parameters<Page['getByRole']>[0];

/** Somebody at the page: their presses count, what they type does not. */
class Visitor {
  readonly page: Page;
  readonly home: Household;
  readonly isPhone: boolean;
  presses = 0;

  constructor(page: Page, home: Household, isPhone: boolean) {
    this.page = page;
    this.home = home;
    this.isPhone = isPhone;
  }

  async press(role: Role, name: string | RegExp, within?: string | RegExp): Promise<void> {
    this.presses++;
    const dialog = this.page.locator('dialog[open]');
    const page = (await dialog.count()) > 0 ? dialog : this.page;
    const scope = within === undefined ? page : page.locator('[data-row], .row, .card').filter({ hasText: within });
    await scope
      .getByRole(role, { name, exact: typeof name === 'string' })
      .first()
      .click();
  }

  /** To a page, as one goes there: by its link, or on a phone by the bar at the bottom. */
  async to(label: string): Promise<void> {
    const link = this.page.getByRole('link', { name: label }).and(this.page.locator(':visible'));
    if (await link.count()) {
      this.presses++;
      await link.first().click();
      return;
    }
    await this.press('button', 'More pages');
    await this.press('menuitem', label);
  }

  /** To a page within a group: by the group and its tab, or on a phone by the search. */
  async within(group: string, label: string): Promise<void> {
    if (!this.isPhone) {
      await this.to(group);
      await this.press('link', new RegExp(`^${label}`));
      return;
    }
    await this.press('button', 'Search');
    await this.page.getByRole('combobox', { name: 'Search everything' }).fill(label);
    await this.press('option', new RegExp(`^${label}`));
  }

  async fill(label: string, text: string): Promise<void> {
    await this.page.getByLabel(label, { exact: true }).and(this.page.locator(':visible')).first().fill(text);
  }

  sees(text: string | RegExp): Promise<void> {
    return this.page.getByText(text).and(this.page.locator(':visible')).first().waitFor();
  }

  seesNot(text: string | RegExp): Promise<void> {
    return this.page.getByText(text).and(this.page.locator('main *')).first().waitFor({ state: 'detached' });
  }

  rows(sql: string): Promise<number> {
    return this.home.programs.coda.count(sql);
  }

  async counts(sql: string, wanted: number): Promise<void> {
    await eventually(async () => (await this.rows(sql)) === wanted);
    expect(await this.rows(sql), sql).toBe(wanted);
  }
}

type Task = readonly [does: string, run: (who: Visitor) => Promise<void>];

const OWNER: readonly Task[] = [
  [
    'snooze a reminder for an hour',
    async (who) => {
      await who.press('button', 'Later: call mum');
      await who.press('menuitem', '1 hour');
      await who.counts(`reminders where text = 'call mum' and snoozed_until is not null`, 1);
    },
  ],
  [
    'mark a reminder as done, and take that back',
    async (who) => {
      await who.press('button', 'Done', 'take out the bins');
      await who.counts(`reminders where text = 'take out the bins' and state = 'completed'`, 1);
      await who.press('button', 'Undo');
      await who.counts(`reminders where text = 'take out the bins' and state = 'completed'`, 0);
    },
  ],
  [
    'move a reminder to another time',
    async (who) => {
      await who.press('button', 'take out the bins');
      await who.fill('When, if it is another time', 'tomorrow at 21:00');
      await who.press('button', 'Change');
      await who.sees(/21:00/);
      const focused = () => who.page.evaluate('document.activeElement.getAttribute("aria-label")');
      expect(await eventually(async () => (await focused()) === 'take out the bins')).toBe(true);
      await who.page.keyboard.press('Enter');
      await who.page.keyboard.press('Escape');
      expect(await focused()).toBe('take out the bins');
    },
  ],
  [
    'delete a reminder',
    async (who) => {
      await who.press('button', 'More for water the plants');
      await who.press('menuitem', 'Delete');
      await who.seesNot('water the plants');
    },
  ],
  [
    'set a reminder',
    async (who) => {
      await who.press('button', 'New reminder');
      await who.fill('What', 'fetch the parcel');
      await who.fill('When', 'today at 19:30');
      await who.press('button', 'Remind me');
      await who.sees('fetch the parcel');
    },
  ],
  [
    'have a reminder repeated until it is done, in quiet hours too',
    async (who) => {
      await who.press('button', 'New reminder');
      await who.fill('What', 'feed the cat');
      await who.fill('When', 'today at 19:45');
      await who.page.locator('dialog summary').click();
      await who.fill('Again until it is done, every', '10 minutes');
      await who.page.getByLabel('In quiet hours too').check();
      await who.press('button', 'Remind me');
      await who.sees('feed the cat');
      await who.counts(`reminders where text = 'feed the cat' and urgent and nag_minutes = 10`, 1);
    },
  ],
  [
    'have a reminder no longer repeated',
    async (who) => {
      await who.press('button', /feed the cat/);
      await who.page.locator('.in-place summary').click();
      await who.fill('Again until it is done, every', '');
      await who.press('button', 'Change');
      await who.counts(`reminders where text = 'feed the cat' and urgent and nag_minutes is null`, 1);
    },
  ],
  [
    'take milk off the shopping list',
    async (who) => {
      await who.page
        .getByText(/shopping.*\(/i)
        .first()
        .click();
      who.presses++;
      await who.press('button', 'Take milk off');
      await who.seesNot(/^milk$/);
    },
  ],
  [
    'put bread on the shopping list',
    async (who) => {
      await who.page
        .getByText(/shopping.*\(/i)
        .first()
        .click();
      who.presses++;
      await who.page.getByLabel(/^Add to/).fill('bread');
      await who.press('button', 'Add');
      await who.sees(/^bread$/);
    },
  ],
  [
    'say that the step of a task is done',
    async (who) => {
      await who.press('button', 'Step done', 'the party');
      await who.sees('1/2');
    },
  ],
  [
    'switch a schedule off',
    async (who) => {
      await who.press('button', /More for tell me what is due/);
      await who.press('menuitem', 'Switch off');
      await who.counts(`person_schedules where state = 'off'`, 1);
    },
  ],
  [
    'ask something',
    async (who) => {
      await who.to('Chat');
      await who.fill('Message', 'plan a dinner for Saturday');
      await who.press('button', 'Send');
      await who.sees('For four, without nuts:');
    },
  ],
  [
    'see how an answer was made',
    async (who) => {
      await who.to('Chat');
      await who.page
        .getByText(/^\d+ steps?,/)
        .first()
        .click();
      who.presses++;
      await who.sees(/note_save/);
    },
  ],
  [
    'begin another conversation',
    async (who) => {
      await who.to('Chat');
      if (who.isPhone) await who.press('button', 'Conversations');
      await who.press('button', 'New conversation');
      await who.press('button', 'what can you do?');
      await who.sees(/^what can you do\?$/);
    },
  ],
  [
    'rename a conversation',
    async (who) => {
      await who.page.goto(`${who.home.programs.url}/chat`);
      if (who.isPhone) await who.press('button', 'Conversations');
      await who.press('button', /More for what can you do/);
      await who.press('menuitem', 'Rename');
      await who.fill('Title', 'First steps');
      await who.press('button', 'Rename');
      await who.sees('First steps');
    },
  ],
  [
    'find a conversation, and delete it',
    async (who) => {
      await who.page.goto(`${who.home.programs.url}/chat`);
      if (who.isPhone) await who.press('button', 'Conversations');
      await who.fill('Search conversations', 'first');
      await who.press('button', /More for First steps/);
      await who.press('menuitem', 'Delete');
      await who.press('button', 'Delete');
      await who.counts('conversations where hidden_at is not null', 1);
    },
  ],
  [
    'find a note by misspelt words, and change it',
    async (who) => {
      await who.to('Notes');
      await who.fill('Search notes', 'boilr code');
      await who.press('link', /^The boiler code/);
      await who.press('button', 'Change');
      await who.fill('Text', 'The boiler code is 4712 #house');
      await who.press('button', 'Save');
      await who.counts(`notes where text like 'The boiler code is 4712%'`, 1);
    },
  ],
  [
    'delete a note, and take that back',
    async (who) => {
      await who.page.goto(`${who.home.programs.url}/notes`);
      await who.press('link', /^The spare key/);
      await who.press('button', 'More for this note');
      await who.press('menuitem', 'Delete');
      await who.press('button', 'Undo');
      await who.counts(`notes where text like 'The spare key%' and deleted_at is null`, 1);
    },
  ],
  [
    'put right what is remembered',
    async (who) => {
      await who.page.goto(`${who.home.programs.url}/notes/memories`);
      await who.press('button', /^More for .*peanuts/);
      await who.press('menuitem', 'Put right');
      await who.fill('One sentence that stands by itself', 'I am allergic to walnuts.');
      await who.press('button', 'Save');
      await who.sees(/allergic to walnuts/);
    },
  ],
  [
    'have a schedule run now, and see what came of it',
    async (who) => {
      await who.to('Automations');
      await who.press('link', /^tell me what is due/);
      await who.press('button', 'Run now');
      await who.sees(/went well/);
    },
  ],
  [
    'have a page looked at, told once a day by a rule',
    async (who) => {
      await who.to('Automations');
      await who.press('button', 'New schedule');
      const choose = (label: string, choice: string) => who.page.getByLabel(label).selectOption(choice);
      await choose('coda does', 'reads a page');
      await who.fill('Address', 'https://shop.example/kettle');
      await who.fill('How often', 'every 6 hours');
      await choose('It tells', 'when its number is below');
      await who.fill('Number', '40');
      await choose('And that', 'once a day, with others');
      await who.fill('Time of the day', '18:00');
      await who.press('button', 'Plan it');
      await who.sees(/shop\.example/);
      await who.counts(
        `person_schedules where watch -> 'rule' ->> 'number' = '40' and telling ->> 'digest' = '18:00'`,
        1,
      );
      await who.home.programs.coda.database().run('test', `delete from person_schedules where watch is not null`);
    },
  ],
  [
    'have it told on weekdays in the morning only, and change that',
    async (who) => {
      await who.to('Automations');
      await who.press('button', 'New schedule');
      const form = who.page.getByRole('dialog');
      await form.getByLabel('coda does').selectOption('reads a feed');
      await who.fill('Address', 'https://project.example/releases.atom');
      await who.fill('How often', 'every hour');
      for (const day of ['Saturday', 'Sunday']) await form.getByLabel(day).check();
      await who.fill('Only from', '08:00');
      await who.fill('until', '12:30');
      await who.press('button', 'Plan it');
      const rule = `person_schedules where watch -> 'rule' ->> 'from' = '08:00' and watch -> 'rule' ->> 'days'`;
      await who.counts(`${rule} = '["saturday", "sunday"]'`, 1);
      await who.page.getByRole('link', { name: /^project\.example/ }).click();
      await who.sees(/between 08:00 and 12:30/);
      await who.page.getByRole('button', { name: 'More for this schedule' }).click();
      await who.page.getByRole('menuitem', { name: 'Change' }).click();
      await who.sees(/^Now every hour/);
      await form.getByLabel('Sunday').uncheck();
      await who.fill('Only from', '');
      await who.fill('until', '');
      await form.getByRole('button', { name: 'Save' }).click();
      await who.sees(/on Saturday$/);
      await who.home.programs.coda.database().run('test', `delete from person_schedules where watch is not null`);
    },
  ],
  [
    'let a program have them told something',
    async (who) => {
      await who.within('Automations', 'Webhooks and services');
      await who.press('button', 'New webhook');
      await who.fill('Name', `ci${who.isPhone ? '-phone' : ''}`);
      await who.fill('Words, made of what is sent', 'the build of {{ name }} is red');
      await who.press('button', 'Make it');
      await who.sees(/shown this once/);
    },
  ],
  [
    'learn how a service and a tool server are added, with the lines to copy',
    async (who) => {
      await who.within('Automations', 'Webhooks and services');
      await who.press('button', 'Add a service');
      await who.fill('Name', 'weather');
      await who.fill('Address', 'https://api.example.com/v1; rm -rf ~');
      await who.fill('Name of the secret that is sent along', 'WEATHER_KEY');
      const line = who.page.getByLabel('To copy');
      const command = `coda connectors add weather --base-url 'https://api.example.com/v1; rm -rf ~' --bearer WEATHER_KEY`;
      expect(await line.innerText()).toBe(command);
      await who.page.keyboard.press('Escape');
      await who.press('button', 'Add a tool server');
      await who.fill('Name', 'linear');
      await who.fill('Address', 'https://mcp.linear.app/mcp');
      await who.fill('Name of the environment variable with its key', 'LINEAR_KEY');
      expect(await line.innerText()).toBe(
        [
          'mcp:',
          '  servers:',
          '    "linear":',
          '      url: "https://mcp.linear.app/mcp"',
          '      headers: { Authorization: "Bearer ${LINEAR_KEY}" }',
        ].join('\n'),
      );
    },
  ],
  [
    'find why a message was not answered',
    async (who) => {
      await who.within('Activity', 'Conversations');
      await who.press('link', /please fail/);
      await who.sees(/^Not answered: /);
    },
  ],
  [
    'see in which channel something was said, by its name',
    async (who) => {
      await who.within('Activity', 'Conversations');
      await who.sees(/^#kitchen on /);
      await who.sees(/^A channel on /);
      await who.sees(/^bob on /);
      await who.press('link', /^#kitchen/);
      await who.sees('Its id there: 157622');
      expect(await who.rows(`place_names where name like 'nobody%'`)).toBe(0);
    },
  ],
  [
    'approve what waits, after reading all of it',
    async (who) => {
      await who.to('Activity');
      await who.page.locator('.card').filter({ hasText: 'Asked by you' }).getByText('Details').click();
      who.presses++;
      await who.sees(/the landlord/);
      // A letter of somebody else may have been sent before.
      const { sent } = who.home.outside;
      const before = sent.length;
      await who.press('button', 'Approve', 'Asked by you');
      await eventually(async () => sent.length > before);
      expect(sent.slice(before)).toEqual(['the landlord']);
    },
  ],
  [
    'deny what somebody else asked for',
    async (who) => {
      await who.to('Activity');
      await who.press('button', 'Deny', 'Asked by eva');
      await who.sees(/Denied by/);
    },
  ],
  [
    'see what was decided',
    async (who) => {
      await who.to('Activity');
      await who.sees(/Approved by/);
    },
  ],
  [
    'send again what could not be delivered',
    async (who) => {
      await who.within('Activity', 'Not delivered');
      await who.press('button', 'Send again');
      await who.sees('Everything could be delivered.');
    },
  ],
  [
    'see who did what',
    async (who) => {
      await who.within('Activity', 'What was done');
      await who.sees(/: decided about a call: “Sends a letter”/);
      await who.page.getByLabel('Person').selectOption('bob');
      await who.sees(/^bob: Sets a reminder/);
      expect(await who.page.getByText(/^bob: \w+_\w+/).count()).toBe(0);
      await who.page.getByText('Details').first().click();
      await who.sees(/^tool\.call \w+$/);
    },
  ],
  [
    'give somebody another role',
    async (who) => {
      await who.to('People');
      await who.press('button', 'More for bob');
      await who.press('menuitem', 'Make owner');
      await who.counts(`persons where name = 'bob' and role = 'owner'`, 1);
    },
  ],
  [
    'try whether somebody would be allowed to do something',
    async (who) => {
      await who.within('People', 'Who may what');
      await who.fill('Tool', 'letter_send');
      await who.press('button', 'Try');
      await who.sees(/asked first/);
    },
  ],
  [
    'make a token for a program',
    async (who) => {
      await who.within('People', 'Tokens');
      await who.press('button', 'New token');
      await who.fill('Name of the program', 'lights');
      await who.press('button', 'Make it');
      await who.sees(/It is shown this once/);
    },
  ],
  [
    'end a token',
    async (who) => {
      await who.within('People', 'Tokens');
      await who.press('button', 'End', 'lights');
      await who.press('button', 'End it');
      await who.sees(/^ended /);
    },
  ],
  [
    'see what yesterday cost',
    async (who) => {
      await who.within('System', 'Models and costs');
      await who.sees(/yesterday 0\.05 USD/);
    },
  ],
  [
    'see how long models take to their first word',
    async (who) => {
      await who.within('System', 'Models and costs');
      await who.sees('Time to the first word, last 24 hours');
      await who.sees('420 ms');
      await who.sees('95 %: 3.1 s');
      // Those of today's own answers were measured, too.
      expect(await who.rows('usage where first_ms is not null')).toBeGreaterThan(20);
    },
  ],
  [
    'see whether all is well',
    async (who) => {
      await who.to('System');
      await who.sees(/^All is well$|thing.* to look at/);
    },
  ],
  [
    'make a backup',
    async (who) => {
      await who.within('System', 'Backups');
      await who.press('button', 'Make one now');
      await who.sees('A backup is being made.');
    },
  ],
  [
    'find a setting, and where it comes from',
    async (who) => {
      await who.within('System', 'Settings');
      await who.fill('Find a setting', 'assistant.name');
      await who.sees('Robin');
    },
  ],
  [
    'read what a skill may do, and trust it',
    async (who) => {
      await who.to('Skills');
      await who.press('link', /^recycling/);
      await who.sees('1 script: scripts/next.py');
      if (who.isPhone) return;
      await who.press('button', 'Trust it');
      await who.sees('recycling is trusted as it is now.');
    },
  ],
  [
    'set a secret',
    async (who) => {
      await who.within('Skills', 'Secrets');
      await who.press('button', 'Set');
      await who.fill('Skill, or connectors', 'recycling');
      await who.fill('Name', 'BINS_TOKEN');
      await who.fill('Value', 'a-value-that-nobody-sees');
      await who.press('button', 'Set');
      await who.sees('BINS_TOKEN is set.');
      expect(await who.page.content()).not.toContain('a-value-that-nobody-sees');
    },
  ],
];

const MEMBER: readonly Task[] = [
  [
    'mark a reminder as done',
    async (who) => {
      await who.press('button', 'Done', 'buy bread');
      await who.counts(`reminders where text = 'buy bread' and state = 'completed'`, 1);
    },
  ],
  [
    'set a reminder',
    async (who) => {
      await who.press('button', 'New reminder');
      await who.fill('What', 'pump up the tyres');
      await who.fill('When', 'tomorrow at 8');
      await who.press('button', 'Remind me');
      await who.sees('pump up the tyres');
    },
  ],
  [
    'put a reminder off',
    async (who) => {
      await who.press('button', 'Later: pump up the tyres');
      await who.press('menuitem', 'In a week');
      await who.counts(`reminders where text = 'pump up the tyres' and snoozed_until is not null`, 1);
    },
  ],
  [
    'ask something',
    async (who) => {
      await who.to('Chat');
      await who.fill('Message', 'good morning');
      await who.press('button', 'Send');
      await who.sees('I heard: good morning');
    },
  ],
  [
    'read what was said on a platform',
    async (who) => {
      await who.to('Chat');
      if (who.isPhone) await who.press('button', 'Conversations');
      await who.press('link', /hello/);
      await who.sees('I heard: hello');
      await who.sees('This was said elsewhere; go on there.');
      if (who.isPhone) await who.page.getByRole('button', { name: 'Conversations' }).click();
      await who.fill('Search conversations', '#kitchen');
      await who.sees(/^#kitchen on /);
    },
  ],
  [
    'decide about their own question',
    async (who) => {
      await who.to('Activity');
      await who.press('button', 'Approve', 'Asked by you');
      await who.sees(/Approved by/);
    },
  ],
  [
    'see no page that is for owners',
    async (who) => {
      for (const label of ['System', 'People', 'Skills'])
        expect(await who.page.getByRole('link', { name: label }).count()).toBe(0);
      await who.page.goto(`${who.home.programs.url}/system`);
      await who.sees(/for owners only/);
    },
  ],
  [
    'search everything of theirs, and nobody else’s',
    async (who) => {
      await who.press('button', 'Search');
      await who.page.getByRole('combobox').fill('the bike');
      await who.sees(/the bike is at the shop/);
      await who.page.getByRole('combobox').fill('boiler');
      await who.sees('Nothing was found.');
    },
  ],
  [
    'learn the keys',
    async (who) => {
      await who.page.keyboard.press('?');
      await who.sees('take back the last change');
    },
  ],
  [
    'sign out',
    async (who) => {
      if (who.isPhone) await who.press('button', 'More pages');
      else await who.press('button', /your account/);
      await who.press('menuitem', 'Sign out');
      await who.sees(/Run “coda open”/);
    },
  ],
];

describe.skipIf(!CHROMIUM).each([
  ['at 1280 pixels', 1280],
  ['at 360 pixels', 360],
] as const)('%s', (_, width) => {
  let home: Household;
  let browser: Browser;
  let owner: Awaited<ReturnType<typeof visit>>;
  let member: Awaited<ReturnType<typeof visit>>;

  async function visit(person?: string) {
    const found = await signedIn(browser, home.programs.url, await home.code(person));
    await found.page.setViewportSize({ width, height: 800 });
    found.page.setDefaultTimeout(15_000);
    return found;
  }
  beforeAll(async () => {
    home = await openHousehold();
    browser = await openBrowser();
    member = await visit('bob');
    owner = await visit();
  });
  afterAll(async () => {
    await browser?.close();
    await home?.[Symbol.asyncDispose]();
  });

  async function play({ page }: { page: Page; context: BrowserContext }, run: Task[1]): Promise<void> {
    await page.goto(`${home.programs.url}/`);
    await page.getByRole('heading', { name: /^Today/ }).waitFor();
    const who = new Visitor(page, home, width < 640);
    await run(who);
    expect(who.presses).toBeLessThanOrEqual(MOST_PRESSES);
    const isWide = await page.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth');
    expect(isWide, 'the page is wider than its window').toBe(false);
  }
  test.each(MEMBER)('a member can %s', (_, run) => play(member, run));
  test.each(OWNER)('an owner can %s', (_, run) => play(owner, run));
  // What a browser says of a conversation that begins, and of a session that has ended, is no fault.
  test('no page complains', () =>
    expect([...owner.complaints, ...member.complaints].filter((each) => !/status of 40[14]/.test(each))).toEqual([]));
});
