import { ANYMORE, type Call, type Phrase, REMOVE, type Topic, UNNEEDED } from '../../../agent/index.ts';
import { parseDuration, taskWords } from '../../../time/index.ts';
import { tellingWords } from '../naming.ts';
import { AGAIN, about, ahead, editWhen, isName, isPointedAt, isPutOff, PAST, snoozeOf } from '../phrase-calls.ts';
import { shifted } from '../schedule.ts';
import { inDigits, isTime } from '../time-words.ts';

const REFERENCE = new Date('2026-01-07T06:00:00Z');

/** Which may be said in so many words, and no more. */
const isShort = (which: string): boolean => isName(which, 6) && !/^(?:well|all|i|it|that|this)$/i.test(which);

/** "… already", "… this morning": when it was done is told beside the name. */
const WHEN_DONE =
  /[\s,]+(?:already|as well|too|just now|now|earlier|earlier today|today|yesterday|this morning|last night)$/i;

function complete(said: string): Call | undefined {
  const which = said.replace(WHEN_DONE, '');
  return isShort(which) ? about('reminder_complete', which) : undefined;
}

/** "Watered the plants": the deed is part of the name. */
function deed(said: string): Call | undefined {
  const [verb = '', ...object] = said.split(/\s+/);
  // Whose it is may be said in other words than it was asked for in.
  const bare = said.replace(/ (?:him|her|them|his|their|its)\b/gi, '');
  return PAST.test(verb) && object.length > 0 ? complete(bare.includes(' ') ? bare : said) : undefined;
}

const END = `(${REMOVE}|call off|forget|forget about|never mind|never mind about|stop|end|discontinue|unset|turn off|switch off|dismiss)`;

const MOVED =
  "[has been|has|was|is|got|has got|'s been] (moved|slipped|changed|rescheduled|shifted|postponed|delayed|put back|brought forward)";

/** What names a reminder without calling it one: it counts only if there is such a reminder. */
export const naming: Phrase[] = [
  {
    pattern: `${END} {which}`,
    example: 'scrap the milk one',
    tentative: true,
    call: ({ which = '' }) =>
      about(
        'reminder_delete',
        which
          .replace(/\s+(?:from|off) (?:my|the) (?:list|reminders)$/i, '')
          .replace(/\s+(?:altogether|completely|entirely|for good|anymore|any more)$/i, ''),
      ),
  },
  {
    pattern: `${END} (all|all of|all the|all my|all of my|every|every single) [my|the] (reminders|reminder|alarms|timers) [i have|i've got|i have got|that i have|there is]`,
    example: 'delete all my reminders',
    call: () => ({ tool: 'reminder_delete', input: { which: 'all' } }),
  },
  {
    pattern: `${END} (everything|all|all of it|the lot|the whole list|my whole list)`,
    example: 'delete everything',
    tentative: true,
    call: () => ({ tool: 'reminder_delete', input: { which: 'everything' } }),
  },
  {
    pattern: `(${UNNEEDED}|no need for|no more need for) {which} ${ANYMORE}`,
    example: "don't need the milk one anymore",
    tentative: true,
    call: ({ which = '' }) => (isPointedAt(which) ? about('reminder_delete', which) : undefined),
  },
  {
    pattern:
      "(don't|do not|no need to|you don't need to|you don't have to) remind me (to|about|of) {which} [anymore|any more|any longer|now]",
    example: "don't remind me about the gym",
    tentative: true,
    call: ({ which = '' }) => about('reminder_delete', which),
  },
  {
    pattern: '(skip|miss) {which}',
    example: 'skip the gym',
    tentative: true,
    call: ({ which = '' }) => about('reminder_complete', which, { ahead: true }),
  },
  {
    pattern: '(throw|toss|chuck|call|turn|switch) {which} (away|out|off)',
    example: 'call the dentist off',
    tentative: true,
    call: ({ which = '' }) => about('reminder_delete', which),
  },
  {
    pattern: 'no more {which} [reminders|reminder|alarms]',
    example: 'no more gym reminders',
    tentative: true,
    call: ({ which = '' }) => about('reminder_delete', which.replace(/\s+reminders?$/i, '')),
  },
  {
    pattern:
      "[there is|there's|there will be] (no|without|not|skip|leave out) [the|my] {which} (on {day}|{this} (week|month|weekend)|{when})",
    example: 'no gym on 22 December',
    tentative: true,
    call: ({ which = '', day: said, this: one = '', when = '' }) =>
      /^(?:today|tomorrow|tonight|(?:this|next) \w+day)$/i.test(when)
        ? withoutDays(which, when)
        : /^(?:this|next)$/i.test(one)
          ? about('reminder_delete', `${which} ${one} week`)
          : withoutDays(which, said ?? ''),
  },
  {
    pattern: '([you can] stop with|you can stop|you can drop|you can cancel|you can delete) {which} [now]',
    example: 'you can stop with the meds now',
    tentative: true,
    call: ({ which = '' }) => about('reminder_delete', which.replace(/\s+now$/i, '')),
  },
  {
    pattern: '(done|finished|completed|complete) [with] {which}',
    example: 'done with milk',
    tentative: true,
    call: ({ which = '' }) => complete(which),
  },
  {
    pattern:
      '{which} [is|are|has been|have been|was|were] [all] (done|finished|complete|completed|sorted|handled|taken care of)',
    example: 'the laundry is done',
    tentative: true,
    call: ({ which = '' }) => complete(which),
  },
  {
    pattern: "[i|we|i've|i have|i just|i already|i've just|i've already|just|already] {deed}",
    example: "I've watered the plants",
    tentative: true,
    call: ({ deed: said = '' }) => deed(said.replace(/^(?:just|already)\s+/i, '')),
  },
  {
    pattern: '{which} (is|are|has been|have been|was|were) {did}',
    example: 'the plants are watered',
    tentative: true,
    call: ({ which = '', did = '' }) => (PAST.test(did) ? complete(`${which} ${did}`) : undefined),
  },
  {
    pattern: '{said}',
    example: 'bill paid',
    tentative: true,
    call: ({ said = '' }) => {
      const [, which = '', did = ''] = /^(.+?)\s+(\S+?)[.!]*$/.exec(said) ?? [];
      return PAST.test(did) && did !== 'done' && which.split(/\s+/).length <= 3
        ? complete(`${which} ${did}`)
        : undefined;
    },
  },
  {
    pattern: '(i|i have|i just|just|already) (got|did) {which}',
    example: 'I got the groceries',
    tentative: true,
    call: ({ which = '' }) => complete(which),
  },
  {
    pattern: '(got|did) {which}',
    example: 'got the groceries',
    tentative: true,
    call: ({ which = '' }) => complete(which),
  },
  {
    pattern: '(move|shift|push|pull|bring|bump|put|make|set|change|reschedule|switch|swap|slide|knock) {rest}',
    example: 'move the dentist an hour earlier',
    tentative: true,
    call: ({ rest = '' }) => moved(rest),
  },
  {
    pattern: `(${AGAIN}) {length} (before|ahead of|prior to) {which}`,
    example: 'remind me an hour before the dentist',
    tentative: true,
    call: ({ length = '', which = '' }) => {
      const [name = '', text] = which.split(/[\s,]+to\s+/i);
      return ahead(/^(?:as well|too|also|again)$/i.test(name) ? 'that' : name, length, text);
    },
  },
  {
    pattern: '(postpone|delay|defer|bump|push|push back|move|move back) {which} by {length}',
    example: 'postpone Bob by 2 hours',
    call: ({ which = '', length = '' }) =>
      isPutOff(length) ? snoozeOf(which.replace(/\s+back$/i, ''), length) : undefined,
  },
  {
    pattern:
      '(postpone|delay|defer|reschedule|move|change|push back|put off|edit|update|bring forward|bring|push) {which} [forward|earlier|later|back]',
    example: 'postpone the dentist',
    tentative: true,
    call: ({ which = '' }) => about('reminder_edit', which.replace(/\s+(?:reminder|alarm)$/i, '')),
  },
  {
    pattern: '{which} (to|until|till) {when}',
    example: '2nd one to 7pm',
    tentative: true,
    call: ({ which = '', when = '' }) => (which.split(/\s+/).length <= 4 ? editWhen(which, when) : undefined),
  },
  {
    pattern:
      '[the|my] {which} [one|reminder|ones] (needs to be|need to be|can be|could be|can go to|can move to|could go to|should go to|should be|has to be|has 2 be|have to be|must be|ought to be|is now|are now) [at|on] {when} [now|instead|please]|{which} (is|are) [at|on] {when} now',
    example: 'the dentist one should be Tuesday',
    tentative: true,
    call: ({ which = '', when = '' }) => beAt(which, when.replace(/[\s,]+(?:now|instead)$/i, '')),
  },
  {
    pattern: '(can|could|might) [the|my] {which} [one|reminder] be {when} [instead|please]',
    example: 'can the dentist one be Wednesday instead?',
    tentative: true,
    call: ({ which = '', when = '' }) => beAt(which, when.replace(/[\s,]+(?:instead|please)|[?]+$/gi, '')),
  },
  {
    pattern: '[the|my] {which} one (do it|make it|have it|move it) [to|at|on|for] {when}',
    example: 'the last one, do it at noon',
    tentative: true,
    call: ({ which = '', when = '' }) =>
      isShort(which) && (isTime(when) || isTime(`at ${when}`))
        ? about('reminder_edit', `${which} one`, { when: isTime(when) ? when : `at ${when}` })
        : undefined,
  },
  {
    pattern: '[the|my] {which} one {shift} [please]',
    example: 'the other one 15 minutes earlier',
    tentative: true,
    call: ({ which = '', shift = '' }) =>
      isShort(which) && shifted(REFERENCE, shift) ? about('reminder_edit', `${which} one`, { when: shift }) : undefined,
  },
  {
    pattern: '[the|my] {which} [one|reminder] at {when} not [at] {other}',
    example: 'the gym at 9:45, not 9:15',
    tentative: true,
    call: ({ which = '', when = '', other = '' }) =>
      isTime(`at ${other}`) ? beAt(which, `at ${when.replace(/,$/, '')}`) : undefined,
  },
  {
    pattern: `{which} ${MOVED} (to|until|till) {when}`,
    example: 'the dentist has moved to Friday',
    tentative: true,
    call: ({ which = '', when = '' }, topic) => {
      if (/^(?:it|that|this|actually it)$/i.test(which)) return movedTo('that', when);
      return isCalled(which, topic) ? movedTo(which, when) : undefined;
    },
  },
  {
    pattern: `{which} ${MOVED} (to|until|till) {when} [so] [please] (move|change|update|adjust|fix) (it|that|this|the reminder)`,
    example: 'the review slipped to Tuesday, move it',
    tentative: true,
    call: ({ which = '', when = '' }) => movedTo(which, when),
  },
  {
    pattern: 'give (the|my) {which} (another {length}|{minutes} more (minutes|mins|min)|{hours} more (hours|hrs|hour))',
    example: 'give the pasta another 10 minutes',
    tentative: true,
    call: ({ which = '', length, minutes, hours }) => {
      const time = length ?? (minutes ? `${minutes} minutes` : `${hours} hours`);
      return isName(which) && !/^(?:it|that|me|this)$/i.test(which) && parseDuration(time) !== undefined
        ? { tool: 'reminder_edit', input: { which, when: `${time} later` } }
        : undefined;
    },
  },
  {
    pattern: '{when} for {which}',
    example: 'half 12 for the second coat',
    tentative: true,
    call: ({ when = '', which = '' }) => (isPointedAt(which) && isShort(which) ? editWhen(which, when) : undefined),
  },
  ...['earlier', 'later'].map(
    (whither): Phrase => ({
      pattern: `{which} {length} ${whither}`,
      example: `platters an hour ${whither}`,
      tentative: true,
      // "Call me an hour later" names nothing.
      call: ({ which = '', length = '' }) =>
        isName(which, 2) &&
        !taskWords.deeds.has(which.split(' ')[0]?.toLowerCase() ?? '') &&
        shifted(REFERENCE, `${length} ${whither}`)
          ? about('reminder_edit', which, { when: `${length} ${whither}` })
          : undefined,
    }),
  ),
  {
    pattern: '(actually|sorry|wait) {which} (at|on) {when}',
    example: 'actually start the chili at noon',
    tentative: true,
    call: ({ which = '', when = '' }) =>
      isShort(which) && !when.endsWith('?') && !TELLS_DEED.test(which)
        ? (editWhen(which, `at ${when}`) ?? editWhen(which, when))
        : undefined,
  },
  {
    pattern: '{which} [at|on|to] {when} instead',
    example: 'leave at 6am instead',
    tentative: true,
    call: ({ which = '', when = '' }) => (which.split(/\s+/).length <= 4 ? editWhen(which, when) : undefined),
  },
  {
    pattern:
      '(when|what time|at what time|at what hour|what hour|which day|what day|on which day|on what day) (is|are|was|am i|am i (meant|supposed|going) to|was i to|was i supposed to|must i|do i have to|do i need to|should i|do i|are we|will you remind me to|will you remind me about|will you remind me of) {which}',
    example: 'when do I have to call Bob?',
    tentative: true,
    call: ({ which = '' }) => show(which),
  },
  {
    pattern:
      '(how long|how much time|how many minutes|how much longer) [is|do i have|have i got|have we got] [left|to go|remaining] (on|for|till|until|before) {which} [timer|alarm] [left|to go|is done|is ready|are done|are ready|is due]',
    example: 'how long left on the pasta?',
    tentative: true,
    call: ({ which = '' }) => show(which.replace(/\s+(?:timer|alarm)$/i, '')),
  },
  {
    pattern:
      '(how long|how much time|how much longer|how many minutes) [is] [there|do i have|have i got] [left|to go|remaining]|(when|what time) (is (it|that|this) (next|due|set for|for|going off)|does (it|that|the timer|the alarm) (go off|ring|come|end|finish|come up) [next|again])',
    example: 'how long left?',
    about: 'reminder',
    call: () => ({ tool: 'reminder_show', input: { which: 'that' } }),
  },
  {
    pattern: "(when's|whens|what time's) {which}",
    example: "when's the dentist?",
    tentative: true,
    call: ({ which = '' }) => show(which),
  },
];

const movedTo = (which: string, when: string): Call | undefined =>
  editWhen(which, when.replace(/,? (?:at )?(?:the )?same time$|[,.\s]+$/i, ''));

/** "Called the dentist", "mum called", "no gym": done, or denied. */
const TELLS_DEED =
  /^(?:i|we|he|she|they|is|was|no|not)\b|^(?:\p{L}+ed|bought|paid|sent|took|fed|rang|wrote|made|met|told|got|did|saw|gave|had)\b|\b(?:\p{L}+ed|rang|wrote|told|said|came|went)$/iu;

/** What is told of a thing moves the reminder that is called by it: the gift for a party stays where the party moves. */
function isCalled(which: string, topic: Topic | undefined): boolean {
  const [said, own] = [which, topic?.thing === 'reminder' ? (topic.text ?? '') : ''].map(tellingWords);
  if (/ (?:one|reminder)$/i.test(which)) return true;
  return (
    own !== undefined && said !== undefined && own.length <= said.length + 1 && said.every((word) => own.includes(word))
  );
}

/** "The statin should be at 9:30": a bare number is an hour there. */
function beAt(which: string, when: string): Call | undefined {
  if (!isShort(which) || /^(?:there|here|this|that|today|tomorrow|time|the time|\w+day)\b/i.test(which))
    return undefined;
  const time = /^\d{1,2}$/.test(when) ? `at ${when}` : when;
  if (shifted(REFERENCE, time))
    return about('reminder_edit', which.replace(/\s+(?:one|reminder)$/i, ''), { when: time });
  return isTime(time)
    ? about('reminder_edit', which.replace(/\s+(?:one|reminder)$/i, ''), { when: time, whole: true })
    : undefined;
}

/** "No quiz on the 22nd or the 29th, so skip those": the days that are left out. */
function withoutDays(which: string, said: string): Call | undefined {
  const days = said
    .replace(/[\s,]+(?:so )?skip (?:those|them|that one|it|that)$/i, '')
    .replace(/ or (?=the \d|\d|\w+day)/gi, ' and ');
  const isDays = days.split(/ and |, /).every((part) => isTime(part.replace(/^on /i, '')));
  return isShort(which) && isDays ? about('reminder_edit', which, { when: `except ${days}` }) : undefined;
}

/** "To eleven": "at 11"; a longer time stays as it is. */
const hourInDigits = (words: string): string => inDigits(words.replace(/^(?:to|for) (?=[a-z]+$)/i, 'at '));

const WHITHER =
  /^(?:(?<where>back|off|out|forward|up|ahead) )?(?:by )?(?<length>.+?)(?: (?<there>later|back|earlier|sooner|forward|up|ahead))?$/i;

/** "The dentist an hour earlier", "both back 2 hours", "the dentist to 10": which one, then whither. */
function moved(rest: string): Call | undefined {
  const words = rest.replace(/[.!?]+$/, '').split(/\s+/);
  for (let at = 1; at < Math.min(words.length, 9); at++) {
    const which = words.slice(0, at).join(' ');
    const tail = words.slice(at).join(' ');
    const [, lead, hour] = /^(to |for |at )?(\d{1,2})$/i.exec(hourInDigits(tail)) ?? [];
    if (hour !== undefined && (lead || isPointedAt(which) || /\bone$/i.test(which)))
      return about('reminder_edit', which, { when: hour });
    const goal = /^(?:back )?(?:to|for|until|till|on(?= (?:next |this )?(?:today|tomorrow|\w+day)\b)) (.+)$/i.exec(
      tail,
    )?.[1];
    if (goal !== undefined) return editWhen(which, goal);
    const { where, length = '', there = where } = WHITHER.exec(tail)?.groups ?? {};
    if (there === undefined) continue;
    const when = `${length} ${/^(?:forward|up|ahead|earlier|sooner)$/i.test(there) ? 'earlier' : 'later'}`;
    if (shifted(REFERENCE, when)) return about('reminder_edit', which, { when });
  }
  return undefined;
}

function show(which: string): Call | undefined {
  const about = which.replace(/[?!.]+$/, '').replace(/\s+(?:next|again|due|coming(?: up)?|supposed to be)$/i, '');
  return about.split(/\s+/).length <= 8 && !isTime(about)
    ? { tool: 'reminder_show', input: { which: about } }
    : undefined;
}
