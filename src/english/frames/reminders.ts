import { omitUndefined } from '../../base/json.ts';
import { DELETE, type Frame, isPronoun, type Reader, SHOW, type Slots } from '../matcher.ts';

const TIMERS_LENGTH =
  /^(?:an?|half|\d+(?:[.,]\d+)?|one|two|three|four|five|six|seven|eight|nine|ten|fifteen|twenty|thirty|forty|fifty)(?:[ -](?:one|two|three|four|five|six|seven|eight|nine))?[ -]?(?:an?[ -])?(?:s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?)\b/i;

function timer({ text, when = '' }: Slots) {
  const length = when.replace(/^in /i, '').replace(/-/g, ' ');
  if (!TIMERS_LENGTH.test(length)) return undefined;
  return {
    ...(text === undefined ? { text: `timer (${length})`, lead: 'about' } : { text: `timer: ${text}`, lead: 'about' }),
    when: `in ${length}`,
  };
}

export const timers: readonly Frame[] = [
  {
    tool: 'reminder_create',
    does: 'Set a timer',
    verbs: 'set|start|run|make|begin|set me',
    says: [
      '[<verb>] [a|the|another] timer [for|of|in] {when} [(for|called|named) {text}]',
      '[<verb>] [a|an|the|another] {when} timer [(for|called|named) {text}]',
      '<verb> [a|an|the|another] timer (for|called|named) {text} (for|of|in) {when}',
      '<verb> [a|an|the|another] {when} {text} timer',
      '[<verb>] [a|an|the|another] {text} timer [for|of|in] {when}',
    ],
    example: 'set a timer for 10 minutes',
    isShown: true,
    input: timer,
  },
  {
    tool: 'reminder_create',
    does: 'Set an alarm',
    verbs: 'set|make|create|add|set me|give me',
    says: [
      '[<verb>] [a|an|the|my|another] alarm [for] {when} [(for|to|called|named) {text}]',
      '<verb> [a|an|the|my|another] alarm',
    ],
    example: 'set an alarm for 6:30',
    needs: ['when'],
    input: ({ text, when }) => ({
      ...(text === undefined ? { text: 'alarm', lead: 'about' } : { text }),
      ...(when !== undefined && { when: hour(when), waking: true }),
    }),
  },
  {
    tool: 'reminder_create',
    does: 'Wake you',
    says: ['(wake|get) me [up] [{when}]'],
    example: 'wake me up at 7',
    needs: ['when'],
    input: ({ when }) => ({ text: 'wake up', ...(when !== undefined && { when: hour(when), waking: true }) }),
  },
];

const TIMER = /^timer\b/i;
const REMINDER = {
  thing: 'reminder',
  nouns: 'reminders|reminder|alarms|alarm|timers|timer',
  forms: { timer: TIMER, timers: TIMER },
} as const;

const hour = (when: string): string => (/^\d{1,2}$/.test(when) ? `at ${when}` : when);

const LENGTH =
  /^(?:an?|half|\d+|one|two|three|four|five|ten|fifteen|twenty|thirty|forty)\b.*\b(?:minutes?|mins?|hours?|days?|weeks?)$/i;
const LEADING = /^(?:to|about|of|that)\b/i;

const create = ({ text = '', when, lead = 'to' }: Slots) =>
  isPronoun(text) || LEADING.test(text)
    ? undefined
    : {
        text,
        ...omitUndefined({
          when: when === undefined ? undefined : hour(when),
          lead: lead !== 'to' ? (lead === 'that' ? lead : 'about') : undefined,
        }),
      };

/** A number alone may be the hour, and the minutes of a timer. */
const move = ({ which = '', when = '' }: Slots, { text = '' }: Reader) =>
  /^\d+$/.test(when) && TIMER.test(text) ? undefined : { which, when: hour(when) };

const day = ({ when }: Slots) => (when === undefined ? {} : { day: when });

export const reminders: readonly Frame[] = [
  {
    tool: 'reminder_create',
    does: 'Set a reminder',
    verbs: 'set|add|create|make|give me|set me|send me|new|i need|i want',
    nouns: 'reminder',
    says: [
      'remind me [[for|on] {when}] {lead} {text} [{when}]',
      '<verb> [a|an|another] <noun> [[for|on] {when}] ({lead}|called|saying) {text} [{when}]',
      '<verb> [a|an|another] <noun> for {text} [{when}]',
      '<verb> [a|an|another] <noun> [[for|on] {when}]',
      'reminder [to|about] {text} [{when}]',
      '(do not forget|do not let me forget|remember) to {text} [{when}]',
      'remind me [{when}]',
      'remind me {when} {text}',
      'remind me {text} {when}',
      '(remind me [that]|ask me|tell me|ping me|nudge me) {when} {lead} {text}',
      '(ping|nudge) me {lead} {text} {when}',
      '{text} {when} remind me',
      '{when} {text} remind me',
    ],
    example: 'remind me to call mum tomorrow at 9',
    isShown: true,
    needs: ['text', 'when'],
    input: create,
    offered: 'timed',
  },
  {
    tool: 'reminder_list',
    does: 'Show your reminders',
    verbs: SHOW,
    nouns: 'reminders|reminder|alarms|timers',
    says: [
      '<verb> [all] [of] [my|the] [pending|open|upcoming|next] <noun> [[for|on] {when}]',
      '[all] [my] [pending|open|upcoming] <noun> [[for|on] {when}]',
      '(what are|what is|which are) [all] [of] (my|the) [pending|open|upcoming|next] <noun> [[for|on] {when}]',
      '(what|which) <noun> (do i have|are there|are set|are pending|have i got) [[for|on] {when}]',
      'do i have [any] <noun> [[for|on] {when}]',
      '(when|what) is [my|the] next (reminder|alarm|one)',
      'how (much time|long) (is left|is it|do i have left) [on|for] [the timer|my timer]',
      '(show|show me|list) (what i have|what i have got) [[for|on] {when}]',
    ],
    example: 'show my reminders for tomorrow',
    isShown: true,
    input: day,
  },
  {
    tool: 'reminder_list',
    does: 'Show what is due',
    says: [
      'what [else] is (due|planned|on|coming up|next|happening|left|scheduled) [for|on] [{when}]',
      'what [else] (do i have|have i got|have i|i have|i have got) [to do|on|planned|left|coming up|scheduled] [on|for] [{when}]',
      '[do i have|have i got|is there] (anything|something) [else|more] [on|planned|to do|due|left|coming up] [on|for] {when}',
      'what is left',
      'what is on [my plate|the agenda|my agenda] [for] {when}',
    ],
    example: 'what do I have on Friday?',
    input: day,
  },
  {
    tool: 'reminder_list',
    does: 'Show the reminders that are done',
    verbs: SHOW,
    says: [
      '<verb> [my|the|all] (completed|done|finished) reminders',
      '(what have i|what did i) (done|finished|completed|complete|finish)',
    ],
    example: 'show my completed reminders',
    input: () => ({ status: 'completed' }),
  },
  {
    tool: 'reminder_complete',
    does: 'Mark as done',
    ...REMINDER,
    verbs: 'complete|finish|tick off|check off',
    says: [
      '<verb> {which}',
      '(mark|tick|check) {which} (as done|as complete|as completed|done|off)',
      '{which} is done',
      '[i am] done with {which}',
      'i (did|have done|finished|have finished) {which}',
      '(done|i am done|did it|i did it|it is done|all done)',
    ],
    example: 'done with the dentist',
    changes: true,
    input: ({ which = '' }) => ({ which }),
  },
  {
    tool: 'reminder_snooze',
    does: 'Put off',
    ...REMINDER,
    verbs: 'snooze|postpone|put off|delay',
    says: [
      '<verb> {which} (for|until|till|to|by) {when}',
      '<verb> (for|until|till|to|by) {when}',
      'snooze {when}',
      'snooze {which} {when}',
      'snooze {which}',
      'snooze',
      '(ask|remind|tell) me again {when}',
    ],
    example: 'snooze for 20 minutes',
    changes: true,
    input: ({ which = '', when }) => ({ which, ...(when !== undefined && { when: hour(when) }) }),
  },
  {
    tool: 'reminder_edit',
    does: 'Move',
    ...REMINDER,
    verbs: 'move|reschedule|change|shift|push|postpone',
    says: [
      '<verb> {which} (to|until|till) {when}',
      'change the time (of|for) {which} to {when}',
      '(make|change|move) {which} {when}',
    ],
    example: 'move the dentist to Friday at 3pm',
    changes: true,
    input: move,
  },
  {
    tool: 'reminder_edit',
    does: 'Move by some time',
    ...REMINDER,
    verbs: 'move|shift|push|postpone|put off|put|delay',
    says: ['<verb> {which} [back|off|out] by {when}'],
    example: 'push the dentist back by half an hour',
    changes: true,
    // "By Friday" is a day, and no length of time.
    input: ({ which = '', when = '' }) => (LENGTH.test(when) ? { which, when: `${when} later` } : undefined),
  },
  {
    tool: 'reminder_edit',
    does: 'Move what is at hand',
    ...REMINDER,
    isAtHand: true,
    says: ['[at|to|for|on] {when}', '[i] (meant|mean) {when}', '[it|that] (should be|is) {when}'],
    example: 'no, at 8',
    follows: 'correction',
    changes: true,
    input: move,
  },
  {
    tool: 'reminder_edit',
    does: 'Limit the series at hand',
    ...REMINDER,
    isAtHand: true,
    isAlone: true,
    says: ['[only|just] {limit}'],
    example: 'not on Fridays',
    changes: true,
    // "Skip Thursday" is one of them, "skip Thursdays" are all.
    input: ({ which = '', limit = '' }, { isSeries }) => {
      const [, days] = /^skip (.*)/i.exec(limit) ?? [];
      return days !== undefined && !isSeries(days) ? undefined : { which, when: limit };
    },
  },
  {
    tool: 'reminder_complete',
    does: 'Skip a day of the series at hand',
    ...REMINDER,
    isAtHand: true,
    isAlone: true,
    says: ['(skip|cancel|[but] not|except) [on|for] {when}'],
    example: 'skip Thursday',
    changes: true,
    // "Fridays" are all of them.
    input: ({ which = '', when = '' }, { isSeries }) =>
      isSeries(when) ? undefined : { which, ahead: true, day: when },
  },
  {
    tool: 'reminder_edit',
    does: 'Rename',
    ...REMINDER,
    verbs: 'rename|reword|retitle',
    says: [
      '<verb> {which} (to|as) {text}',
      'change the (text|words|wording) of {which} to {text}',
      'call {which} {text}',
    ],
    example: 'rename the dentist to call the dentist',
    changes: true,
    input: ({ which = '', text = '' }) => ({ which, text }),
  },
  {
    tool: 'reminder_edit',
    does: 'Say it in quiet hours, too',
    ...REMINDER,
    says: ['(make|mark) {which} [as] urgent'],
    example: 'make the dentist reminder urgent',
    changes: true,
    input: ({ which = '' }) => ({ which, urgent: true }),
  },
  {
    tool: 'reminder_edit',
    does: 'Keep to quiet hours',
    ...REMINDER,
    says: ['(make|mark) {which} [as] not urgent'],
    example: 'make the dentist reminder not urgent',
    changes: true,
    input: ({ which = '' }) => ({ which, urgent: false }),
  },
  {
    tool: 'reminder_delete',
    does: 'Delete',
    ...REMINDER,
    verbs: `${DELETE}|stop`,
    says: ['<verb> {which}', 'stop reminding me (to|about|of) {which}', 'do not remind me (to|about|of) {which}'],
    example: 'delete the dentist reminder',
    isShown: true,
    changes: true,
    input: ({ which = '' }) => ({ which }),
  },
  {
    tool: 'reminder_complete',
    does: 'Skip the next time',
    ...REMINDER,
    says: ['skip [the|my] next {which}', 'skip {which}', 'skip {which} (this time|once)'],
    example: 'skip the next team meeting',
    changes: true,
    input: ({ which = '' }) => (which === 'all' ? undefined : { which, ahead: true }),
  },
  {
    tool: 'reminder_complete',
    does: 'Skip a day',
    ...REMINDER,
    says: ['skip {which} [on|for] {when}'],
    example: 'skip the team meeting on Friday',
    changes: true,
    input: ({ which = '', when = '' }) => (which === 'all' ? undefined : { which, ahead: true, day: when }),
  },
];
