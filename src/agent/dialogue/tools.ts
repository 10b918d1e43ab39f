import { z } from 'zod';
import * as texts from '../texts.ts';
import { dataTool, done } from '../tools/tool.ts';
import * as store from './store.ts';

export const DROP = 'question_drop';

/** Lets go of the open question. */
export const dropTool = dataTool({
  name: DROP,
  description: 'Lets go of the question that was asked last.',
  effect: 'write',
  hidden: true,
  always: true,
  input: z.object({}),
  async run(_, { tx, person, conversationId }) {
    store.dropQuestion(tx, { personId: person.id, conversationId });
    return done(texts.dropped());
  },
});
