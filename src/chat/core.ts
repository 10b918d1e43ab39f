import { z } from 'zod';
import {
  type AnyTool,
  dataTool,
  done,
  newEpoch,
  type Phrase,
  runCall,
  type Toolbox,
  undoTool,
} from '../agent/index.ts';
import type { Delivery } from '../delivery/index.ts';
import type { Command } from './skill.ts';
import * as texts from './texts.ts';

/** The commands that belong to the conversation itself. */
export function coreCommands(deps: { delivery: Delivery; toolbox: () => Toolbox }): Command[] {
  return [
    {
      name: 'help',
      summary: 'what I can do',
      run: (_, ctx) => runCall(ctx.tx, deps.toolbox(), { tool: 'help', input: {} }, ctx),
    },
    {
      name: 'undo',
      summary: 'take back the last change here',
      run: (_, ctx) => runCall(ctx.tx, deps.toolbox(), { tool: 'undo', input: {} }, ctx),
    },
    {
      name: 'new',
      summary: 'begin a fresh conversation',
      run: async (_, { tx, conversationId }) => {
        await newEpoch(tx, conversationId);
        return done(texts.begunAfresh());
      },
    },
    {
      name: 'stop',
      summary: 'stop what I am doing here',
      run: async (_, { tx, conversationId }) =>
        done((await deps.delivery.stopTurn(tx, conversationId)) ? texts.stopping() : texts.nothingRuns()),
    },
  ];
}

/** Two examples of each skill are enough to see how one may speak. */
const EXAMPLES_PER_SKILL = 2;

/** The tools that belong to the conversation itself. */
export function coreTools(deps: {
  name: string;
  toolbox: () => Toolbox;
  commands: () => readonly Command[];
  phrases: readonly (readonly Phrase[])[];
}): AnyTool[] {
  const examples = deps.phrases.flatMap((phrases) =>
    phrases.slice(0, EXAMPLES_PER_SKILL).map((phrase) => phrase.example),
  );
  const help = dataTool({
    name: 'help',
    description: 'Shows the person what you can do and which commands there are.',
    effect: 'read',
    input: z.object({}),
    async run() {
      return done(texts.help(deps.name, deps.commands(), examples));
    },
  });
  return [help, undoTool(deps.toolbox)];
}
