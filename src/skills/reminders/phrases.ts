import type { Phrase } from '../../agent/index.ts';
import { parseDuration } from '../../time/index.ts';
import {
  about,
  create,
  createAt,
  editWhen,
  isName,
  isPutOff,
  isTime,
  list,
  remind,
  snooze,
  snoozeOf,
} from './hearing.ts';

const A_REMINDER = '(a|an|another|one) [new|quick|little|friendly|short] (reminder|alarm|alert|notification)';
const NAMED = '(reminder|reminders|alarm)';
const MINE = '[pending|open|upcoming|current|active|outstanding|scheduled|next]';

const creating: Phrase[] = [
  {
    pattern: 'remind me {rest}',
    example: 'remind me to call Bob tomorrow at 9',
    call: ({ rest = '' }) => remind(rest),
  },
  {
    pattern: '{when} remind me {rest}',
    example: 'in 2 hours remind me to check the oven',
    call: ({ when = '', rest = '' }) => (isTime(when) && !isTime(rest) ? withWhen(rest, when) : undefined),
  },
  {
    pattern: `(set|create|make|add|schedule|set up|put in|give me|get me) [me] ${A_REMINDER} {rest}`,
    example: 'set a reminder to water the plants every Monday at 8',
    call: ({ rest = '' }) =>
      remind(rest.replace(/^(?:for me )?(?:for|at|:)\s+(?=\S)/i, (lead) => (/^at/i.test(lead) ? lead : ''))),
  },
  {
    pattern: `(set|create|make|add|schedule|set up|put in|give me|get me) [me] ${A_REMINDER} (for|at|on) {when} (to|about|that|saying|called|regarding) {text}`,
    example: 'set a reminder for 5pm to call Bob',
    call: ({ when = '', text = '' }) => createAt(/^\d/.test(when) ? `at ${when}` : when, text) ?? createAt(when, text),
  },
  {
    pattern: `(set|create|make|add|schedule) [me] ${A_REMINDER}`,
    example: 'set a reminder',
    call: () => create('', undefined),
  },
  {
    pattern: '(reminder|new reminder|add reminder|set reminder|create reminder) {rest}',
    example: 'reminder: pay the rent on Friday',
    call: ({ rest = '' }) => remind(rest.replace(/^(?:for|:)\s+/i, ''), { needsTime: true }),
  },
  {
    pattern: '(reminder:|new reminder:) {rest}',
    example: 'reminder: buy stamps',
    call: ({ rest = '' }) => remind(rest),
  },
  {
    pattern: '(ping|nudge|poke|buzz|bug|beep) me {rest}',
    example: 'ping me in 10 minutes to check the oven',
    call: ({ rest = '' }) => remind(rest, { fallback: 'ping', needsTime: true }),
  },
  {
    pattern: '(alert|notify|message|text|warn|prompt) me {rest}',
    example: 'notify me at 6 about the meeting',
    call: ({ rest = '' }) => remind(rest, { needsTime: true }),
  },
  {
    pattern: '(tell|ask) me to {rest}',
    example: 'tell me to stretch in an hour',
    call: ({ rest = '' }) => remind(`to ${rest}`, { needsTime: true }),
  },
  {
    pattern: 'tell me {when} to {text}',
    example: 'tell me at 5 to leave',
    call: ({ when = '', text = '' }) => createAt(when, text),
  },
  {
    pattern: "(don't|do not|never) let me forget {rest}",
    example: "don't let me forget to call mum tomorrow",
    call: ({ rest = '' }) => remind(rest),
  },
  {
    pattern: "make sure [that] i (don't|do not) forget {rest}",
    example: "make sure I don't forget to send the invoice on Friday",
    call: ({ rest = '' }) => remind(rest),
  },
  {
    pattern: 'make sure [that] i {rest}',
    example: 'make sure I take my pills at 8pm',
    call: ({ rest = '' }) => remind(`to ${rest}`, { needsTime: true }),
  },
  {
    pattern: 'remember to {rest}',
    example: 'remember to renew the passport next Monday',
    call: ({ rest = '' }) => remind(`to ${rest}`),
  },
  {
    pattern: "(i need|i want|i'd like|i would like|can i get|can i have|could i get|could i have) a reminder {rest}",
    example: 'I need a reminder to pay rent on Friday',
    call: ({ rest = '' }) => remind(rest.replace(/^for\s+/i, '')),
  },
  {
    pattern: "(i need|i want|i'd like|i would like) to be reminded {rest}",
    example: 'I want to be reminded to drink water every day at 10',
    call: ({ rest = '' }) => remind(rest),
  },
  {
    pattern:
      'i (have to|need to|must|should|gotta|ought to) {rest} (remind me|so remind me|and remind me|but remind me)',
    example: 'I have to leave at 5, remind me',
    call: ({ rest = '' }) => remind(`to ${rest}`, { needsTime: true }),
  },
  {
    pattern: '(wake|get) me [up] {when}',
    example: 'wake me at 7',
    call: ({ when = '' }) => createAt(when, 'wake up'),
  },
  {
    pattern: '(set|make|create|add) (an|a|my) alarm (for|at) {when}',
    example: 'set an alarm for 6:30',
    call: ({ when = '' }) => createAt(/^\d/.test(when) ? `at ${when}` : when, 'alarm') ?? createAt(when, 'alarm'),
  },
  {
    pattern: '(set|start|make|run) (a|the) timer for {length}',
    example: 'set a timer for 10 minutes',
    call: ({ length = '' }) => timer(length),
  },
  {
    pattern: '(set|start|make|run) (a|an) {length} timer',
    example: 'start a 25 minute timer',
    call: ({ length = '' }) => timer(length.replace(/-/g, ' ')),
  },
  {
    pattern: 'timer [for] {length}',
    example: 'timer 5 minutes',
    call: ({ length = '' }) => timer(length),
  },
];

function withWhen(rest: string, when: string) {
  const call = remind(rest);
  return call && !('when' in call.input) ? { ...call, input: { ...call.input, when } } : undefined;
}

function timer(length: string) {
  return parseDuration(length) === undefined ? undefined : create(`timer (${length})`, `in ${length}`);
}

const listing: Phrase[] = [
  {
    pattern: `(what are|whats|what is|what were) [all] [of] my ${MINE} (reminders|alarms|tasks|to-dos|todos)`,
    example: 'what are my reminders?',
    call: () => list(),
  },
  {
    pattern: `(show|list|give|display|read|see|view|check|get|pull up|bring up|read out|tell) [me] [all] [of] [my|the] ${MINE} (reminders|alarms|to-dos|todos)`,
    example: 'show me my reminders',
    call: () => list(),
  },
  {
    pattern: `(show|list|give|display|read|see|view|check|get|tell) [me] [all] [of] [my|the] ${MINE} reminders (for|on|due|of) {day}`,
    example: 'show my reminders for tomorrow',
    call: ({ day = '' }) => list(day),
  },
  {
    pattern: `[all] [my] ${MINE} reminders`,
    example: 'my reminders',
    call: () => list(),
  },
  {
    pattern: '[any|my] reminders [for|on|due] {day}',
    example: 'any reminders for tomorrow?',
    call: ({ day = '' }) => list(day),
  },
  {
    pattern: 'any [pending|open|upcoming|outstanding] (reminders|alarms)',
    example: 'any pending reminders?',
    call: () => list(),
  },
  {
    pattern: `(what|which) [${'pending|open|upcoming'}] reminders (do i have|have i got|have i set|did i set|are there|are pending|are set|are open|are coming up|are due|are left|are still open|are on)`,
    example: 'which reminders do I have?',
    call: () => list(),
  },
  {
    pattern: '(what|which|how many) reminders (do i have|are due|are there|have i got) [for|on] {day}',
    example: 'what reminders do I have today?',
    call: ({ day = '' }) => list(day),
  },
  {
    pattern: `(do i have|have i got|are there|have i) [got] [any|some] ${MINE} reminders`,
    example: 'do I have any reminders?',
    call: () => list(),
  },
  {
    pattern: `(do i have|have i got|are there) [any] ${MINE} reminders [set|due] [for|on] {day}`,
    example: 'do I have any reminders for Friday?',
    call: ({ day = '' }) => list(day),
  },
  {
    pattern: 'how many reminders (do i have|have i got|are there|are pending|are open|have i set) [left|open]',
    example: 'how many reminders do I have?',
    call: () => list(),
  },
  {
    pattern:
      "what's (coming up|next|due|pending|outstanding|up next|still open|left to do|on my list|on my plate|on my agenda|on the agenda|on my schedule)",
    example: "what's coming up?",
    call: () => list(),
  },
  {
    pattern: 'what is (coming up|due|pending|on my list|on my plate|on my agenda|on the agenda)',
    example: 'what is on my agenda?',
    call: () => list(),
  },
  {
    pattern:
      "(what's|what is) (coming up|due|on|up|planned|scheduled|happening|on my list|on my plate|on my agenda|on the agenda) [for|on] {day}",
    example: "what's due tomorrow?",
    call: ({ day = '' }) => list(day),
  },
  {
    pattern:
      '(anything|something|is anything|is there anything|do i have anything|have i got anything) (due|coming up|planned|scheduled|on|pending|on my list|to do) {day}',
    example: 'anything due today?',
    call: ({ day = '' }) => list(day),
  },
  {
    pattern:
      '(anything|is anything|is there anything|do i have anything) (due|coming up|planned|scheduled|pending|on my list)',
    example: 'is anything coming up?',
    call: () => list(),
  },
  {
    pattern: 'what do i (have|need) (to do|on|planned|coming up|scheduled) [for|on] {day}',
    example: 'what do I have to do today?',
    call: ({ day = '' }) => list(day),
  },
  {
    pattern: 'what do i have {day}',
    example: 'what do I have tomorrow?',
    call: ({ day = '' }) => list(day),
  },
  {
    pattern:
      'what (will you|are you going to|are you gonna|should you|do you have to|have you got to) remind me (of|about)',
    example: 'what are you going to remind me about?',
    call: () => list(),
  },
  {
    pattern:
      '(what|which) [of my] reminders (have i|did i) [already] (completed|complete|finished|finish|done|tick off|ticked off|do)',
    example: 'which reminders have I completed?',
    call: () => list('', 'completed'),
  },
  {
    pattern: '(show|list|give|see|what are|view) [me] [all] [of] [my|the] (completed|done|finished|old|past) reminders',
    example: 'show my completed reminders',
    call: () => list('', 'completed'),
  },
  {
    pattern:
      '(show|list|give) [me] [all] [of] [my|the] reminders (including|with|even) [the] (completed|done|finished) [ones]',
    example: 'list all my reminders including completed ones',
    call: () => list('', 'all'),
  },
];

const ACTED =
  'bought|got|called|phoned|rang|emailed|paid|sent|took|fed|watered|finished|completed|did|booked|cleaned|washed|submitted|picked up|dropped off|took out|mailed|posted|returned|renewed';

const completing: Phrase[] = [
  {
    pattern:
      "(done|completed|finished|did it|i did it|did that|i did that|i've done it|i've done that|that's done|it's done|that is done|it is done|i have done it|i already did it|i already did that|already done|got it done|all done)",
    example: 'done',
    call: () => about('reminder_complete', ''),
  },
  {
    pattern: "[i'm|i am] [all] (done|finished) with {which}",
    example: 'done with milk',
    call: ({ which = '' }) => about('reminder_complete', which),
  },
  {
    pattern: `(complete|finish) {which} ${NAMED}`,
    example: 'complete the milk reminder',
    call: ({ which = '' }) => about('reminder_complete', which),
  },
  {
    pattern: '(complete|done:|finished:|completed:) {which}',
    example: 'complete milk',
    call: ({ which = '' }) => about('reminder_complete', which),
  },
  {
    pattern: '(mark|set|flag|count|log) {which} [as|to] (done|complete|completed|finished)',
    example: 'mark the rent as done',
    call: ({ which = '' }) => about('reminder_complete', which),
  },
  {
    pattern: '(tick|check|cross|strike|mark) off {which}',
    example: 'tick off milk',
    call: ({ which = '' }) => about('reminder_complete', which.replace(/\s+(?:off|from) (?:the|my) list$/i, '')),
  },
  {
    pattern: '(tick|check|cross|strike|mark) {which} off [of|from] [my list|the list]',
    example: 'cross milk off my list',
    call: ({ which = '' }) => about('reminder_complete', which),
  },
  {
    pattern:
      '{which} (is done|is finished|is complete|is completed|is taken care of|has been done|is handled|is sorted)',
    example: 'the laundry is done',
    call: ({ which = '' }) => (isName(which, 4) ? about('reminder_complete', which) : undefined),
  },
  {
    pattern: '{which} done',
    example: 'milk: done',
    call: ({ which = '' }) =>
      isName(which, 3) && !/\b(?:is|are|be|get|got|was|have|has|when|well|to)\b/i.test(which)
        ? about('reminder_complete', which)
        : undefined,
  },
  {
    pattern: `(i|i've|i have|i just|i already|i've just|i've already|just|already) (${ACTED}) {which}`,
    example: 'I bought the milk',
    call: ({ which = '' }) => (isName(which, 4) ? about('reminder_complete', which) : undefined),
  },
];

const snoozing: Phrase[] = [
  {
    pattern:
      '(snooze|snooze it|snooze that|snooze this|snooze please|later|remind me later|remind me again|remind me again later|ask me later|ask again later|in a bit|remind me in a bit)',
    example: 'snooze',
    call: () => snoozeOf(''),
  },
  {
    pattern: 'snooze {rest}',
    example: 'snooze that 10 minutes',
    call: ({ rest = '' }) => snooze(rest),
  },
  {
    pattern: '(remind me|ping me|tell me|ask me|nudge me|ask|try) again {when}',
    example: 'remind me again in an hour',
    call: ({ when = '' }) => snoozeOf('', when),
  },
  {
    pattern: '(remind me|ping me|nudge me) (about|of) (it|that|this) again {when}',
    example: 'remind me about it again tomorrow',
    call: ({ when = '' }) => snoozeOf('', when),
  },
  {
    pattern: '(remind me|ping me|nudge me) (about|of) (it|that|this) {when}',
    example: 'remind me about that in 20 minutes',
    call: ({ when = '' }) => snoozeOf('', when.replace(/\s+instead$/i, '')),
  },
  {
    pattern: 'give me {length}',
    example: 'give me 10 minutes',
    call: ({ length = '' }) => snoozeLength(length),
  },
  {
    pattern: '{length} more (minutes|mins|min|hours|hour|minute)',
    example: '5 more minutes',
    call: ({ length = '' }) => (/^\d{1,3}$/.test(length) ? snoozeOf('', `${length} minutes`) : undefined),
  },
  {
    pattern: 'another {length}',
    example: 'another half an hour',
    call: ({ length = '' }) => snoozeLength(length),
  },
  {
    pattern:
      '(push|delay|postpone|defer|bump|put off|push back|hold|hold off) {which} [back] (to|until|till|til|for|by) {when}',
    example: 'push it to tomorrow',
    call: ({ which = '', when = '' }) => snoozeOf(which.replace(/\s+(?:back|off)$/i, ''), when),
  },
  {
    pattern: '(put|push|hold) {which} (off|back) (to|until|till|til|for|by) {when}',
    example: 'put the laundry off until tonight',
    call: ({ which = '', when = '' }) => snoozeOf(which, when),
  },
  {
    pattern: '(delay|postpone|defer|push back|put off) {which}',
    example: 'postpone that an hour',
    call: ({ which = '' }) => snooze(which),
  },
];

function snoozeLength(length: string) {
  const words = length.replace(/^another\s+/i, '').replace(/\s+more\b/i, '');
  return isPutOff(words) && parseDuration(words) !== undefined ? snoozeOf('', words) : undefined;
}

const changing: Phrase[] = [
  {
    pattern: '(move|reschedule|change|shift|switch|set|update) {which} (to|for|until) {when}',
    example: 'move the dentist to Friday 3pm',
    call: ({ which = '', when = '' }) => editWhen(which, when),
  },
  {
    pattern: '(change|move|set|update) the time (of|for|on) {which} to {when}',
    example: 'change the time of the dentist reminder to 4pm',
    call: ({ which = '', when = '' }) => editWhen(which, when),
  },
  {
    pattern: '[actually] (make|change) (it|that) [to|for|at] {when}',
    example: 'make it 6pm instead',
    call: ({ when = '' }) => editWhen('', when),
  },
  {
    pattern: '(change|edit|update|rename|reword|rephrase) {which} to (say|read) {text}',
    example: 'change the milk reminder to say buy oat milk',
    call: ({ which = '', text = '' }) => about('reminder_edit', which, { text }),
  },
  {
    pattern: '(rename|reword|rephrase) {which} (to|as) {text}',
    example: 'rename the milk reminder to buy oat milk',
    call: ({ which = '', text = '' }) => about('reminder_edit', which, { text }),
  },
  {
    pattern: '(change|edit|update) the (text|wording) of {which} to {text}',
    example: 'change the text of the milk reminder to buy oat milk',
    call: ({ which = '', text = '' }) => about('reminder_edit', which, { text }),
  },
];

const REMOVE = '(cancel|delete|remove|drop|scrap|clear|erase|discard|get rid of|kill|stop|turn off|end|dismiss)';

const deleting: Phrase[] = [
  {
    pattern: `${REMOVE} [the|my|that|this] {which} ${NAMED}`,
    example: 'cancel the milk reminder',
    call: ({ which = '' }) => removal(which),
  },
  {
    pattern: `${REMOVE} [the|my|that|this] reminder (about|to|for|of|on|that says|called|with) {which}`,
    example: 'delete the reminder about the dentist',
    call: ({ which = '' }) => removal(which),
  },
  {
    pattern:
      '(cancel|delete|remove|scrap|erase|discard|get rid of) (that|this|it|that one|this one|that reminder|this reminder|the reminder|the last reminder|my last reminder)',
    example: 'cancel that',
    call: () => removal(''),
  },
  {
    pattern: `${REMOVE} (reminder|reminder number|number|reminder no|alarm) {which}`,
    example: 'delete reminder 2',
    call: ({ which = '' }) =>
      /^#?\d{1,3}$/.test(which) || /^[2-9a-hjkmnp-z]{5}$/.test(which) ? removal(which) : undefined,
  },
  {
    pattern: '(cancel|delete|remove|scrap|erase) the {which} one',
    example: 'delete the first one',
    call: ({ which = '' }) => (/^(?:first|second|third|fourth|fifth|last)$/i.test(which) ? removal(which) : undefined),
  },
  {
    pattern:
      '(forget|forget about|never mind|nevermind|never mind about|nevermind about|skip) [the|my|that] {which} (reminder|alarm)',
    example: 'forget about the milk reminder',
    call: ({ which = '' }) => removal(which),
  },
  {
    pattern: '(stop|quit) reminding me (about|to|of) {which}',
    example: 'stop reminding me about the gym',
    call: ({ which = '' }) => removal(which),
  },
  {
    pattern:
      "i (no longer need|don't need|do not need) (the|my|that) {which} (reminder|reminder anymore|reminder any more|alarm|alarm anymore)",
    example: "I don't need the milk reminder anymore",
    call: ({ which = '' }) => removal(which),
  },
];

function removal(which: string) {
  return /^(?:a|an|any|every|each|all|all my|all the|all of my)$/i.test(which)
    ? undefined
    : about('reminder_delete', which);
}

/** What people say to set, see and change reminders. */
export const phrases: Phrase[] = [...creating, ...listing, ...completing, ...snoozing, ...changing, ...deleting];
