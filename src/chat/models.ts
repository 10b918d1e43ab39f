import {
  Calendar,
  type Cost,
  costOfConversation,
  costOfPerson,
  done,
  failed,
  type Inference,
  isAlwaysShown,
  keptTools,
  type Models,
  readRecalled,
  refusedHere,
  type Sections,
  type TxContext,
  taintingTools,
} from '../agent/index.ts';
import type { Json } from '../base/json.ts';
import { didYouMean } from '../base/text.ts';
import { conversations } from '../delivery/index.ts';
import type { Asker, Command } from './skill.ts';
import * as texts from './texts.ts';

export interface ModelCommandDeps {
  models: Models | undefined;
  inference: Inference;
  system(asker: Asker, settings: Record<string, Json>, epoch: number): Promise<string>;
  /** Skills' sections of the prompt for a person. Reads by itself, so not within a transaction. */
  sections(asker: Asker): Promise<Sections['sections']>;
  /** The household's zone: its days are those of the budgets. */
  zone: string;
  remembered: number;
}

export function modelCommands(deps: ModelCommandDeps): Command[] {
  const { models } = deps;
  if (!models) return withoutModels();
  return [
    modelCommand(models),
    thinkCommand(models),
    soulCommand(),
    costCommand(models, deps),
    contextCommand(models, deps),
  ];
}

/** Commands that exist without a model too, and say what is missing: no one has to guess why a command is unknown. */
function withoutModels(): Command[] {
  const fixedAnswer = (name: string, summary: string, text: string): Command => ({
    name,
    summary,
    overtakes: true,
    run: async () => done(text),
  });
  return [
    fixedAnswer('model', 'Show which model answers.', texts.noModel()),
    fixedAnswer('think', 'Let the heavy model answer here, once there is one.', texts.noModel()),
    fixedAnswer('cost', 'Show what models have cost you.', texts.costsNothing()),
    fixedAnswer('context', 'Show what fills the model’s window here.', texts.noModel()),
  ];
}

/** The tools that models are shown in this conversation: how many always, and by group what came to it. */
async function shownTools({ tx, conversationId, tools }: TxContext): Promise<string> {
  const offered = tools.offeredTools();
  const names = keptTools(await conversations.stateOf(tx, conversationId)) ?? [];
  const extraTools = names.flatMap((name) => offered.find((tool) => tool.name === name && !isAlwaysShown(tool)) ?? []);
  return texts.toolsShown(offered.filter(isAlwaysShown).length, extraTools);
}

async function settingsOf(ctx: TxContext): Promise<Record<string, unknown>> {
  return (await conversations.stateOf(ctx.tx, ctx.conversationId)).settings;
}

async function modelShown(models: Models, ctx: TxContext): Promise<string> {
  const settings = await settingsOf(ctx);
  const isOwners = ctx.person.role === 'owner';
  const chooser = { isOwner: isOwners || ctx.place.kind !== 'dm' };
  const { name } = models.chooseModel(settings, '', chooser);
  const names = models.choicesFor({ isOwner: isOwners });
  const is = texts.modelIs(name, names, {
    resting: models.restingNames(),
    silenceMs: (each) => models.silenceOf(each),
  });
  const { model: choice } = settings;
  const isGone = typeof choice === 'string' && models.choice(choice, chooser) === undefined;
  const { reason } = models.learnt(name);
  const quirks = [...new Set([name, ...names])].flatMap((each) =>
    models.quirks(each).map((quirk) => texts.modelQuirk(each, quirk)),
  );
  const isOwner = isOwners && ctx.private;
  if (quirks.length > 0) quirks.push(texts.quirksWearOff(isOwner));
  return [
    ...(isGone ? [texts.modelGone(choice, name)] : []),
    is,
    await shownTools(ctx),
    ...quirks,
    ...(isOwner && reason ? [texts.modelRefuses(reason)] : []),
  ].join('\n');
}

function modelCommand(models: Models): Command {
  return {
    name: 'model',
    summary: 'Show which model answers here, or choose another.',
    overtakes: 'bare',
    writes: (rest) => (rest === '' || rest === 'forget' ? undefined : { model: rest }),
    usage: '[name|default|forget]',
    options: [
      {
        name: 'name',
        description: 'The model that is to answer in this conversation.',
        complete: async (typed) =>
          ['default', 'forget', ...models.choicesFor({ isOwner: true })]
            .filter((name) => name.includes(typed))
            .slice(0, 25),
      },
    ],
    async run(rest, ctx) {
      if (rest === '') return done(await modelShown(models, ctx));
      if (rest === 'forget') {
        if (ctx.person.role !== 'owner') return failed('DENIED', texts.onlyOwnerForgets());
        models.forget();
        return done(texts.quirksForgotten());
      }
      const refused = refusedHere(ctx);
      if (refused) return refused;
      if (rest === 'default') {
        await conversations.setSetting(ctx.tx, ctx.conversationId, 'model', null);
        return done(texts.modelSet(models.nameOf('default')));
      }
      const chooser = { isOwner: ctx.person.role === 'owner' };
      const choice = models.choice(rest, chooser);
      const names = models.choicesFor(chooser);
      if (choice === undefined) return failed('NOT_FOUND', texts.unknownModel(rest, didYouMean(rest, names), names));
      await conversations.setSetting(ctx.tx, ctx.conversationId, 'model', choice);
      return done(texts.modelSet(choice));
    },
  };
}

function thinkCommand(models: Models): Command {
  return {
    name: 'think',
    summary: 'Let the heavy model answer here, or stop that.',
    writes: (rest) => ({ think: rest || 'switch' }),
    usage: '[on|off]',
    async run(rest, ctx) {
      const now = (await settingsOf(ctx)).think === true;
      const on = rest === '' ? !now : rest === 'on';
      const heavy = models.nameOf('heavy');
      if (rest !== '' && rest !== 'on' && rest !== 'off') return failed('INVALID_INPUT', texts.onOrOff('think'));
      const refused = refusedHere(ctx);
      if (refused) return refused;
      if (on && models.choice(heavy, { isOwner: ctx.person.role === 'owner' }) === undefined) {
        return failed('DENIED', texts.notYoursToChoose(heavy));
      }
      await conversations.setSetting(ctx.tx, ctx.conversationId, 'think', on ? true : null);
      return done(on ? texts.thinkingNotice(heavy) : texts.notThinking());
    },
  };
}

const LONGEST_SOUL = 2_000;

function soulCommand(): Command {
  return {
    name: 'soul',
    summary: 'Show or say how I am to be in this conversation.',
    overtakes: 'bare',
    writes: (rest) => (rest === '' ? undefined : { soul: rest }),
    usage: '[words|default]',
    async run(rest, ctx) {
      if (rest === '') {
        const { soul } = await settingsOf(ctx);
        return done(texts.soulIs(typeof soul === 'string' ? soul : undefined));
      }
      const refused = refusedHere(ctx);
      if (refused) return refused;
      if (rest.length > LONGEST_SOUL) return failed('TOO_LONG', texts.soulTooLong(LONGEST_SOUL));
      await conversations.setSetting(ctx.tx, ctx.conversationId, 'soul', rest === 'default' ? null : rest);
      return done(rest === 'default' ? texts.soulGone() : texts.soulSet());
    },
  };
}

function costCommand(models: Models, { zone }: ModelCommandDeps): Command {
  const calendar = new Calendar(zone);
  return {
    name: 'cost',
    summary: 'Show what models have cost you.',
    overtakes: true,
    private: true,
    async run(_, { tx, person, conversationId, clock }) {
      const now = clock.now();
      const [day, month] = [calendar.day(now), calendar.month(now)];
      const lines: [string, Cost, number?][] = [
        ['Today', await costOfPerson(tx, person.id, day, day), models.settings.budgets.person.day],
        ['This month', await costOfPerson(tx, person.id, month, day), models.settings.budgets.person.month],
        ['This conversation', await costOfConversation(tx, conversationId)],
      ];
      return done(texts.cost(lines, models.settings.currency));
    },
  };
}

function contextCommand(models: Models, deps: ModelCommandDeps): Command {
  const { inference, system, remembered } = deps;
  return {
    name: 'context',
    summary: 'Show what fills the model’s window here.',
    overtakes: true,
    prepare: (_, asker) => deps.sections(asker),
    async run(_, { tx, conversationId, prepared, tools: { offeredTools: offered }, ...asker }) {
      const row = await readRecalled(tx, conversationId, remembered);
      const settings = (row?.settings ?? {}) as Record<string, Json>;
      const { name } = models.chooseModel(settings);
      const recalled = row?.recalled ?? { summary: null, history: [] };
      const sections = prepared as Sections['sections'];
      const prompt = { system: await system(asker, settings, row?.epoch ?? 0), sections, tools: offered() };
      const { filled, limit } = inference.describe(
        prompt,
        recalled,
        name,
        keptTools({ settings, epoch: row?.epoch ?? 0 }),
      );
      const after = recalled.summary?.covers ?? 0;
      const tools = await taintingTools(tx, { id: conversationId, epoch: row?.epoch ?? 0 }, after);
      const taints = texts.taints(tools, recalled, asker.place.kind !== 'dm');
      return done([texts.context(filled, limit, name, recalled), ...taints].join('\n'));
    },
  };
}
