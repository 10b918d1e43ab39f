import { ANYMORE, type Phrase, REMOVE, UNNEEDED, WISH } from '../../../agent/index.ts';
import { parseDuration, splitTask } from '../../../time/index.ts';
import { list } from '../list-calls.ts';
import { about, editWhen, isName, pauseFor, pauseUntil } from '../phrase-calls.ts';
import { shifted } from '../schedule.ts';
import { DAYS_OF_WEEK, isTime } from '../time-words.ts';

const NAMED = '(reminder|reminders|alarm|timer)';

/** "Prepone it to 11" is earlier, whatever hour it has. */
const withHalf = (when: string): string =>
  /^\d{1,2}$/.test(when) && Number(when) > 6 && Number(when) < 12 ? `${when}am` : when;

/** "The dentist one at 6", "the subtitles an hour later": another time of what is named. */
function ofNamed(said: string) {
  const [, one, hour = ''] = /^(.{1,40} one)(?: (?:be|to|at|for))* (.+)$/i.exec(said) ?? [];
  if (one !== undefined && isTime(hour)) return about('reminder_edit', one, { when: hour });
  const [, name = '', shift = ''] =
    /^(.{1,40}?) ((?:an?|half an|\d{1,3}|one|two|three) .*(?:later|earlier))$/i.exec(said) ?? [];
  const isShift = name !== '' && isName(name) && shifted(new Date(0), shift) !== undefined;
  return isShift ? about('reminder_edit', name, { when: shift }) : undefined;
}

const WEEKDAYS = new RegExp(`^(?:weekdays?|weekends?|${DAYS_OF_WEEK})$`, 'i');
/** Days of a week, as a series comes on them. */
const onDays = (days: string): string =>
  `every ${days.replace(/^every /i, '').replace(/^weekends?$/i, 'saturday and sunday')}`;

/** What people say to move or reword a reminder. */
export const changing: Phrase[] = [
  {
    pattern: '[make|have|do|move|set] [the|my] {which} [at|to|on] {when} (from now on|from here on|going forward)',
    example: 'make yoga 5:30pm from now on',
    tentative: true,
    call: ({ which = '', when = '' }) => {
      const time = /^\d{1,2}$/.test(when) ? `at ${when}` : when;
      return isName(which) && isTime(time) ? about('reminder_edit', which, { when: `${time} from now on` }) : undefined;
    },
  },
  {
    pattern: '[make|have|do] [the|my] {which} (only|just) on {days} [please|now|from now on]',
    example: 'stretching only on Mondays',
    tentative: true,
    call: ({ which = '', days = '' }) =>
      isName(which) && WEEKDAYS.test(days) && isTime(onDays(days))
        ? about('reminder_edit', which, { when: onDays(days), whole: true })
        : undefined,
  },
  {
    pattern: '[the|my] {which} [one|reminder] can wait (until|till|til) {when}',
    example: 'the dentist one can wait till Thursday',
    tentative: true,
    call: ({ which = '', when = '' }) => (isTime(when) ? about('reminder_edit', which, { when }) : undefined),
  },
  {
    pattern: '(pause|suspend|mute|halt|stop) [the|my] {which} [one|reminder|reminders] (until|till|til) {when}',
    example: 'pause the pills reminder until Monday',
    tentative: true,
    call: ({ which = '', when = '' }) => pauseUntil(which, when),
  },
  {
    pattern: '(pause|suspend|mute|halt|stop) [the|my] {which} [one|reminder|reminders] for {length}',
    example: 'pause the pills reminder for two weeks',
    tentative: true,
    call: ({ which = '', length = '' }) => pauseFor(which, length),
  },
  {
    pattern: '(stop|quit) reminding me (about|to|of) {which} (until|till|til) {when}',
    example: 'stop reminding me about the gym until Monday',
    call: ({ which = '', when = '' }) => pauseUntil(which, when),
  },
  {
    pattern: '(stop|quit) reminding me (about|to|of) {which} for {length}',
    example: 'stop reminding me about the gym for two weeks',
    call: ({ which = '', length = '' }) => pauseFor(which, length),
  },
  {
    pattern: "(stop|quit|no more|don't keep) (nagging|bugging|pestering|bothering) [me] [about] {which}",
    example: 'stop nagging me about the pills',
    call: ({ which = '' }) => about('reminder_edit', which, { nag: 'off' }),
  },
  {
    pattern: '(stop|quit|no more) (nagging|bugging|pestering) [me]',
    example: 'stop nagging me',
    call: () => about('reminder_edit', '', { nag: 'off' }),
  },
  {
    pattern: '(keep nagging|keep bugging|keep pestering|nag) me (about|for) {which} (every|each) {length}',
    example: 'keep nagging me about the pills every 5 minutes',
    call: ({ which = '', length = '' }) =>
      parseDuration(length.replace(/^(?=minute|hour)/i, '1 ')) === undefined
        ? undefined
        : about('reminder_edit', which, { nag: length }),
  },
  {
    pattern: '(move|reschedule|change|shift|switch|update|shove|slide|bump) {which} (to|for|until) {when}',
    example: 'move the dentist to Friday 3pm',
    shown: true,
    call: ({ which = '', when = '' }) => editWhen(which, when),
  },
  {
    pattern: 'set {which} (reminder|alarm) (to|for) {when}',
    example: 'set the gym reminder to 7am',
    call: ({ which = '', when = '' }) => editWhen(which, when),
  },
  {
    pattern: 'bring {which} forward to {when}',
    example: 'bring the dentist forward to Wednesday at 3pm',
    call: ({ which = '', when = '' }) =>
      /^\d{1,2}$/.test(when) ? about('reminder_edit', which, { when }) : editWhen(which, when),
  },
  {
    pattern: '(prepone|advance) {which} to {when}',
    example: 'prepone the dentist to Wednesday at 3pm',
    call: ({ which = '', when = '' }) =>
      /^\d{1,2}$/.test(when) ? about('reminder_edit', which, { when: withHalf(when) }) : editWhen(which, when),
  },
  {
    pattern: '(prepone|advance) {which} by {length}',
    example: 'prepone it by one hour',
    // Of what was just set as a series, all of it.
    call: ({ which = '', length = '' }, topic) =>
      parseDuration(length) === undefined
        ? undefined
        : about('reminder_edit', which, {
            when: `${length} earlier`,
            ...(topic?.isNew && topic.isRecent && /^(?:it|that|this)$/i.test(which) && { whole: true }),
          }),
  },
  {
    pattern: '(change|move|set|update) the time (of|for|on) {which} to {when}',
    example: 'change the time of the dentist reminder to 4pm',
    call: ({ which = '', when = '' }) => editWhen(which, when),
  },
  {
    pattern: '(push|move|bump|shift|delay|postpone) (to|until|till) {when}',
    example: 'push to 6:15',
    call: ({ when = '' }) => editWhen('', when),
  },
  {
    pattern: '(change|amend|alter|correct|update|set|move) the (time|hour|date|day) to {when}',
    example: 'amend the time to 09:05',
    call: ({ when = '' }) => editWhen('', when),
  },
  {
    pattern: '[actually|or] (make|change|amend|alter|set|move|switch|update) (it|that) [to|for|at] {when}',
    example: 'make it 6pm instead',
    // "Make it 300", of "transfer 250", may be the sum.
    call: ({ when = '' }, topic) =>
      /^\d{3,4}$/.test(when) && /\d/.test(topic?.text ?? '') ? undefined : editWhen('', when),
  },
  {
    pattern: '[actually] ((make|set) (the|my) {rest}|(do|have|put|get) (the|my) {other})',
    example: 'make the dentist 4:30pm instead',
    tentative: true,
    call: ({ rest = '', other }) => {
      if (other !== undefined) return ofNamed(other.replace(/\s+instead$/i, ''));
      const said = rest.replace(/\s+instead$/i, '');
      const named = ofNamed(said);
      if (named) return named;
      const { when, task } = splitTask(`remind me ${said}`);
      const isOne = /\bones?$/i.test(task);
      return when !== undefined && (isOne || isName(task)) && isTime(when)
        ? about('reminder_edit', task, { when })
        : undefined;
    },
  },
  {
    pattern: '[actually] (make|change|set|move|switch|update) (that one|this one) [to|for|at] {when}',
    example: 'move that one to 6',
    call: ({ when = '' }) => editWhen('that one', when),
  },
  {
    pattern: '(make|mark|set) {which} [as|to] (urgent|important)',
    example: 'make the pills reminder urgent',
    call: ({ which = '' }) => about('reminder_edit', which, { urgent: true }),
  },
  {
    pattern: '(make|mark|set) {which} [as|to] (not|no longer|less) urgent',
    example: 'mark the pills reminder as not urgent',
    call: ({ which = '' }) => about('reminder_edit', which, { urgent: false }),
  },
  {
    pattern: "(don't|do not|never) (remind|tell) me late (of|about) {which}",
    example: "don't remind me late of the pills",
    call: ({ which = '' }) => about('reminder_edit', which, { catch_up: 'skip' }),
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

const END = `${WISH} (${REMOVE}|stop|turn off|end|discontinue|dismiss|forget|forget about|never mind|never mind about)`;

/** Only a reminder is called so. */
const A_REMINDER = /(?:^|\s)(?:ones?|reminders?|alarms?|timers?|first|second|third|fourth|fifth|last|other)$/i;

/** What people say to end a reminder. */
export const deleting: Phrase[] = [
  {
    pattern: '((the|my) ({which} can go|{thing} can be (deleted|cancelled|dropped))|{short} one can go)',
    example: 'the dentist one can go',
    tentative: true,
    // "The kids can go" is said of the kids.
    call: ({ which, short, thing = short ?? '' }) =>
      which === undefined ? removal(thing) : A_REMINDER.test(which) ? removal(which) : undefined,
  },
  {
    pattern: `${END} [the|my|that|this] {which} ${NAMED} [for me]`,
    example: 'cancel the milk reminder',
    call: ({ which = '' }) => removal(which),
  },
  {
    pattern: `${END} [the|my|that|this] reminder (about|to|for|of|on|that says|called|with) {which}`,
    example: 'delete the reminder about the dentist',
    call: ({ which = '' }) => removal(which),
  },
  {
    pattern:
      '(cancel|delete|remove|scrap|erase|discard|get rid of) (that|this|it|that one|this one|that reminder|this reminder|the reminder|the last reminder|my last reminder|alarm|the alarm|my alarm)',
    example: 'cancel that',
    call: () => removal(''),
  },
  {
    pattern: `(${REMOVE}|call off) (everything|all|(all|every|every single) [of] [my|the] (reminder|reminders|alarms)) [that] [i have|i've got|i have got|there is|is|that is] [on|set|planned|due|left] [for|on] {day}`,
    example: 'clear everything I have tomorrow',
    call: ({ day = '' }) => (list(day) ? removal(`everything ${day}`) : undefined),
  },
  {
    pattern: `${END} (them|them all|all of them|these|those)`,
    example: 'cancel them',
    tentative: true,
    call: () => ({ tool: 'reminder_delete', input: { which: 'them' } }),
  },
  {
    pattern: `${END} (reminder|reminder number|number|reminder no|alarm) {which}`,
    example: 'delete reminder 2',
    call: ({ which = '' }) =>
      /^#?\d{1,3}$/.test(which) || /^[2-9a-hjkmnp-z]{5}$/.test(which) ? removal(which) : undefined,
  },
  {
    pattern: '(stop|quit) reminding me (about|to|of) {which}',
    example: 'stop reminding me about the gym',
    call: ({ which = '' }) => removal(which),
  },
  {
    pattern: `${UNNEEDED} (the|my|that) {which} (reminder|alarm) ${ANYMORE}`,
    example: "I don't need the milk reminder anymore",
    call: ({ which = '' }) => removal(which),
  },
];

function removal(said: string) {
  const [, which = said] = /^(?:the|my) (.+)$/i.exec(said) ?? [];
  // "The cleaners and the alarm" are two.
  return /^(?:a|an|any|every|each|all|all my|all the|all of my)$|\b(?:and|or) (?:the|my)$/i.test(which)
    ? undefined
    : about('reminder_delete', which);
}
