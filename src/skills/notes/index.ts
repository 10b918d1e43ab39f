import type { Skill, SkillDeps } from '../../chat/index.ts';
import { applyRule } from '../../jobs/index.ts';
import { agenda, home } from './agenda.ts';
import { deleteTool, editTool, pinTool, restoreTool } from './change.ts';
import { own } from './collection.ts';
import { commands } from './commands.ts';
import { config, type Settings } from './config.ts';
import { ContextNotes } from './context.ts';
import { phrases } from './phrases.ts';
import { recallTool } from './recall.ts';
import { saveTool } from './save.ts';
import { deletionRules, mergeRules, purge } from './store.ts';
import { getTool, listTool, searchTool } from './tools.ts';
import { verbs } from './transfer.ts';

const PURGE = 'notes.purge';
const DAY_MS = 86_400_000;

/** What one coda knows of notes that stand before turns: made with the first hook that needs it. */
const made = new WeakMap<SkillDeps<Settings>, ContextNotes>();

function context(deps: SkillDeps<Settings>): ContextNotes {
  const known = made.get(deps) ?? new ContextNotes(deps);
  made.set(deps, known);
  return known;
}

/** Keeps what a person wants to find again, and finds it. */
export const notes: Skill<Settings> = {
  name: 'notes',
  config,
  words: { does: 'take notes', keeps: 'notes' },
  phrases,
  deletionRules,
  mergeRules,
  tools: (deps) => [
    saveTool(deps, context(deps).wrote),
    searchTool,
    recallTool,
    listTool,
    getTool,
    editTool(deps, context(deps).wrote),
    deleteTool(context(deps).wrote),
    pinTool,
    restoreTool(context(deps).wrote),
  ],
  collections: () => [own],
  commands: (deps) => commands(saveTool(deps, context(deps).wrote)),
  schedules: [{ name: PURGE, kind: PURGE, cron: '41 3 * * *', missed: 'latest' }],
  jobs: ({ database, world, config }) => [
    {
      kind: PURGE,
      async run(_, signal) {
        await applyRule(database, purge, new Date(world.clock.now().getTime() - config.trash_days * DAY_MS), signal);
      },
    },
  ],
  agenda: (_, ctx, span) => agenda(ctx, span),
  home: (_, reader) => home(reader),
  prompt: (deps, asked) => context(deps).always(asked),
  passing: async (deps, asked) => context(deps).passing(asked),
  started: (deps) => context(deps).refresh(),
  verbs,
};
