/** What people say to be rid of the reminder at hand, or to have it back. */
import { ANYMORE, isCondition, type Phrase, REMOVE, UNNEEDED } from '../../../agent/index.ts';
import { about } from '../phrase-calls.ts';

/** "It got done", and no "it in an hour". */
const A_REASON =
  /^(?:i|we|its|it['’]s|it (?:is|was|has|had|got|went|came|turned|will|can|does|did|\p{L}+ed)|already|got|no longer|not|changed)\s/iu;

/** "Drop that", "bring it back". */
export const ending: Phrase[] = [
  {
    pattern: '[but|no|actually] not (the|my) {which} (one|reminder)',
    example: 'actually not the milk one',
    about: 'reminder',
    tentative: true,
    call: ({ which = '' }, topic) => (topic?.isNew === true ? about('reminder_delete', which) : undefined),
  },
  {
    pattern:
      '(wait|no|oops|hmm) (keep it|keep that|keep that one|leave it|i still need it|i still need that|dont delete it|dont cancel it|not done|not done yet|its not done|it isnt done|i didnt|not yet|bring it back|put it back)',
    example: 'wait, not done',
    about: 'reminder',
    // What was just set is there, and kept: to take that back would do away with it.
    call: (_, topic) => (topic?.how === 'made' && !topic.isNew ? { tool: 'undo', input: {} } : undefined),
  },
  {
    pattern: '(turn|switch|shut|call) (it|that) off|(knock|nip) (it|that) (on the head|in the bud)',
    example: 'turn it off',
    about: 'reminder',
    call: () => about('reminder_delete', 'that'),
  },
  {
    pattern: '(cancel|delete|remove|scrap) [it|that|this] [please] {reason}',
    example: 'cancel, already got it',
    about: 'reminder',
    call: ({ reason = '' }) =>
      A_REASON.test(reason) &&
      !isCondition(reason) &&
      !/\b(?:or|only)\b/i.test(reason) &&
      reason.split(/\s+/).length <= 6
        ? about('reminder_delete', 'that')
        : undefined,
  },
  {
    pattern: '(cancel|delete|remove|scrap)',
    example: 'cancel',
    about: 'reminder',
    call: () => about('reminder_delete', 'that'),
  },
  {
    pattern:
      '[oh] [no|oops|wait|actually|sorry] [wait|no|actually] (bring|put|get|change|set) (it|that|those|them|these|all of them|everything) back [where it was|how it was|as it was|to how it was|to what it was|to the way it was|again]',
    example: 'bring it back',
    about: 'reminder',
    call: (_, topic) => (topic?.isNew === true ? undefined : { tool: 'undo', input: {} }),
  },
  {
    pattern:
      'take (the last one|that last one) (away|back) [again]|(take back|never mind|nvm|forget|scrap|scratch|ignore|undo) (the last one|that last one)',
    example: 'take the last one away again',
    about: 'reminder',
    call: (_, topic) => (topic?.how === 'made' ? { tool: 'undo', input: {} } : undefined),
  },
  {
    pattern: '(take|strike|cross) (it|that|that one|this one) (off|out) [the list|my list]',
    example: 'take it off',
    about: 'reminder',
    tentative: true,
    call: () => about('reminder_delete', 'that'),
  },
  {
    pattern: `(${REMOVE}|stop|end|turn off|switch off|stop sending|${UNNEEDED}) (it|that|this|that one|this one) ${ANYMORE}`,
    example: 'drop that',
    about: 'reminder',
    call: () => about('reminder_delete', 'that'),
  },
];
