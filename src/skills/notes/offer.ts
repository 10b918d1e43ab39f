import { z } from 'zod';
import { dataTool, failed, type Phrase, privately } from '../../agent/index.ts';
import { isFact } from './fact.ts';
import { ontoTwo } from './phrases-lists.ts';
import { texts } from './texts.ts';

/** "Anna's shoe size is 38": told, or to be kept? The button keeps it. */
export const offerTool = dataTool({
  name: 'note_offer',
  topic: 'note',
  description: 'Asks whether words that state something should become a note.',
  effect: 'read',
  hidden: true,
  redact: privately('text'),
  input: z.object({ text: z.string().min(1).max(1_000) }),

  async run({ text }) {
    const choices = [{ label: texts.noteIt, tool: 'note_save', input: { text } }];
    return failed('AMBIGUOUS', texts.offer(text), { choices, makes: text });
  },
});

/** What is told and asks for nothing. */
export const offering: Phrase = {
  pattern: 'offer to note {text}',
  example: 'offer to note the gate is green',
  carries: {
    words: 'offer to note',
    follow: () => undefined,
    restated: ontoTwo,
    unasked: (calls, said) =>
      calls.length === 1 && calls[0]?.tool === 'note_offer' && said.split(/\s*\n\s*/).every(isFact)
        ? [{ tool: 'note_offer', input: { text: said } }]
        : undefined,
  },
  call: ({ text = '' }) => ({ tool: 'note_offer', input: { text } }),
};

/** "Also the gate code is 4471", behind a note: one more. */
export const further: Phrase = {
  pattern: '(also|and|plus|oh and|and also) {text}',
  example: 'also the gate code is 4471',
  about: 'note',
  call: ({ text: said = '' }, topic) => {
    const text = said.replace(ASKED, '');
    return topic?.how === 'made' && topic.isRecent && (isFact(text) || isFact(`the ${text}`))
      ? { tool: 'note_save', input: { text } }
      : undefined;
  },
};

/** "And note that …" asks for what would be done anyway. */
const ASKED = /^(?:please )?(?:note|remember|save|jot down|write down)(?: down)?(?: that|:) /i;
