import type { Phrase } from '../../../agent/index.ts';
import { parseDuration, parseWhen, splitTask } from '../../../time/index.ts';
import { CARRIES } from '../carries.ts';
import { A_QUESTION, BARE_NUMBER, create, createAt, isDeed, isName, nag, remind } from '../phrase-calls.ts';
import { isRhythm } from '../schedule.ts';
import { isTime, splitEvent, TRIAL } from '../time-words.ts';

/** No name of it: what kind of reminder it is, or whose. */
const KIND_OF_REMINDER =
  /^(?:new|quick|little|friendly|short|recurring|repeating|regular|urgent|another|one|single|hourly|daily|weekly|monthly|yearly|weekday|time|the|my)$|\b(?:to|for|about)\b/i;

/** What is done with a reminder, or asked of it, and no name of one. */
const NO_THING =
  /^(?:what|when|which|show|list|any|is|are|the|my|that|this|it|no|not|next|and|or|but|move|push|shift|change|make|put|set|delete|cancel|remove|drop|skip|snooze|postpone|delay|bring|reschedule|stop|pause|turn|add|create|send|give|get|need|want|do|can|could|would|have|has|i|we|you|he|she|they)\b/i;

const A_REMINDER =
  '(a|an|another|one) [new|quick|little|friendly|short|recurring|repeating|regular] (reminder|alarm|alert|notification)';

/** Words of a wish, in any order: "I should also like to be …". */
const WISHING =
  'a|also|an|another|be|i|id|ill|im|just|kindly|like|love|may|need|now|please|really|should|still|then|to|want|wish|we|would|let|me|bit|of';

/** What calls somebody at an hour. */
const CALLS =
  /^(?:prod|poke|jog|buzz|bug|ping|nudge|chase|bleep|beep|prompt|hassle|pester|badger|bother|hound|jab|tap|page|mind|(?:shout|yell|holler|scream) (?:at|to))$/i;

/** "Prod me at 4 to leave". */
function prodded(ask: string, rest: string) {
  if (!CALLS.test(ask)) return undefined;
  const [, when, lead, task] = /^(.+?) (to|about) (.+)$/i.exec(rest) ?? [];
  if (when !== undefined && isTime(when)) return create(task ?? '', when, { lead: lead as 'to' | 'about' });
  return /^(?:to|about) /i.test(rest) ? remind(rest, { needsTime: true }) : undefined;
}

/** So long before what is named with its time. */
function beforeEvent(length: string, event: string, text: string) {
  const { when } = splitEvent(event);
  const time = `${length} before ${when}`;
  return when !== undefined && isTime(time) ? create(text, time) : remind(`to ${text} ${length} before ${event}`);
}

/** What people say to set a reminder. */
export const creating: Phrase[] = [
  {
    pattern: '(remind me|remind us|remind us both|remind us all) {rest}',
    example: 'remind me to call Bob tomorrow at 9',
    shown: true,
    carries: CARRIES,
    call: ({ rest = '' }) => remind(rest),
  },
  {
    pattern: 'remind {whom}',
    example: 'remind me',
    // "Remind me?" asks back.
    call: ({ whom = '' }) =>
      /^me(?:(?: (?:of|about))? something)?[.!]?$/i.test(whom) ? create('', undefined) : undefined,
  },
  {
    pattern: '[please] nag me {rest}',
    example: 'nag me to take the pills at 9pm',
    call: ({ rest = '' }) => nag(rest),
  },
  {
    pattern: '(urgent|urgently|important) remind me {rest}',
    example: 'urgently remind me to take the pills at 23:00',
    call: ({ rest = '' }) => remind(rest, { urgent: true }),
  },
  {
    pattern: 'remind me urgently {rest}',
    example: 'remind me urgently tomorrow at 6am to leave',
    call: ({ rest = '' }) => remind(rest, { urgent: true }),
  },
  {
    pattern: '(set|create|make|add) [me] an urgent (reminder|alarm) {rest}',
    example: 'set an urgent reminder for 5am to leave',
    call: ({ rest = '' }) => remind(rest.replace(/^(?:for|:)\s+(?=\S)/i, ''), { urgent: true }),
  },
  {
    pattern: `{when} <${WISHING}> [(can|could|would|will) you] [please] (remind me|ping me|nudge me|prod me|poke me|bug me|chase me|shout at me|yell at me|prompt me|notify me|tell me to|telling to|alert me|(give|send|set) me a (reminder|nudge|shout|ping|poke|buzz)|(reminding|reminded|a reminder|another reminder)) {rest}`,
    example: 'in 2 hours remind me to check the oven',
    carries: CARRIES,
    call: ({ when = '', rest = '' }) =>
      isTime(when) && !/ (?:you|they|he|she|we)$/i.test(when) && !BARE_NUMBER.test(when) && !isTime(rest)
        ? withWhen(rest, when)
        : undefined,
  },
  {
    pattern: `<${WISHING}> (want|need|like|love|wish|appreciate|be) <${WISHING}> (reminded|reminder|nudge|shout) {rest}|<${WISHING}> (want|need) (reminding|telling|prompting|nudging|waking) {rest}`,
    example: 'I would really like a reminder to pay rent on Friday',
    carries: CARRIES,
    call: ({ rest = '' }) => (isTime(rest) ? undefined : remind(rest, { needsTime: true })),
  },
  {
    pattern: '{when} ask me whether {text}|ask me {later} whether {question}',
    example: 'in two weeks ask me whether Max has paid',
    call: ({ when, text = '', later = '', question = '' }) =>
      createAt(when ?? later, `${when === undefined ? question : text}?`.replace(/\?+$/, '?')),
  },
  {
    pattern: 'get me to {text}',
    example: 'get me to submit my mileage on the 30th',
    call: ({ text = '' }) => (isDeed(text) ? remind(`to ${text}`, { needsTime: true }) : undefined),
  },
  {
    pattern: '{when} get me to {text}',
    example: 'at 4 get me to check the oven',
    call: ({ when = '', text = '' }) => (isDeed(text) ? createAt(when, text) : undefined),
  },
  {
    pattern: `{length} before {event} <${WISHING}> (remind me|tell me|ping me|nudge me|ask me|prod me|reminding|reminded|reminder) to {text}`,
    example: 'an hour before the meeting on Friday at 3pm remind me to print the slides',
    call: ({ length = '', event = '', text = '' }) =>
      (parseDuration(length) === undefined && !/^the (?:day|night|evening)$/i.test(length)) ||
      /\b(?:i|we|you|he|she|they|it|always)\b/i.test(event)
        ? undefined
        : beforeEvent(length, event.replace(/,$/, ''), text),
  },
  {
    pattern: '{ask} me {rest}',
    example: 'prod me at 4 to leave',
    carries: CARRIES,
    call: ({ ask = '', rest = '' }) => prodded(ask, rest),
  },
  {
    pattern: `(set|create|make|add|schedule|set up|put in|give|get|book|drop|shoot|send|(i want to|i'd like to|i need to|let me) (set|make|create|add)) [me|us] ${A_REMINDER} {rest}`,
    example: 'set a reminder to water the plants every Monday at 8',
    shown: true,
    call: ({ rest = '' }) =>
      remind(rest.replace(/^(?:for me )?(?:for|at|:)\s+(?=\S)/i, (lead) => (/^at/i.test(lead) ? lead : ''))),
  },
  {
    pattern: `(set|create|make|add|schedule|set up|put in|give|get|book|drop|shoot|send|(i want to|i'd like to|i need to|let me) (set|make|create|add)) [me|us] ${A_REMINDER} (for|at|on) {when} (to|about|that|saying|called|regarding) {text}`,
    example: 'set a reminder for 5pm to call Bob',
    call: ({ when = '', text = '' }) => createAt(/^\d/.test(when) ? `at ${when}` : when, text) ?? createAt(when, text),
  },
  {
    pattern: `(set|create|make|add|schedule|i need|i want|i'd like|give|new) [me] (${A_REMINDER}|reminder)`,
    example: 'set a reminder',
    call: () => create('', undefined),
  },
  {
    pattern: '[set|create|make|add|schedule|set up|put in|give] [me] [a] {often} reminder {rest}',
    example: 'set a daily reminder at 8am to journal',
    call: ({ often = '', rest = '' }) => {
      if (!/^(?:hourly|daily|weekly|monthly|yearly|weekday)$/i.test(often)) return undefined;
      const itself = remind(rest);
      return typeof itself?.input.when === 'string' && isRhythm(itself.input.when)
        ? itself
        : remind(`${often} ${rest}`);
    },
  },
  {
    pattern: '(set|set up|put|create|make|schedule) [me] (something|one|another one|a new one) [up|in|down] {rest}',
    example: 'set something for tomorrow 8am to ring the manager',
    call: ({ rest = '' }) =>
      remind(rest.replace(/^(?:for|up for|in for)\s+/i, '').replace(/\bto remind (?:me|us) (?=to |about )/i, ''), {
        needsTime: true,
      }),
  },
  {
    pattern: '{thing} reminder {when}',
    example: 'timesheet reminder, weekdays 17:30',
    tentative: 'last',
    call: ({ thing = '', when = '' }) => {
      const name = thing.replace(/[,:]$/, '');
      return isName(name, 4) && !KIND_OF_REMINDER.test(name) && !isTime(name) && !NO_THING.test(name)
        ? createAt(when, name)
        : undefined;
    },
  },
  {
    pattern: '(put|pop|stick|pencil|drop) [me] (a reminder|one) (in|down|up) {rest}',
    example: 'put a reminder in for the meeting, Thursday at 2pm',
    carries: CARRIES,
    call: ({ rest = '' }) =>
      remind(rest.replace(/^for (?=\d)/i, 'on ').replace(/^(?:for|about)\s+(?:me )?/i, 'about '), { needsTime: true }),
  },
  {
    pattern: '(set|set up|create|make|add|schedule) [me] [a|an|the] {thing} (reminder|alarm) [for|at|on] {when}',
    example: 'set up a backup reminder on Friday at noon',
    call: ({ thing = '', when = '' }) =>
      isName(thing) && !KIND_OF_REMINDER.test(thing)
        ? (createAt(when, thing) ?? createAt(`at ${when}`, thing))
        : undefined,
  },
  {
    pattern: '(reminder|new reminder|add reminder|set reminder|create reminder|diarise|diarize) {rest}',
    example: 'reminder: pay the rent on Friday',
    carries: CARRIES,
    call: ({ rest = '' }) =>
      remind(rest.replace(/^(?:for|:)\s+/i, '').replace(/^to (?:self|myself)[:,]?\s+/i, ''), { needsTime: true }),
  },
  {
    pattern: '(remember|recall|remid|reming) me {rest}',
    example: 'remember me to buy bread at 18:00',
    call: ({ rest = '' }) =>
      /^(?:please )?(?:to|about|that|at|in|on|tomorrow|today)\b/i.test(rest)
        ? remind(rest.replace(/^please /i, ''), { needsTime: true })
        : undefined,
  },
  {
    pattern: '(would you mind|do you mind|mind|how about) reminding me {rest}',
    example: 'would you mind reminding me to call Jo at 4?',
    carries: CARRIES,
    call: ({ rest = '' }) => remind(rest.replace(/[?]$/, '')),
  },
  {
    pattern: '(reminder:|new reminder:|remind:) {rest}',
    example: 'reminder: buy stamps',
    call: ({ rest = '' }) => remind(rest),
  },
  {
    pattern: '[do] (ping|nudge|poke|buzz|bug|beep|prod) me {rest}',
    example: 'ping me in 10 minutes to check the oven',
    carries: CARRIES,
    // "Nudge me about the order" says for what, and is asked when.
    call: ({ rest = '' }) =>
      remind(rest, {
        fallback: 'ping',
        needsTime: !/^(?:about|to) (?:the|my|our|\p{L}+ (?:the|my|our)) /iu.test(rest),
      }),
  },
  {
    pattern: '((give|send|drop) (me|us)|i need|i want) a (nudge|shout|ping|poke|buzz|heads up|heads-up) {rest}',
    example: 'give me a nudge at 4 to leave',
    carries: CARRIES,
    call: ({ rest = '' }) => remind(rest, { fallback: 'ping', needsTime: true }),
  },
  {
    pattern: '(alert|notify|message|text|warn|prompt) me {rest}',
    example: 'notify me at 6 about the meeting',
    carries: CARRIES,
    call: ({ rest = '' }) => remind(rest, { needsTime: !/^to /i.test(rest) }),
  },
  {
    pattern: '(tell|ask) me to {rest}',
    example: 'tell me to stretch in an hour',
    carries: CARRIES,
    call: ({ rest = '' }) => remind(`to ${rest}`, { needsTime: true }),
  },
  {
    pattern: 'tell me {when} (to|that|about) {text}',
    example: 'tell me at 5 to leave',
    call: ({ when = '', text = '' }) => createAt(when, text),
  },
  {
    pattern: "(don't|do not|never) let me (forget|miss) {rest}",
    example: "don't let me forget to call mum tomorrow",
    carries: CARRIES,
    call: ({ rest = '' }) => remind(rest),
  },
  {
    pattern: "make sure [that] i (don't|do not) forget {rest}",
    example: "make sure I don't forget to send the invoice on Friday",
    carries: CARRIES,
    call: ({ rest = '' }) => remind(rest),
  },
  {
    pattern: "(don't forget to|do not forget to|remember to|make sure to|make sure you) remind me {rest}",
    example: "don't forget to remind me about the meeting at 3pm",
    call: ({ rest = '' }) => remind(rest),
  },
  {
    pattern: 'let me know {when} (to|that|about) {text}',
    example: 'let me know at 5pm to leave',
    call: ({ when = '', text = '' }) => createAt(when, text),
  },
  {
    pattern: '(add|put) {rest} (to|on|in) my (reminders|reminder list)',
    example: 'add buy milk tomorrow to my reminders',
    call: ({ rest = '' }) => remind(rest),
  },
  {
    pattern: '(add|book in|pencil in) (a|an|the|my) {rest}|schedule (a|an|the|my) {once}',
    example: 'add a call with the examiner at 4pm tomorrow',
    call: ({ once, rest = once ?? '' }, topic) => {
      // "Add the train leaves at 9:40" belongs to what was noted just before.
      if (topic?.thing === 'note' && topic.isRecent) return undefined;
      const { when = '' } = splitTask(`remind me about ${rest}`);
      const hasHour = /\d ?(?:am|pm)\b|\d[:.]\d\d|\bat (?:\d|noon|midday)/i.test(when);
      const isOther = /\b(?:reminders?|alarms?|notes?|timer|list|lists|to the|on the|to my|on my)\b/i.test(rest);
      // "Schedule a weekly review", "… a summary of the news every day at 8am": work for the scheduler.
      const isSeries = once !== undefined && (isRhythm(rest) || isRhythm(when));
      return hasHour && !isOther && !isSeries
        ? remind(`about ${rest.replace(/,? then[.!]*$/i, '')}`, { needsTime: true })
        : undefined;
    },
  },
  {
    pattern: '(add|put) (to|on|in) my reminders {rest}',
    example: 'add to my reminders: buy milk tomorrow',
    call: ({ rest = '' }) => remind(rest),
  },
  {
    pattern: 'make sure [that] i {rest}',
    example: 'make sure I take my pills at 8pm',
    call: ({ rest = '' }) => remind(`to ${rest}`, { needsTime: true }),
  },
  {
    pattern: "i (mustn't|must not|can't|cannot|shouldn't|better not|had better not) forget to {rest}",
    example: "I mustn't forget to order the glue",
    call: ({ rest = '' }) => remind(`to ${rest.replace(/[,;.\s]+(?:so )?(?:please )?remind me[\s.!]*$/i, '')}`),
  },
  {
    pattern: 'remember to {rest}',
    example: 'remember to renew the passport next Monday',
    call: ({ rest = '' }) => remind(`to ${rest}`),
  },
  {
    pattern:
      "(i need|i want|i'd love|i would love|i'm going to need|i am going to need|i'll need|need|i'd like|i would like|can i get|can i have|could i get|could i have) a reminder {rest}",
    example: 'I need a reminder to pay rent on Friday',
    carries: CARRIES,
    call: ({ rest = '' }) => remind(rest.replace(/^for\s+/i, '')),
  },
  {
    pattern:
      "(i need|i want|need|i'd like|i would like|i should like) to be reminded {rest}|(i need|i want|i'd like|i would like) (reminding|reminded) {rest}|(can|could|may|might) i [also] be reminded {rest}",
    example: 'I want to be reminded to drink water every day at 10',
    carries: CARRIES,
    call: ({ rest = '' }) => remind(rest),
  },
  {
    pattern:
      'i (have to|need to|must|should|got to|ought to) {rest} (remind me|so remind me|and remind me|but remind me)',
    example: 'I have to leave at 5, remind me',
    call: ({ rest = '' }) => remind(`to ${rest}`, { needsTime: true }),
  },
  {
    pattern:
      "[i have|i've got|i got|there is|there's|we have] {thing} (remind me|so remind me|ping me|wake me) {length} (before|beforehand|earlier|ahead|prior|in advance)",
    example: 'dentist tomorrow at 3pm, remind me an hour before',
    call: ({ thing = '', length = '' }) => beforeIt(thing, length),
  },
  {
    pattern: "when it's {when} (remind|tell|ping) me {rest}",
    example: "when it's 5pm remind me to call Bob",
    call: ({ when = '', rest = '' }) => (isTime(`at ${when}`) ? withWhen(rest, `at ${when}`) : undefined),
  },
  {
    pattern: '(put|add) {text} (on|to|in) my (list|to-do list|todo list|reminders|to-dos|todos) (for|at|on) {when}',
    example: 'put call Bob on my list for 5pm',
    call: ({ when = '', text = '' }) => createAt(/^\d/.test(when) ? `at ${when}` : when, text) ?? createAt(when, text),
  },
  {
    pattern: '(help me|i need to|i have to|i must|i want to|i should) remember {rest}',
    example: 'help me remember to call Bob at 5pm',
    call: ({ rest = '' }) => remind(rest, { needsTime: true }),
  },
  {
    pattern:
      '(i have to|i need to|i must|i should|i got to|need to|have to|ive got to|got to) {rest} (can you remind me|could you remind me|remind me|please remind me|so remind me)',
    example: 'gotta call the bank at 4, remind me',
    call: ({ rest = '' }) => remind(`to ${rest.replace(/[,.;\s]+(?:can|could|please)?$/i, '')}`, { needsTime: true }),
  },
];

/** What says of a time that was said already how far it goes. */
const BOUND = /,? (?=(?:until|till|til|from|between|starting|except|but not|not on|apart from|excluding) )/gi;

/** "To drink until 6pm": the task, and the time with its bound. */
function boundIn(rest: string, when: string) {
  for (const { index } of rest.matchAll(BOUND)) {
    const whole = `${when} ${rest.slice(index).replace(/^,? /, '')}`;
    if (isTime(whole)) return create(rest.slice(0, index), whole);
  }
  return undefined;
}

/** The time was said first, so nothing in the rest is one but at its beginning: "at 6 remind me to start dinner". */
function withWhen(said: string, when: string) {
  const rest = isRhythm(when)
    ? said.replace(/[,;] (?:the )?first (?:one |time )?(?=(?:at|on) \S|tomorrow|today)/i, ' starting ')
    : said;
  // "Every 2 hours remind me to drink until 6pm": the end of it stands behind.
  const bounded = boundIn(rest, when);
  if (bounded) return bounded;
  const own = splitTask(`remind me ${rest}`);
  if (own.when !== undefined && own.task !== '' && rest.startsWith(own.when)) {
    // "Tomorrow remind me at 5 to call Bob"; "on nights this week" is no day of it.
    const both = [`${when} ${own.when}`, `${own.when} ${when}`].find(isTime);
    const isDay =
      isRhythm(when) || parseWhen(when, TRIAL).kind === 'once' || /^(?:from|between|starting)\b/i.test(when);
    return create(own.task, isDay && both !== undefined ? both : own.when);
  }
  return remind(rest) || A_QUESTION.test(rest) ? create(rest, when) : undefined;
}

/** "Dentist tomorrow at 3pm, remind me an hour before": so long before what was told. */
function beforeIt(thing: string, length: string) {
  const { task, when } = splitTask(`remind me about ${thing.replace(/[,.;\s]+$/, '')}`);
  const time = `${length.replace(/[,\s]+$/, '')} before ${when ?? ''}`;
  return when !== undefined && parseDuration(length) !== undefined && isTime(time)
    ? create(task.replace(/^(?:about )?(?:an?|the|my) |\s+(?:is|are)$/gi, ''), time)
    : undefined;
}
