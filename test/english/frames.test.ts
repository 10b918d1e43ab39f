import { describe, expect, test } from 'vitest';
import type { Topic } from '../../src/agent/index.ts';
import { capabilities } from '../../src/english/index.ts';
import { at, type Hearing, hear, lineOf } from './hear.ts';

/** Ways of saying what can be asked for, and the calls that they are; `…` stands for what was said before. */
/** Words of coda's. */
const said = (text: string) => ({ text, isOwn: false });

const shopping = { topic: { ...at('note', 'n-shop').topic, text: 'shopping list: eggs, bread' } as Topic };

const ROWS: Readonly<Record<string, readonly (readonly [say: string, calls: string, hearing?: Hearing])[]>> = {
  files: [
    ['what is in this file?', 'attachment_show'],
    ["what's in the PDF?", 'attachment_show'],
    ['what is in manual.pdf?', 'attachment_show file="manual.pdf"'],
    ["find 'warranty' in it", 'attachment_find query="\'warranty\'" file=""'],
    ["find 'warranty' in this file", 'attachment_find query="\'warranty\'" file=""'],
    ["find 'warranty' in them", 'attachment_find query="\'warranty\'"'],
    [
      'search for the price of the pump in costs.xlsx',
      'attachment_find query="the price of the pump" file="costs.xlsx"',
    ],
    ['keep it as a note #car', 'attachment_keep tags=["#car"]'],
    ['keep this file as a note', 'attachment_keep tags=[]'],
    ['find milk in the cellar', ''],
  ],
  reminders: [
    ['remind me to call mum tomorrow at 9', 'reminder_create text="call mum" when="tomorrow at 9"'],
    ['Remind me tomorrow at 9 to call mum.', 'reminder_create text="call mum" when="tomorrow at 9"'],
    ['tomorrow at 9 remind me to call mum', 'reminder_create text="call mum" when="tomorrow at 9"'],
    ['remind me tomorrow to call mum at 9', 'reminder_create text="call mum" when="tomorrow at 9"'],
    ['hi, could you please remind me to call mum at 5pm, thanks!', 'reminder_create text="call mum" when="at 5pm"'],
    [
      'remind me about the "big" meeting on Friday',
      'reminder_create text="the \\"big\\" meeting" when="on Friday" lead="about"',
    ],
    ['remind me in 20 minutes to check the oven', 'reminder_create text="check the oven" when="in 20 minutes"'],
    ['remind me every weekday at 8 to stand up', 'reminder_create text="stand up" when="every weekday at 8"'],
    ['remind me to stand up every weekday at 8', 'reminder_create text="stand up" when="every weekday at 8"'],
    ['set a reminder for 5pm to feed the cat', 'reminder_create text="feed the cat" when="5pm"'],
    ['add a reminder to feed the cat at 5pm', 'reminder_create text="feed the cat" when="at 5pm"'],
    ["don't let me forget to pay the rent on the 1st", 'reminder_create text="pay the rent" when="on the 1st"'],
    ['remember to pay the rent on the 1st', 'reminder_create text="pay the rent" when="on the 1st"'],
    ['reminder: pay the rent on the 1st', 'reminder_create text="pay the rent" when="on the 1st"'],
    ['remind me to buy 2 tickets tomorrow', 'reminder_create text="buy 2 tickets" when="tomorrow"'],
    ['remind me to call mum', 'reminder_create text="call mum"'],
    ['remind me at 5pm', 'reminder_create text="" when="at 5pm"'],
    ['remind me', 'reminder_create text=""'],
    ['show my reminders', 'reminder_list'],
    ['what are my reminders for tomorrow?', 'reminder_list day="tomorrow"'],
    ['my reminders', 'reminder_list'],
    ['what do I have on Friday?', 'reminder_list day="Friday"'],
    ["what's due tomorrow?", 'reminder_list day="tomorrow"'],
    ['show my completed reminders', 'reminder_list status="completed"'],
    ['remind me 2pm call mum', 'reminder_create text="call mum" when="2pm"'],
    ['standup every weekday 8:45 remind me', 'reminder_create text="standup" when="every weekday 8:45"'],
    ['what else do I have on Friday?', 'reminder_list day="Friday"'],
    ['make it 3 instead', 'reminder_edit which="r-mum" when="at 3"', { dialogue: at('reminder', 'r-mum') }],
    ['no, at 8', 'reminder_edit which="r-mum" when="at 8"', { dialogue: at('reminder', 'r-mum') }],
    ['at 8', '', { dialogue: at('reminder', 'r-mum') }],
    ['make the bed 9', '', { dialogue: at('reminder', 'r-mum') }],
    ['delete the one about the dentist', 'reminder_delete which="r-dentist"'],
    ["remind me about the parents' evening on 24 March at 19:00", '', {}],
    [
      'make it 20',
      '',
      { dialogue: { topic: { ...(at('reminder', 'r-mum').topic as Topic), text: 'timer (25 min)' } } },
    ],
    [
      'delete both',
      'reminder_delete which="r-mum" + reminder_delete which="r-milk"',
      { dialogue: at('reminder', 'r-mum, r-milk') },
    ],
    ['delete both', '', { dialogue: at('reminder', 'r-mum') }],
    ['cancel the dentist one', 'reminder_delete which="r-dentist"'],
    ['done', 'reminder_complete which=""'],
    ['done with the dentist', 'reminder_complete which="r-dentist"'],
    ['mark the milk reminder as done', 'reminder_complete which="r-milk"'],
    ['I did call mum', 'reminder_complete which="r-mum"'],
    ['snooze', 'reminder_snooze which=""'],
    ['snooze for 20 minutes', 'reminder_snooze which="" when="20 minutes"'],
    ['snooze the dentist until tomorrow at 9', 'reminder_snooze which="r-dentist" when="tomorrow at 9"'],
    ['move the dentist to Friday at 3pm', 'reminder_edit which="r-dentist" when="Friday at 3pm"'],
    ['move it to 6', 'reminder_edit which="r-mum" when="at 6"', { dialogue: at('reminder', 'r-mum') }],
    ['make it 6pm', 'reminder_edit which="r-mum" when="6pm"', { dialogue: at('reminder', 'r-mum') }],
    ['reschedule reminder 2 to tomorrow', 'reminder_edit which="2" when="tomorrow"'],
    ['rename the dentist to call the dentist', 'reminder_edit which="r-dentist" text="call the dentist"'],
    ['make the milk reminder urgent', 'reminder_edit which="r-milk" urgent=true'],
    ['delete the dentist reminder', 'reminder_delete which="r-dentist"'],
    ['cancel the reminder about the dentist', 'reminder_delete which="r-dentist"'],
    ['delete water the plants', 'reminder_delete which="r-plants"'],
    ['delete it', 'reminder_delete which="r-milk"', { dialogue: at('reminder', 'r-milk') }],
    ['delete that', 'reminder_delete which="r-milk"', { dialogue: at('reminder', 'r-milk', 'spoken') }],
    ['delete 2', 'reminder_delete which="2"', { dialogue: at('reminder', undefined, 'shown') }],
    ['delete the second one', 'reminder_delete which="2"', { dialogue: at('reminder', undefined, 'shown') }],
    [
      'delete 1 and 3',
      'reminder_delete which="1" + reminder_delete which="3"',
      { dialogue: at('reminder', undefined, 'shown') },
    ],
    ['cancel all reminders', 'reminder_delete which="all"'],
    ['delete all of my reminders', 'reminder_delete which="all"', { dialogue: at('note', undefined, 'shown') }],
    ['remind me to 🎂 bake for Zoë 🎈 at 5pm', 'reminder_create text="🎂 bake for Zoë 🎈" when="at 5pm"'],
    ['remind me to read *this page* at 5pm', 'reminder_create text="read *this page*" when="at 5pm"'],
    ['remind me at 5pm to bake a big cake 🎂', 'reminder_create text="bake a big cake 🎂" when="at 5pm"'],
    ['delete this', 'reminder_delete which="r-plants"', { repliesTo: said('⏰ water the plants') }],
    ['snooze', 'reminder_snooze which="r-plants"', { repliesTo: said('⏰ water the plants') }],
    ['delete it', '', { repliesTo: said('the weather is fine'), dialogue: at('reminder', 'r-mum') }],
    [
      'remind me of this tomorrow at 9',
      'reminder_create text="the boiler man comes" when="tomorrow at 9" lead="about"',
      { repliesTo: { text: 'the boiler man comes', isOwn: true } },
    ],
    ['remind me of this tomorrow at 9', '', { repliesTo: said('the boiler man comes') }],
    [
      'note this',
      'note_save text="the boiler man comes"',
      { repliesTo: { text: 'the boiler man comes', isOwn: true } },
    ],
    ['skip the next water the plants', 'reminder_complete which="r-plants" ahead=true'],
    ['skip water the plants on Friday', 'reminder_complete which="r-plants" ahead=true day="Friday"'],
    ['skip water the plants tomorrow', 'reminder_complete which="r-plants" ahead=true day="tomorrow"'],
  ],
  'timers and alarms': [
    ['set a timer for 10 minutes', 'reminder_create text="timer (10 minutes)" lead="about" when="in 10 minutes"'],
    ['start a 25-minute timer', 'reminder_create text="timer (25 minute)" lead="about" when="in 25 minute"'],
    [
      'set a timer for 10 minutes for the pasta',
      'reminder_create text="timer: the pasta" lead="about" when="in 10 minutes"',
    ],
    ['timer 5 minutes', 'reminder_create text="timer (5 minutes)" lead="about" when="in 5 minutes"'],
    ['set an alarm for 6:30', 'reminder_create text="alarm" lead="about" when="6:30" waking=true'],
    ['set an alarm', 'reminder_create text="alarm" lead="about"'],
    ['wake me up at 7', 'reminder_create text="wake up" when="at 7" waking=true'],
    ['wake me up at 7 tomorrow', 'reminder_create text="wake up" when="at 7 tomorrow" waking=true'],
  ],
  notes: [
    ['note: the spare key is under the mat', 'note_save text="the spare key is under the mat"'],
    ['note that Bob called', 'note_save text="Bob called"'],
    ['make a note: Call  "Bob" (re: 50% off!) :)', 'note_save text="Call  \\"Bob\\" (re: 50% off!) :)"'],
    ['take a note that the bus leaves at 9', 'note_save text="the bus leaves at 9"'],
    ['write down the gate code 4711', 'note_save text="the gate code 4711"'],
    ['note to self: buy a lamp', 'note_save text="buy a lamp"'],
    ['note:\nshopping\n- eggs\n- milk', 'note_save text="shopping\\n- eggs\\n- milk"'],
    ['take a note', 'note_save text=""'],
    ['find my notes about the boiler', 'note_search query="the boiler"'],
    ['what did I note about Ana?', 'note_search query="Ana"'],
    ['search my notes for passport', 'note_search query="passport"'],
    ["what's my locker number?", 'note_recall query="locker number" own=true'],
    ['where is the spare key?', 'note_recall query="spare key" own=true'],
    ['show my notes', 'note_list'],
    ['show my notes tagged work', 'note_list tag="work"'],
    ['show my #work notes', 'note_list tag="#work"'],
    ['show the note about the vet', 'note_get which="n-vet"'],
    ['vet number', 'note_get which="n-vet"'],
    ['show note 2', 'note_get which="2"'],
    ['change the note about the vet to say closed', 'note_edit which="n-vet" text="closed"'],
    ['add open till 6 to the note about the vet', 'note_edit which="n-vet" append="open till 6"'],
    ['delete the vet note', 'note_delete which="n-vet"'],
    ['delete the wifi password', 'note_delete which="n-wifi"'],
    ['delete all my notes', 'note_delete which="all"'],
  ],
  lists: [
    ['add milk to my shopping list', 'note_item which="shopping list" add="milk" make="shopping list"'],
    ['put candles and cake on the party list', 'note_item which="party list" add="candles and cake" make="party list"'],
    ['take milk off the shopping list', 'note_item which="shopping list" remove="milk"'],
    ["what's on my shopping list?", 'note_get which="shopping list" named=true'],
    ['show the shopping list', 'note_get which="shopping list" named=true'],
    ['make a packing list: socks, charger', 'note_save text="packing list: socks, charger"'],
    ['create a packing list', 'note_save text="packing list:"'],
    ['delete the shopping list', 'note_delete which="n-shop"'],
    ['and milk', 'note_item which="n-shop" add="milk"', { dialogue: shopping }],
    ['milk too', 'note_item which="n-shop" add="milk"', { dialogue: shopping }],
    ['and milk', '', {}],
    ['put milk on it as well', 'note_item which="n-shop" add="milk"', { dialogue: shopping }],
    ['put milk on there too', 'note_item which="n-shop" add="milk"', { dialogue: shopping }],
    ['add milk to my shopping', 'note_item which="n-shop" add="milk"', {}],
    ['remove the bread', 'note_item which="n-shop" remove="the bread"', { dialogue: shopping }],
    ['remove the butter', '', { dialogue: shopping }],
    ['delete the bread', '', {}],
    ["what's on it now?", 'note_get which="n-shop"', { dialogue: shopping }],
    ['start a list of books to read: Stoner, Emma', 'note_save text="books to read list: Stoner, Emma"'],
  ],
  memory: [
    ["remember I'm allergic to nuts", 'memory_save text="I\'m allergic to nuts" type="fact"'],
    ['remember that I love olives', 'memory_save text="I love olives" type="preference"'],
    ['what do you know about me?', 'memory_about what="me"'],
    ['what do you remember about my sister?', 'memory_about what="my sister"'],
    ['show my memories', 'memory_list'],
    ["forget that I'm allergic to nuts", 'memory_delete which="m-nuts"'],
    ["don't remember that", 'memory_ignore'],
    ['my spot is 114, please remember that', 'memory_save text="my spot is 114" type="fact"'],
    ['please remember that', '', {}],
  ],
  'schedules and the briefing': [
    ['schedule a daily briefing at 7:30', 'routine_switch name="briefing" on=true when="every day at 7:30"'],
    ['turn on the briefing', 'routine_switch name="briefing" on=true'],
    ['send me the briefing every weekday at 8', 'routine_switch name="briefing" on=true when="every weekday at 8"'],
    ['turn the briefing off', 'routine_switch name="briefing" on=false'],
    ['show me the briefing', 'routine_show name="briefing"'],
    ['turn on the weekly review', 'routine_switch name="weekly-review" on=true'],
    ['every Friday at 4pm run weekly-review', 'schedule_create run="weekly-review" when="every Friday at 4pm"'],
    [
      'schedule a look at my tasks every Monday at 9',
      'schedule_create prompt="a look at my tasks" when="every Monday at 9"',
    ],
    ['show my schedules', 'schedule_list'],
    ['pause the agenda schedule', 'schedule_switch name="s-agenda" on=false'],
    ['turn the agenda schedule on', 'schedule_switch name="s-agenda" on=true'],
    ['run the agenda schedule now', 'scheduler_run_now name="s-agenda"'],
    ['delete the agenda schedule', 'schedule_delete which="s-agenda"'],
  ],
  tasks: [
    [
      'new task plan the party: find a date; write the invitations',
      'task_create title="plan the party" steps=["find a date","write the invitations"] by="person"',
    ],
    ['show my tasks', 'task_status'],
    ['what is next in the party task?', 'task_status which="t-party"'],
    ['step done', 'task_advance'],
    ['step done in the party task', 'task_advance which="t-party"'],
    ['cancel the party task', 'task_cancel which="t-party"'],
  ],
  'time, dates, quiet hours, weather': [
    ['what time is it?', 'time_in'],
    ['what time is it in Tokyo?', 'time_in place="Tokyo"'],
    ["what's the date?", 'time_in'],
    ['what day is 3 May?', 'date_of date="3 May" ask="weekday"'],
    ['how many days until 24 December?', 'date_of date="24 December" ask="until"'],
    ['what week is it?', 'date_of date="today" ask="week"'],
    ['set my time zone to Berlin', 'timezone_set zone="Berlin"'],
    ["I'm in Tokyo now", 'timezone_set zone="Tokyo"'],
    ['what is my time zone?', 'timezone_show'],
    ['set quiet hours from 10pm to 7am', 'quiet_hours_set hours="10pm to 7am"'],
    ['turn off my quiet hours', 'quiet_hours_set hours="off"'],
    ['what are my quiet hours?', 'quiet_hours_show'],
    ["what's the weather in Oslo tomorrow?", 'weather place="Oslo" when="tomorrow"'],
    ['weather', 'weather'],
    ['will it rain on Sunday?', 'weather when="on Sunday"'],
  ],
  'help and the rest': [
    ['help', 'help'],
    ['what can you do?', 'help'],
    ['Was kannst du?', 'help'],
    ['Hallo!', 'smalltalk kind="hello"'],
    ['undo', 'undo'],
    ['never mind', 'question_drop'],
    ['forget it', 'question_drop', { dialogue: at('memory', 'm-nuts') }],
    ['run the doctor', 'doctor_diagnose'],
    ['hello', 'smalltalk kind="hello"'],
    ['hi coda 👋', 'smalltalk kind="hello"'],
    ['hi coda!', 'smalltalk kind="hello"'],
    ['thank you', 'smalltalk kind="thanks"'],
    ['who are you?', 'smalltalk kind="who"'],
  ],
  'several requests': [
    [
      'remind me to call mum at 5pm and remind me to buy milk at 6pm',
      'reminder_create text="call mum" when="at 5pm" + reminder_create text="buy milk" when="at 6pm"',
    ],
    ['note: Bob called; what time is it?', 'note_save text="Bob called" + time_in'],
    [
      'remind me to call mum at 5pm. Delete the milk reminder.',
      'reminder_create text="call mum" when="at 5pm" + reminder_delete which="r-milk"',
    ],
    ['delete the milk reminder\nshow my notes', 'reminder_delete which="r-milk" + note_list'],
    ['remind me to wash and dry the car at 5pm', 'reminder_create text="wash and dry the car" when="at 5pm"'],
    ['the vet rang. Delete the milk reminder.', 'reminder_delete which="r-milk"'],
    ['the party is over, step done', 'task_advance'],
    ['if the vet rings, delete the milk reminder', '', {}],
    ['if the vet rings, step done', '', {}],
    ['note that milk is out and bread too', 'note_save text="milk is out and bread too"'],
  ],
};

describe.each(Object.entries(ROWS))('%s', (_, rows) => {
  test.each(rows.map(([say, calls, hearing]) => [say, { calls, hearing }] as const))('%s', async (say, row) => {
    const heard = await hear(say, row.hearing);
    expect(lineOf(heard), heard.text).toBe(row.calls);
  });
});

/** Words that are near a request and no sure one: nothing is called, and what may be meant is offered. */
const OFFERED: readonly (readonly [say: string, ...labels: string[]])[] = [
  ['I rang the vet, so delete the milk reminder', 'Delete: “buy oat milk”'],
  ['momo likes fish', 'Keep a note: “momo likes fish”', 'Remember: “momo likes fish”'],
  ['dentist tomorrow at 3pm', 'Set a reminder: “dentist”, tomorrow at 3pm'],
  ['remind me to prepare for Monday', 'Set a reminder: “prepare for Monday”'],
  ['remind me to call mum tomorrow at 9 about the rent', 'Set a reminder: “call mum about the rent”, tomorrow at 9'],
  ['remind me to watch the 9am news at 8', 'Set a reminder: “watch the 9am news”, at 8'],
  ['remind me to book a table for 4 at 7pm', 'Set a reminder: “book a table for 4”, at 7pm'],
  [
    'remind me to email Ann and note down her answer tomorrow at 9',
    'Set a reminder: “email Ann and note down her answer”, tomorrow at 9',
  ],
  ['remember my flight is on Friday at 9', 'Remember: “my flight is on Friday at 9”'],
  ['delete the call', 'call mum'],
];

test.each(OFFERED)('%s', async (say, ...labels) => {
  const things = {
    reminder: [
      { id: 'a', text: 'call mum' },
      { id: 'b', text: 'call Bob' },
    ],
  };
  const { calls, choices = [] } = await hear(say, say.startsWith('delete') ? { things } : {});
  expect(calls).toEqual([]);
  expect(choices.map(({ label }) => label)).toEqual(expect.arrayContaining(labels));
  expect(choices.length).toBeLessThanOrEqual(3);
});

test.each([
  ["what's 15% of 240", '15% of 240 = 36'],
  ['what is (3.5 + 2) / 4?', '(3.5 + 2) / 4 = 1.375'],
  ['12 plus 3 times 4', '12 plus 3 times 4 = 24'],
  ['how much is 1,200 minus 300', '1,200 minus 300 = 900'],
  ['stop', 'Nothing is running here.'],
  ['delete the note about bananas', 'I find no note for “the note about bananas”.'],
  ['how do I add a model?', /System → Add → Language model/],
  ['how do I connect discord?', /card for each platform/],
  ['what’s my name?', 'You are Ana here.'],
  ['write me a haiku', /^That needs a model: .*Ollama/],
  ['delete both', /^I did not understand that\./],
])('%s is answered without a tool', async (say, answer) => {
  const { calls, text } = await hear(say);
  expect(calls).toEqual([]);
  expect(text).toMatch(answer);
});

test('where no page runs, none is named: the terminal and the file are', async () => {
  for (const say of ['how do I add a model?', 'how do I connect discord?']) {
    const { text } = await hear(say, { hasPage: false });
    expect(text).not.toMatch(/page|System/);
    expect(text).toMatch(/coda init.*config\/config\.yaml/);
  }
});

describe('the open question', () => {
  const asked = (slot: string) => ({
    question: { kind: 'slot' as const, call: { tool: 'reminder_create', input: { text: 'call mum' } }, slot, at: '' },
  });

  test.each(['tomorrow at 9', 'at 5', '5', '20 minutes', 'every Monday at 8.'])(
    '"when?" is answered by "%s"',
    async (say) => {
      const { calls } = await hear(say, { dialogue: asked('when') });
      expect(calls).toEqual([{ tool: 'reminder_create', input: { text: 'call mum', when: expect.any(String) } }]);
    },
  );

  test.each(['I am not sure', 'Bob is a friend', 'what?'])('"when?" is not answered by "%s"', async (say) => {
    expect((await hear(say, { dialogue: asked('when') })).calls).toEqual([]);
  });

  test('any words answer "what?", but for a request', async () => {
    const dialogue = asked('text');
    expect(lineOf(await hear('the boiler man', { dialogue }))).toBe('reminder_create text="the boiler man"');
    expect(lineOf(await hear('show my notes', { dialogue }))).toBe('note_list');
    expect(lineOf(await hear('never mind', { dialogue }))).toBe('question_drop');
  });
});

test.each(capabilities.flatMap(({ frames }) => frames.map((frame) => [frame.example, frame] as const)))(
  'the example “%s” is not misread',
  async (example, frame) => {
    const things = {
      reminder: [
        { id: 'a', text: 'the dentist' },
        { id: 'b', text: 'team meeting' },
      ],
      note: [
        { id: 'c', text: 'the vet is in Mill Lane' },
        { id: 'd', text: 'cake: flour' },
      ],
      memory: [
        { id: 'e', text: "I'm allergic to nuts" },
        { id: 'h', text: "my sister's birthday is 3 May" },
      ],
      schedule: [{ id: 'f', text: 'a look at my open tasks' }],
      task: [{ id: 'g', text: 'plan the party' }],
    };
    const dialogue =
      frame.among !== undefined
        ? { topic: { ...at('note', 'd').topic, text: 'shopping list: milk' } as Topic }
        : frame.isAtHand
          ? at('reminder', 'a')
          : {};
    const { calls, text, choices } = await hear(example, { things, dialogue });
    expect(choices).toBeUndefined();
    if (frame.tool === undefined) expect(text).toBeDefined();
    else expect(calls.map(({ tool }) => tool)).toEqual([frame.tool]);
  },
);
