import type { Skill } from '../../chat/index.ts';
import { applyRule } from '../../jobs/index.ts';
import { agenda, home } from './agenda.ts';
import { deleteTool, editTool, pinTool, restoreTool } from './change.ts';
import { own } from './collection.ts';
import { commands } from './commands.ts';
import { config, type Settings } from './config.ts';
import { always } from './context.ts';
import { phrases } from './phrases.ts';
import { recallTool } from './recall.ts';
import { saveTool } from './save.ts';
import { deletionRules, mergeRules, purge } from './store.ts';
import { getTool, listTool, searchTool } from './tools.ts';
import { verbs } from './transfer.ts';

const PURGE = 'notes.purge';
const DAY_MS = 86_400_000;

/** Keeps what a person wants to find again, and finds it. */
export const notes: Skill<Settings> = {
  name: 'notes',
  config,
  words: { does: 'take notes', keeps: 'notes' },
  phrases,
  deletionRules,
  mergeRules,
  tools: (deps) => [
    saveTool(deps),
    searchTool,
    recallTool,
    listTool,
    getTool,
    editTool(deps),
    deleteTool,
    pinTool,
    restoreTool,
  ],
  collections: () => [own],
  commands: (deps) => commands(saveTool(deps)),
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
  prompt: always,
  verbs,
};
