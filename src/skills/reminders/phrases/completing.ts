import type { Phrase } from '../../../agent/index.ts';
import { about, isName, isPointedAt } from '../hearing.ts';

const NAMED = '(reminder|reminders|alarm)';

const ACTED =
  'bought|called|phoned|rang|emailed|paid|sent|took|fed|watered|finished|completed|did|booked|cleaned|washed|submitted|picked up|dropped off|took out|mailed|posted|returned|renewed';

/** "Well done", "almost done", "get it done": words before "done" that name no reminder. */
const UNFINISHED =
  /\b(?:is|are|be|been|get|gets|got|getting|was|were|have|has|had|well|to|almost|nearly|half|just|only|mark|make|made|work|job|nicely|easily|being|getting|done)\b/i;

/** What people say when something is done. */
export const completing: Phrase[] = [
  {
    pattern:
      "(done|completed|finished|did it|i did it|did that|i did that|i've done it|i've done that|that's done|it's done|that's finished|it's finished|that is done|it is done|that one's done|that one is done|finished that|finished it|completed that|i have done it|i already did it|i already did that|already done|got it done|all done)",
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
    pattern: '(complete|completed|finished|done:) {which}',
    example: 'complete the rent',
    call: ({ which = '' }) => (isName(which, 5) && isPointedAt(which) ? about('reminder_complete', which) : undefined),
  },
  {
    pattern: '(mark|set|flag|count|log|consider) {which} [as|to] (done|complete|completed|finished)',
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
      isName(which, 3) && !UNFINISHED.test(which) ? about('reminder_complete', which) : undefined,
  },
  {
    pattern: `(i|i've|i have|i just|i already|i've just|i've already|i have just|i have already|just|already) (${ACTED}|done) {which}`,
    example: 'I bought the milk',
    call: ({ which = '' }) =>
      isName(which, isPointedAt(which) ? 5 : 2) ? about('reminder_complete', which) : undefined,
  },
];
