import type { Skill } from '../../chat/index.ts';
import { agenda } from './agenda.ts';
import { commands } from './commands.ts';
import { phrases } from './phrases.ts';
import { recallTool } from './recall.ts';
import { deletionRules, mergeRules } from './store.ts';
import { deleteTool, editTool, listTool, restoreTool, saveTool, searchTool } from './tools.ts';

/** Keeps what a person wants to find again, and finds it. */
export const notes: Skill = {
  name: 'notes',
  words: { does: 'take notes', keeps: 'notes' },
  phrases,
  deletionRules,
  mergeRules,
  tools: () => [saveTool, searchTool, recallTool, listTool, editTool, deleteTool, restoreTool],
  commands: () => commands,
  agenda: (_, ctx, span) => agenda(ctx, span),
};
