import type { Phrase } from '../../../agent/index.ts';
import { list, listHours } from '../list-calls.ts';
import { isTime } from '../time-words.ts';

const MINE = '[pending|open|upcoming|current|active|outstanding|scheduled|next]';

/** What leads into a question; whoever says "I have something tomorrow" asks nothing. */
const QUESTION =
  '<so|and|ok|now|then|well|but|also|please|can|could|would|will|you|just> [(do|did|have|had|am|is|are|was) (i|we|there)|got|is|are|(show|tell|give|list|read|see|view|display|check|get|pull up) [to] [me|us]]';
/** Words of a question about a day that name nothing in particular. */
const KIND =
  'a|all|am|any|are|arranged|as|be|been|booked|coming|calendar|diary|did|do|doing|due|else|exactly|for|get|going|got|had|happening|has|have|here|i|id|in|is|ive|left|lined|list|meant|me|much|must|my|need|of|on|open|our|out|outstanding|over|pending|planned|planner|plate|remaining|remember|remind|reminders|scheduled|set|should|still|stuff|supposed|tasks|that|the|there|things|to|todo|todos|to-dos|up|upcoming|us|was|we|were|what|will|you|your|agenda|about';

/** What people say to see their reminders. */
export const listing: Phrase[] = [
  {
    pattern: `${QUESTION} <got|have|any|the|else|all|of|on|still|a|my|for> (what|whats|which|anything|something|everything|much|reminders|alarms|tasks|agenda|plans) <${KIND}> {day} <please|then|though|if|may|i|ask|again>`,
    example: 'what do I have tomorrow?',
    shown: true,
    call: ({ day = '' }) => list(day),
  },
  {
    pattern: `[(show|tell|give|read|list) [me]|(what|whats) [is]] my (day|schedule|calendar|diary) [like|look like] <for|on|of> {day}`,
    example: "what's my schedule today?",
    call: ({ day = '' }) => list(day),
  },
  {
    pattern: `(what are|whats|what is|what were) [all] [of] my ${MINE} (reminders|alarms|to-dos|todos)`,
    example: 'what are my reminders?',
    call: () => list(),
  },
  {
    pattern: `(show|list|give|display|read|see|view|check|get|pull up|bring up|read out|tell) [me] [all] [of] [my|the] ${MINE} (reminders|alarms|to-dos|todos)`,
    example: 'show me my reminders',
    call: () => list(),
  },
  {
    pattern: `(can i|could i|may i|let me|i want to|i'd like to|give me) (see|have|get|view|check|look at|a list of|an overview of) [all] [of] [my|the] ${MINE} (reminders|to-dos)`,
    example: 'can I see my reminders?',
    call: () => list(),
  },
  {
    pattern: '[show|show me|list|give me|what are|see|read] {day} (reminders|tasks)',
    example: "today's reminders",
    call: ({ day = '' }) => list(day),
  },
  {
    pattern: "(what's|what is|when is|when's|show me) (my|the) next (reminder|alarm|task)",
    example: "what's my next reminder?",
    call: () => list(),
  },
  {
    pattern: '(whats|what is) (first|next) [up] [then|today|now]',
    example: "what's first?",
    call: () => list(),
  },
  {
    pattern: '[so|and] (what|anything) (has|have|does|do|is) (he|she|they|we|it) (got|have|on) [on|for] {day}',
    example: 'what has she got on Tuesday?',
    call: ({ day = '' }) => list(day),
  },
  {
    pattern: "(what's|what is|anything|is anything|show me what's) (overdue|late)",
    example: "what's overdue?",
    call: () => list(),
  },
  {
    pattern:
      '[show|show me|list|read|read me|give me|see] [me] (everything|everything i have|all i have|all of it|my list|my agenda|my schedule|my day|my plan|my plans|the list|agenda|reminders list|list reminders|show list|my reminders list|whats on)',
    example: 'list everything',
    call: () => list(),
  },
  {
    pattern:
      "[show|show me|list|read|read me|give me|see|check|open|tell me] [what's on|what is on|what's left on] [my|the] (reminder|reminders|alarm|alarms) list",
    example: 'show me the reminder list',
    call: () => list(),
  },
  // A note may be the list that is meant.
  {
    pattern: `[show|show me|list|read|read me|give me|see|what's on|what is on|what's in|what is in|what's still on|what's left on] [my|the|our] ((todo|to-do|to do) [list]|todos|to-dos|to dos)`,
    example: 'my to-do list',
    tentative: 'last',
    call: () => list(),
  },
  {
    pattern:
      '(what else is there|what else|whats else|list|show all|see all|list all|show them|list them|list them all|show them all|show me)',
    example: 'list',
    tentative: true,
    call: () => list(),
  },
  {
    pattern: `[all] [my] ${MINE} reminders`,
    example: 'my reminders',
    call: () => list(),
  },
  {
    pattern: 'any [pending|open|upcoming|outstanding] (reminders|alarms)',
    example: 'any pending reminders?',
    call: () => list(),
  },
  {
    pattern: `[tell me|show me] (what|which) [pending|open|upcoming] reminders (do i have [set|set up]|have i got|have i set|did i set|are there|are pending|i have|are set|are open|are coming up|are due|are left|are still open|are on)`,
    example: 'which reminders do I have?',
    call: () => list(),
  },
  {
    pattern: `(do i have|have i got|are there|have i) [got] [any|some] ${MINE} reminders [pending|open|set|left|due]`,
    example: 'do I have any reminders?',
    call: () => list(),
  },
  {
    pattern: 'how many reminders (do i have|have i got|are there|are pending|are open|have i set) [left|open]',
    example: 'how many reminders do I have?',
    call: () => list(),
  },
  {
    pattern:
      "what's (coming up|next|due|pending|outstanding|up next|still open|left|left to do|on my list|on my plate|on my agenda|on the agenda|on my schedule)",
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
      '(anything|is anything|is there anything|do i have anything) (due|coming up|planned|scheduled|pending|on my list)',
    example: 'is anything coming up?',
    call: () => list(),
  },
  {
    pattern:
      '[so] (what do i have|what have i got|what ive got|whats on|what is on) [on|set|set up|coming up|planned|scheduled|going on|lined up|to do] [now|right now|then|next|here]',
    example: 'what do I have?',
    call: () => list(),
  },
  {
    pattern: '(whats|what is) (set|set up) [now|right now|at the moment|so far]',
    example: "what's set?",
    call: () => list(),
  },
  {
    pattern:
      '(which|which ones|which one) (do i have|have i got|are there|are set|have i set) [set|left|now|right now]',
    example: 'which ones do I have?',
    about: 'reminder',
    call: () => list(),
  },
  {
    pattern: 'what (will you|are you going to|should you|do you have to|have you got to) remind me (of|about)',
    example: 'what are you going to remind me about?',
    call: () => list(),
  },
  {
    pattern:
      '((do i have|have i got|is there|have i) [got] (anything|something)|[tell me] (whats|what is|what do i have|what have i got)) [on|due|planned|happening] at {clock}',
    example: 'do I have anything at 3?',
    call: ({ clock = '' }) => (/^\d{1,2}(?:[:.]\d\d)? ?(?:am|pm)?[?]?$/i.test(clock) ? list('today') : undefined),
  },
  {
    pattern:
      '[show|show me|list|do i have|have i got|is there|are there|what|which|what are|any] [all] [my|the|of my] [anything|something|reminders|things] [that|which|do i have that|have i got that|are] (repeats|repeat|repeating|recurring|recur|recurs|regular|on repeat) [reminders|alarms]',
    example: 'do I have anything that repeats?',
    call: () => ({ tool: 'reminder_show', input: { which: 'repeating' } }),
  },
  {
    pattern:
      '[so] [anything|something|what|whats|is there anything|do i have anything|have i got anything|what do i have|what have i got|show me what i have|reminders|any reminders|my reminders|show me reminders|what reminders do i have] [else] [on|due|planned|left] {hours}',
    example: 'anything after 5pm?',
    call: ({ hours = '' }) => listHours(hours),
  },
  {
    pattern:
      '(did i [already] (ask you|tell you|set|set up|make|add|put in)|do i have|have i got|have i|did i|is there|have you got|do you have|am i being reminded|are you going to remind me|will you remind me) [to remind me] [already] [set] [a|any] [reminder|reminders|alarm|something|anything] [already|set|set up] (about|for|on|of) {which}',
    example: 'did I ask you about the bike?',
    call: ({ which = '' }) => shown(which),
  },
  {
    pattern: '(show|tell|give) [me] everything [you have|you know|i have|i told you] (about|on|for) {which}',
    example: 'show me everything about the boiler',
    tentative: true,
    call: ({ which = '' }) => shown(which),
  },
  {
    pattern: '(what|which|how many) {which} (do i have|have i got|have i) [set|left|coming up|to do|to make|planned]',
    example: 'which calls do I have?',
    tentative: true,
    call: ({ which = '' }) => shown(which),
  },
  {
    pattern:
      '(say|tell|show|repeat|read|give) [to] [me] [again] (what i have|what i have coming up|what i have got|what i have on|what i have to do|what ive got|what there is|what do i have) [again|planned|on|left]',
    example: 'tell me again what I have',
    call: () => list(),
  },
  {
    pattern: "(show|tell) me (what's|what is) (pending|set|coming up|due|left|outstanding|on|planned|scheduled|open)",
    example: "show me what's pending",
    call: () => list(),
  },
  {
    pattern: "(show|tell|list|give) me (everything|all|what) [that] (you're|you are) reminding me (of|about)",
    example: "show me everything you're reminding me about",
    call: () => list(),
  },
  {
    pattern:
      '(have i|have i got|do i have|is there|are there) (anything|something|any) [set|planned|set up|on|pending|scheduled|coming up|left] [now|still]',
    example: 'have I anything set?',
    call: () => list(),
  },
  {
    pattern:
      '(what|how) (does|do|is) [my] {day} (look like|look|looking|looking like) [now]|(whats|hows) {day} (looking|looking like|like|look like)|(whats|what is|hows|how is) my day [look|looking|looking like|look like] {day}|(what|how) do my reminders look [like] <for|on> {day}',
    example: 'what does tomorrow look like?',
    call: ({ day = '' }) => list(day),
  },
  {
    pattern:
      '(show|tell|give|list|read) [me] (everything|all|all of them|them all|what) [that] [ive|i have|i|you have|youve|is] [got|have] [set|planned|scheduled|pending|open|lined up|left] [for me] [so far|now]',
    example: 'show me everything I have set',
    call: () => list(),
  },
  {
    pattern:
      '(what|which|what all|which all) [of my] reminders [are|do] [still] (remain|pending|left|there|open|remaining|set|outstanding|active)|(whats|what is) [still] (on|in|left on|left in) my reminders [list|now]|(what have you got|whats lined up|what is lined up) [for me] [in total|in all|altogether|overall|all in all]',
    example: 'which reminders remain?',
    call: () => list(),
  },
  {
    pattern: '(whats|what is|show me|show) {day}',
    example: "what's tomorrow?",
    tentative: 'last',
    call: ({ day = '' }) =>
      /^(?:tomorrow|tonight|\w+day)[?]*$/i.test(day) && !/^today/i.test(day) ? list(day) : undefined,
  },
  {
    pattern: 'what (did i|have i) (ask you|asked you|tell you|told you) to remember',
    example: 'what did I ask you to remember?',
    call: () => list(),
  },
  {
    pattern: 'what (did i|have i) (ask you|asked you|tell you|told you) to remind me (of|about)',
    example: 'what did I ask you to remind me about?',
    call: () => list(),
  },
  {
    pattern:
      '(what have i|what did i|show [me] what (i have|ive|i)) (completed|complete|finished|finish) [so far|already]',
    example: 'show me what I have completed',
    call: () => list('', 'completed'),
  },
  {
    pattern: '[my] (completed|finished|done) reminders',
    example: 'completed reminders',
    call: () => list('', 'completed'),
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

/** Reminders by their text, or by when they speak. */
function shown(which: string) {
  const name = which.replace(/[?!.]+$/, '').replace(/ (?:already|yet)$/i, '');
  // "My list for today" names a day.
  if (isTime(/ (?:for|on) (.+)$/i.exec(name)?.[1] ?? '')) return undefined;
  return name.split(/\s+/).length <= 6 && !isTime(name) && !/^(?:reminders?|notes?|me|it|that|this)$/i.test(name)
    ? { tool: 'reminder_show', input: { which: name } }
    : undefined;
}
