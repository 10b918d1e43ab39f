import { DAY_MS } from '../../base/clock.ts';
import type { Skill, SkillDeps } from '../../chat/index.ts';
import { applyRule } from '../../jobs/index.ts';
import { agenda, home } from './agenda.ts';
import { deleteTool, editTool, pinTool, restoreTool } from './change.ts';
import { own } from './collection.ts';
import { commands } from './commands.ts';
import { config, type Settings } from './config.ts';
import { useTrigrams } from './finding/spelling.ts';
import { itemTool } from './items.ts';
import { type Parts, partsOf } from './parts.ts';
import { recallTool } from './recall.ts';
import { saveTool } from './save.ts';
import { deletionRules, mergeRules, purge } from './store.ts';
import { getTool, listTool, searchTool } from './tools.ts';
import { verbs } from './transfer.ts';

const PURGE = 'notes.purge';

/** What the hooks of one coda's notes share: made with the first hook that needs it. */
const made = new WeakMap<SkillDeps<Settings>, Parts>();

function parts(deps: SkillDeps<Settings>): Parts {
  const known = made.get(deps) ?? partsOf(deps);
  made.set(deps, known);
  return known;
}

/** Keeps what a person wants to find again, and finds it. */
export const notes: Skill<Settings> = {
  name: 'notes',
  config,
  words: { does: 'take notes', keeps: 'notes' },
  deletionRules,
  mergeRules,
  tools: (deps) => {
    const { meaning, wrote } = parts(deps);
    return [
      saveTool(deps, wrote),
      searchTool(meaning),
      recallTool(meaning),
      listTool,
      getTool,
      editTool(deps, wrote),
      deleteTool(wrote),
      itemTool(deps, wrote),
      pinTool(wrote),
      restoreTool(wrote),
    ];
  },
  collections: () => [own],
  commands: () => commands(),
  schedules: [{ name: PURGE, kind: PURGE, cron: '41 3 * * *', missed: 'latest' }],
  jobs: (deps) => [
    parts(deps).meaning.job(),
    {
      kind: PURGE,
      async run(_, signal) {
        const { database, world, config } = deps;
        await applyRule(database, purge, new Date(world.clock.now().getTime() - config.trash_days * DAY_MS), signal);
        // What a process that died, or an embedder that was away, has left.
        await database.tx('notes.upkeep', (tx) => parts(deps).meaning.embedSoon(tx));
      },
    },
  ],
  agenda: (_, ctx, span) => agenda(ctx, span),
  home: (_, reader) => home(reader),
  prompt: (deps, asked) => parts(deps).context.always(asked),
  passing: async (deps, asked) => parts(deps).context.passing(asked),
  started: (deps) => {
    parts(deps).context.refresh();
    void useTrigrams(deps);
  },
  verbs: (deps) => verbs({ ...deps, ...parts(deps) }),
};
