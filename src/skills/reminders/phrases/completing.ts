import type { Phrase } from '../../../agent/index.ts';
import { about, isName, isPointedAt, PAST } from '../phrase-calls.ts';

const NAMED = '(reminder|reminders|alarm|timer)';

const ACTED =
  'bought|called|phoned|rang|emailed|paid|sent|took|fed|watered|finished|completed|did|booked|cleaned|washed|submitted|picked up|dropped off|took out|mailed|posted|returned|renewed';

/** Who says that it is done; a question begins otherwise. */
const IT_IS =
  '[yep|yes|yeah|yup|ok|okay|right|oh] [i|we|ive|weve|i have|we have|its|thats|it is|that is|its been|thats been|it has been|that has been|i just|ive just]';

/** What people say when something is done. */
export const completing: Phrase[] = [
  {
    pattern:
      '[the|my] {which} (is|are|was|were) [now|all|already] {deed} [so] (tick|cross|check|mark|strike) (it|that|them) off',
    example: 'the receipts are scanned, tick that off',
    call: ({ which = '', deed = '' }) =>
      PAST.test(deed) && !/^(?:i|it|that|this|they|he|she|we|you|there|everything|all)$/i.test(which)
        ? about('reminder_complete', which)
        : undefined,
  },
  {
    pattern:
      "(done|handled|all handled|dealt with|done now|done finally|all done now|completed|finished|did it|i did it|did that|i did that|i've done it|i've done that|finished that|finished it|completed that|i have done it|i already did it|i already did that|already done|got it done|all done|done it|done that|did it already|done already|finished already|completed it|✅|✔|☑|done ✅|done ✔|ok done|yes done|finally done|yep done|mission accomplished|sorted|its sorted|thats sorted|taken care of)",
    example: 'done',
    call: () => about('reminder_complete', ''),
  },
  {
    pattern:
      "(that's done|it's done|that's done now|it's done now|that's done already|it's done already|it's already done|that's already done|that's finished|it's finished|that is done|it is done|that one's done|that one is done)",
    example: "it's done",
    call: () => about('reminder_complete', 'that'),
  },
  {
    pattern: `${IT_IS} [all|now|just|already|finally] (done|sorted|finished|handled|completed|dealt with|took care of|taken care of|seen to|ticked off) <it|that|this|now|already|finally|today|up|thank|you>`,
    example: "that's all done now",
    about: 'reminder',
    call: (_, topic) => (topic?.how === 'spoken' ? about('reminder_complete', '') : undefined),
  },
  {
    pattern:
      "[yes|ok] [i|i've|i have] [just|already] (taken|took|swallowed|fed|watered|had) [it|them|that|him|her] [now|already]",
    example: 'taken',
    about: 'reminder',
    call: (_, topic) => (topic?.how === 'spoken' ? about('reminder_complete', '') : undefined),
  },
  {
    pattern: "[i'm|i am] [all] (done|finished) with {which}",
    example: 'done with the milk',
    call: ({ which = '' }) => (isPointedAt(which) ? about('reminder_complete', which) : undefined),
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
    pattern: `(i|i've|i have|i just|i already|i've just|i've already|i have just|i have already|just|already) (${ACTED}|done) {which}`,
    example: 'I bought the milk',
    tentative: true,
    call: ({ which = '' }) =>
      isName(which, isPointedAt(which) ? 5 : 2) ? about('reminder_complete', which) : undefined,
  },
];
