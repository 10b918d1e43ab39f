import { z } from 'zod';
import { dataTool, failed, privately } from '../../agent/index.ts';
import { describe, readSlot } from '../../time/index.ts';
import { askWhich, LONGEST_TEXT, readingChoice } from './create.ts';
import { texts } from './texts.ts';

/** "Call the bank at 3": told, or a wish? The button sets it. */
export const offerTool = dataTool({
  name: 'reminder_offer',
  times: ['when'],
  topic: 'reminder',
  description: 'Asks whether words that say what and when should become a reminder.',
  effect: 'read',
  hidden: true,
  redact: privately('text'),
  input: z.object({ text: z.string().min(1).max(LONGEST_TEXT), when: z.string().min(1).max(200) }),

  async run({ text, when: said }, { when: ctx }) {
    const when = readSlot(said, ctx, text);
    // Words that say no time were no wish.
    if (when.kind === 'reject') return failed('NOT_FOUND', when.say);
    const wanted = { act: 'create', text };
    if (when.kind === 'ambiguous') return askWhich(texts.offer(text), when.readings, wanted);
    const choice = readingChoice({ words: describe(when, ctx), when }, wanted);
    const choices = [{ ...choice, label: texts.offered(choice.label) }];
    return failed('AMBIGUOUS', texts.offer(text), { choices, makes: text });
  },
});
