import { type Call, type Phrase, REMOVE, type Topic } from '../../agent/index.ts';
import { pattern } from '../../base/pattern.ts';
import { parseWhen, splitTask, WEEKDAY } from '../../time/index.ts';

/** Verbs of what coda can do by itself; "remind" and "note" are others' words. */
const DEEDS = [
  'send me',
  'give me',
  'show me',
  'tell me',
  'ask me',
  'brief me',
  'run',
  'do',
  'check',
  'look up',
  'find out',
  'summarise',
  'summarize',
  'prepare',
  'write',
  'draft',
  'post',
  'read me',
  'list',
  'search',
  'review',
  'wish me',
] as const;

const AGAIN = pattern.i`\b(?:every|each|daily|weekly|monthly|yearly|weekdays|weekends|fortnightly|hourly|${WEEKDAY}s)\b`;
const ANYWHERE = { now: new Date('2026-01-01T00:00:00Z'), zone: 'UTC' };
const LONGEST = 500;

/** What comes again and again; a single time where the deed is one that only coda can do. */
function isTime(words: string, once: boolean): boolean {
  if (words === '' || words.length > 200) return false;
  const when = parseWhen(words, ANYWHERE);
  const isRefused = when.kind === 'reject' && when.code !== 'NO_TIME' && when.code !== 'NOT_A_DATE';
  return when.kind === 'recurring' || (once && when.kind === 'once') || (isRefused && AGAIN.test(words));
}

/** What coda does of these by itself; "check the boiler" and "run the payroll" are the person's own to do. */
const OWN_WORK: Readonly<Record<string, RegExp>> = {
  check:
    /^(?:whether|if|for|on|that|what|how|when|who|where|https?:|\S+\.[a-z]{2,}\b|(?:the |my |our )?(?:\S+ ){0,2}(?:weather|forecast|news|headlines|traffic|prices?|rates?|stocks?|scores?|sites?|websites?|pages?|status|servers?|api|feeds?|notes?|reminders?|tasks?|agenda|schedule|briefing|web)\b)/i,
  run: /^(?:\/?[a-z][a-z0-9]*(?:-[a-z0-9]+)+|(?:the |my |a )?(?:\S+ ){0,2}(?:briefing|review|report|backup|script|skill|search|summary|agenda)\b)/i,
  do: /^(?:the |my |a )?(?:\S+ ){0,2}(?:briefing|review|search|summary|research|backup)\b/i,
  post: /^(?:an? |the )?(?:\S+ ){0,2}(?:summary|summaries|joke|quote|haiku|poem|headlines|news|weather|forecast|agenda|digest|question|message|greeting|standup)\b/i,
  write: /^(?:me )?an? (?!\d)/i,
};

const RUN = /^(?:run|do)$/;
const ROUTINES: readonly [RegExp, 'briefing' | 'weekly-review'][] = [
  [/^(?:(?:me|my|the|a) )*(?:daily |morning )?(?:briefing|brief)$/i, 'briefing'],
  [/^(?:(?:me|my|the|a) )*weekly[- ]review$/i, 'weekly-review'],
];
const routineOf = (words: string) => ROUTINES.find(([pattern]) => pattern.test(words.trim()))?.[1];

/** `verb` and what follows, at `when`: a routine, a skill by its name, or words. */
function plan(when: string, verb: string, rest: string): Call | undefined {
  const words = rest.replace(/[.!]+$/, '').trim();
  if (verb === 'brief me') return create(when, { run: 'briefing', title: 'daily briefing' });
  const routine = routineOf(words);
  if (routine)
    return create(when, { run: routine, title: routine === 'briefing' ? 'daily briefing' : 'weekly review' });
  // A reminder by another name.
  if (/^(?:tell me|ask me)$/.test(verb) && /^to\s/i.test(words)) return undefined;
  if (OWN_WORK[verb]?.test(words) === false) return undefined;
  if (RUN.test(verb) && /^\/?[a-z][a-z0-9]*(?:-[a-z0-9]+)+(?:\s|$)/i.test(words)) return create(when, { run: words });
  return words === '' ? undefined : create(when, { prompt: `${verb} ${words}` });
}

const create = (when: string, what: Record<string, string>): Call => ({
  tool: 'schedule_create',
  input: { when: when.trim(), ...what },
});

/** "every weekday at 8 send me my agenda" */
const before = (verb: string): Phrase => ({
  pattern: `{when} [please] ${verb} {rest}`,
  example: `every weekday at 8 ${verb} ${EXAMPLES[verb] ?? 'my agenda'}`,
  ...(verb === 'send me' && { shown: true }),
  call: ({ when = '', rest = '' }) =>
    isTime(when.replace(/[,:]\s*$/, ''), verb === 'ask me')
      ? plan(when.replace(/[,:]\s*$/, ''), verb, rest)
      : undefined,
});

/** "send me my agenda every weekday at 8" */
const behind = (verb: string): Phrase => ({
  pattern: `${verb} {rest}`,
  example: `${verb} ${EXAMPLES[verb] ?? 'my agenda'} every weekday at 8`,
  call({ rest = '' }) {
    if (rest.length > LONGEST || !AGAIN.test(rest)) return undefined;
    const split = splitTask(rest, ANYWHERE);
    const { when, task } = split.when !== undefined && split.task !== '' ? split : { when: rest, task: '' };
    if (when === undefined || !isTime(when, false) || (task === '' && verb !== 'brief me')) return undefined;
    return plan(when, verb, task);
  },
});

const EXAMPLES: Record<string, string> = {
  'ask me': 'how I slept',
  'tell me': 'what is new',
  'brief me': 'on my day',
  run: 'weekly-review',
  do: 'my weekly review',
  check: 'whether the site is up',
  'look up': 'the weather',
  'find out': 'who won',
  summarise: 'my notes',
  summarize: 'my notes',
  prepare: 'a meal plan',
  write: 'a haiku',
  draft: 'the report',
  post: 'a summary',
  'read me': 'the headlines',
  search: 'for cheap flights',
  review: 'my open tasks',
  'wish me': 'a good day',
};

const SCHEDULE = '(schedule|schedules|scheduled task|scheduled tasks|recurring tasks|automations)';
const NAMES: readonly [string, 'briefing' | 'weekly-review'][] = [
  ['daily briefing', 'briefing'],
  ['morning briefing', 'briefing'],
  ['briefing', 'briefing'],
  ['weekly review', 'weekly-review'],
  ['weekly-review', 'weekly-review'],
];
const routine = (name: 'briefing' | 'weekly-review', on: boolean, when?: string): Call => ({
  tool: 'routine_switch',
  input: { name, on, ...(when && { when: /\d|every|each/.test(when) ? when : `every ${when}` }) },
});

/** Switching the routines on and off, and seeing them now. */
const routines: Phrase[] = NAMES.flatMap(([words, name]): Phrase[] => [
  {
    pattern: `(turn on|switch on|enable|start|activate|i want|i would like|i'd like|set up) [the|my|a] ${words}`,
    example: `turn on the ${words}`,
    ...(words === 'daily briefing' && { shown: true }),
    call: () => routine(name, true),
  },
  {
    pattern: `(turn on|switch on|enable|start|activate|i want|i would like|i'd like|set up) [the|my|a] ${words} {when}`,
    example: `turn on the ${words} every day at 7`,
    call: ({ when = '' }) => {
      const words = /^(?:at|around) /i.test(when) ? `every ${name === 'briefing' ? 'day' : 'Friday'} ${when}` : when;
      return isTime(words, false) ? routine(name, true, words) : undefined;
    },
  },
  {
    pattern: `(turn|switch) [the|my] ${words} on [again]`,
    example: `turn the ${words} on`,
    call: () => routine(name, true),
  },
  {
    pattern: `(turn|switch) [the|my] ${words} off [again]`,
    example: `turn the ${words} off`,
    call: () => routine(name, false),
  },
  {
    pattern: `[the|my|a|good] ${words} {when}`,
    example: `${words} every day at 7`,
    call: ({ when = '' }) => (isTime(when, false) ? routine(name, true, when) : undefined),
  },
  {
    pattern: `(turn off|switch off|disable|stop|pause|no more) [sending] [me] [the|my] ${words}`,
    example: `turn off the ${words}`,
    call: () => routine(name, false),
  },
  {
    pattern: `(show|give|send|read|do|run|make) [me] [the|my|a|today's] ${words} [now|today|please]`,
    example: `show me my ${words}`,
    call: () => ({ tool: 'routine_show', input: { name } }),
  },
  {
    pattern: `[my|the] ${words} [please|now]`,
    example: `${words} please`,
    call: () => ({ tool: 'routine_show', input: { name } }),
  },
]);

const agenda: Phrase[] = [
  {
    pattern:
      "(send me|show me|give me|tell me|show|what's on|what is on) (my|today's|the) agenda [for today|today|please]",
    example: 'send me my agenda',
    call: () => ({ tool: 'routine_show', input: { name: 'briefing' } }),
  },
  {
    pattern:
      '(brief me|catch me up on my day|how does my day look|what does my day look like|start my day) [please|now|today]',
    example: 'what does my day look like?',
    call: () => ({ tool: 'routine_show', input: { name: 'briefing' } }),
  },
  {
    pattern: '(how was my week|review my week|wrap up my week|sum up my week|what happened this week)',
    example: 'how was my week?',
    call: () => ({ tool: 'routine_show', input: { name: 'weekly-review' } }),
  },
];

const which = (words: string, tool: string, more: Record<string, unknown> = {}): Call | undefined =>
  words.split(/\s+/).length > 8 ? undefined : { tool, input: { which: words, ...more } };

const managing: Phrase[] = [
  {
    pattern: `(show|list|see|display) [me] [all] [of] [my|the] ${SCHEDULE}`,
    example: 'show my schedules',
    call: () => ({ tool: 'schedule_list', input: {} }),
  },
  {
    pattern: `(what|which) [are|of] [my|the] ${SCHEDULE} [do i have|have i got|are there|are on]`,
    example: 'which schedules do I have?',
    call: () => ({ tool: 'schedule_list', input: {} }),
  },
  {
    pattern:
      '(what do you do by yourself|what do you do automatically|what runs by itself|what runs automatically|what have i scheduled|what is scheduled|what did i schedule)',
    example: 'what have I scheduled?',
    call: () => ({ tool: 'scheduler_list', input: {} }),
  },
  {
    pattern: `[my] ${SCHEDULE}`,
    example: 'my schedules',
    call: () => ({ tool: 'schedule_list', input: {} }),
  },
  {
    pattern: `(${REMOVE}) [the|my] (schedule|scheduled task|automation) {which}`,
    example: 'delete the schedule weekly-review',
    call: ({ which: words = '' }) => which(words, 'schedule_delete'),
  },
  {
    pattern: `(${REMOVE}) [the|my] {which} (schedule|scheduled task|automation)`,
    example: 'delete the agenda schedule',
    call: ({ which: words = '' }) => which(words, 'schedule_delete'),
  },
  {
    pattern: '(turn off|switch off|disable|pause|stop) [the|my] (schedule|scheduled task|automation) {which}',
    example: 'pause the schedule agenda',
    call: ({ which: name = '' }) => ({ tool: 'schedule_switch', input: { name, on: false } }),
  },
  {
    pattern: '(turn off|switch off|disable|pause|stop) [the|my] {which} (schedule|scheduled task|automation)',
    example: 'pause my agenda schedule',
    call: ({ which: name = '' }) => ({ tool: 'schedule_switch', input: { name, on: false } }),
  },
  {
    pattern: '(turn on|switch on|enable|resume|restart) [the|my] (schedule|scheduled task|automation) {which}',
    example: 'resume the schedule agenda',
    call: ({ which: name = '' }) => ({ tool: 'schedule_switch', input: { name, on: true } }),
  },
  {
    pattern: '(turn on|switch on|enable|resume|restart) [the|my] {which} (schedule|scheduled task|automation)',
    example: 'resume my agenda schedule',
    call: ({ which: name = '' }) => ({ tool: 'schedule_switch', input: { name, on: true } }),
  },
  {
    pattern: '(run|trigger|fire|execute) [the|my] (schedule|scheduled task|automation) {which} [now]',
    example: 'run the schedule agenda now',
    call: ({ which: name = '' }) => ({ tool: 'scheduler_run_now', input: { name: name.replace(/\s+now$/i, '') } }),
  },
  {
    pattern: '(change|move|reschedule|edit) [the|my] (schedule|scheduled task|automation) {which} (to|for) {when}',
    example: 'move the schedule agenda to every day at 9',
    call: ({ which: words = '', when = '' }) =>
      isTime(when, true) ? which(words, 'schedule_edit', { when }) : undefined,
  },
  {
    pattern: 'schedule {rest}',
    example: 'schedule a weekly review every Friday at 4pm',
    call({ rest = '' }) {
      if (rest.length > LONGEST) return undefined;
      const { when, task } = splitTask(rest, ANYWHERE);
      if (when === undefined || !isTime(when, true) || task === '') return undefined;
      // "Schedule a meeting tomorrow" is an entry in a calendar.
      if (!AGAIN.test(when)) return undefined;
      return plan(when, 'do', task.replace(/^to /i, ''));
    },
  },
];

const IT = '(it|that|this|that one|this one)';
/** By its title: whoever is asked sees which one is meant. */
function toggled(on: boolean, topic: Topic | undefined): Call | undefined {
  const name = topic?.text;
  const known = name && routineOf(name);
  if (known) return routine(known, on);
  return name ? { tool: 'schedule_switch', input: { name, on } } : undefined;
}

/** What people say of the schedule that was made or changed last. */
const following: Phrase[] = [
  {
    pattern: `(turn|switch) ${IT} off [again]`,
    example: 'turn that off',
    about: 'schedule',
    call: (_, topic) => toggled(false, topic),
  },
  {
    pattern: `(turn off|switch off|disable|pause|stop) ${IT} [for now]`,
    example: 'pause it',
    about: 'schedule',
    call: (_, topic) => toggled(false, topic),
  },
  {
    pattern: `(turn|switch) ${IT} [back] on [again]`,
    example: 'turn it back on',
    about: 'schedule',
    call: (_, topic) => toggled(true, topic),
  },
  {
    pattern: `(turn on|switch on|enable|resume|restart) ${IT}`,
    example: 'resume that',
    about: 'schedule',
    call: (_, topic) => toggled(true, topic),
  },
  {
    pattern: `(run|trigger|execute) ${IT} [right] [now]`,
    example: 'run it now',
    about: 'schedule',
    call: (_, topic) => (topic?.text ? { tool: 'scheduler_run_now', input: { name: topic.text } } : undefined),
  },
  {
    pattern: `(${REMOVE}) ${IT}`,
    example: 'delete that one',
    about: 'schedule',
    call: () => which('that', 'schedule_delete'),
  },
  {
    pattern: `(make|change|move|switch) ${IT} [to] {when}`,
    example: 'make it every day at 9',
    about: 'schedule',
    call: ({ when = '' }) => (isTime(when, false) ? which('that', 'schedule_edit', { when }) : undefined),
  },
];

/** What people say of work that coda does by itself. */
export const phrases: Phrase[] = [
  ...following,
  before('send me'),
  before('run'),
  ...routines,
  ...agenda,
  ...managing,
  ...DEEDS.filter((verb) => !['send me', 'run'].includes(verb)).map(before),
  ...DEEDS.map(behind),
];
