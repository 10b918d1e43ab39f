import { z } from 'zod';
import {
  type AnyTool,
  type Call,
  confirmedTool,
  dataTool,
  done,
  dropTool,
  type Example,
  failed,
  type InterpreterSource,
  moreTools,
  newEpoch,
  toolSearch,
  undoActTool,
  undoAllTool,
  undoTool,
} from '../agent/index.ts';
import type { Delivery } from '../delivery/index.ts';
import type { Gate } from '../people/index.ts';
import { forgetChoices } from './forget.ts';
import { type Command, commandThing } from './skill.ts';
import * as texts from './texts.ts';

export interface CoreDeps {
  delivery: Delivery;
  keeps: readonly string[];
}

export function coreCommands(deps: CoreDeps): Command[] {
  return [
    {
      name: 'help',
      summary: 'Show what I can do.',
      usage: '[all | word]',
      options: [{ name: 'about', description: 'all, or a word for what it is about: reminders' }],
      overtakes: true,
      run: (rest, ctx) =>
        ctx.tools.call({ tool: 'help', input: rest === '' ? {} : { about: rest.slice(0, LONGEST_WORD) } }, ctx),
    },
    {
      name: 'undo',
      topic: 'Here',
      summary: 'Take back the last change here.',
      writes: () => ({}),
      private: true,
      run: (_, ctx) => ctx.tools.call({ tool: 'undo', input: {} }, ctx),
    },
    {
      name: 'new',
      topic: 'Here',
      summary: 'Begin a fresh conversation.',
      writes: () => ({}),
      run: async (_, { tx, conversationId }) => {
        await newEpoch(tx, conversationId);
        return done(texts.begunAfresh(deps.keeps));
      },
    },
    {
      name: 'stop',
      topic: 'Here',
      summary: 'Stop what I am doing here.',
      overtakes: true,
      writes: () => ({}),
      run: async (_, { tx, conversationId }) =>
        done((await deps.delivery.stopTurn(tx, conversationId)) ? texts.stoppingNotice() : texts.nothingRuns()),
    },
    {
      name: 'forget',
      summary: 'Forget everything about you.',
      overtakes: true,
      private: true,
      run: async (_, ctx) => done(texts.reallyForget(deps.keeps), { choices: forgetChoices(ctx.private) }),
    },
  ];
}

const LONGEST_WORD = 100;
const MOST_REST = 8_000;

export function coreTools(deps: {
  name: string;
  commands: readonly Command[];
  gate: Pick<Gate, 'may'>;
  interpreter?: InterpreterSource;
}): AnyTool[] {
  const help = dataTool({
    name: 'help',
    group: 'unshown',
    description: 'Shows the person what you can do and which commands there are.',
    effect: 'read',
    flow: { impersonal: true },
    input: z.object({ about: z.string().max(LONGEST_WORD).optional().describe('A word: reminders; or all.') }),
    prepare: async () => (await deps.interpreter?.())?.examples ?? [],
    async run({ about }, ctx) {
      const { person } = ctx;
      const commands = deps.commands.filter((command) => deps.gate.may(person, commandThing(command)));
      const allowed = (ctx.prepared as readonly Example[]).filter(({ tool }) => ctx.tools.mayUse(tool));
      const examples = about === undefined ? firstOf(allowed) : allowed;
      const words = examples.map((each) => each.words);
      return done(texts.help(deps.name, commands, words, about?.trim().toLowerCase()));
    },
  });
  return [
    help,
    undoTool,
    undoActTool,
    undoAllTool,
    dropTool,
    confirmedTool,
    moreTools,
    toolSearch,
    commandTool(deps.commands),
  ];
}

const MOST_FIRST = 5;

/** A thing of each kind, as tools are named after it. */
function firstOf(examples: readonly Example[]): readonly Example[] {
  const kinds = new Map(
    examples.map((example) => [example.tool.split('_')[0], example]).reverse() as [string, Example][],
  );
  return [...kinds.values()].reverse().slice(0, MOST_FIRST);
}

const COMMAND = 'command_run';

/**
 * The call that carries out a command which a policy wants asked about first: the question binds to it as to any call, and
 * its button runs it.
 */
export function commandCall({ name }: Pick<Command, 'name'>, rest: string): Call {
  return { tool: COMMAND, input: { command: name, rest } };
}

function commandTool(commands: readonly Command[]): AnyTool {
  const commandsByName = new Map(commands.map((command) => [command.name, command]));
  return dataTool({
    name: COMMAND,
    description: 'Runs a command.',
    effect: 'write',
    callers: 'buttons',
    policy: { always: true, thingsIn: ({ command }) => [commandsByName.get(command) ?? []].flat().map(commandThing) },
    input: z.object({ command: z.string().max(32), rest: z.string().max(MOST_REST) }),
    record: { redact: ({ command, rest }) => ({ command, ...commandsByName.get(command)?.writes?.(rest) }) },
    async prepare({ command, rest }, ctx) {
      return commandsByName.get(command)?.prepare?.(rest, ctx);
    },
    async run({ command: name, rest }, ctx) {
      const command = commandsByName.get(name);
      if (!command) return failed('UNKNOWN_COMMAND', texts.unknownCommand(name, undefined));
      const result = await command.run(rest, ctx);
      return 'tool' in result ? ctx.tools.call(result, ctx) : result;
    },
  });
}
