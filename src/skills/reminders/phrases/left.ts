import type { Phrase } from '../../../agent/index.ts';

/** Longer messages tell a story, in which a reminder is named by chance. */
const MOST_WORDS = 30;
const LONGEST = 400;

/** What nobody understands may still name a reminder, or say something of the one at hand: then that is shown, to be asked about. */
export const left: Phrase = {
  pattern: '{said}',
  example: 'the dentist has no time for me before four now',
  tentative: 'left',
  call: ({ said = '' }, topic) =>
    said.length > LONGEST || said.split(/\s+/).length > MOST_WORDS
      ? undefined
      : {
          tool: 'reminder_about',
          input: { said, atHand: topic?.thing === 'reminder' && topic.isRecent === true },
        },
};
