/** The ten tools of notes, in the order in which models are offered them. */
import type { Tool } from '../../agent/index.ts';
import type { SkillDeps } from '../../chat/index.ts';
import { deleteTool, editTool, noteChange, pinTool, restoreTool } from './change.ts';
import type { Settings } from './config.ts';
import { recallTool } from './recall.ts';
import { itemTool, saveTool } from './save.ts';
import type { Services } from './services.ts';
import { getTool, listTool, searchTool } from './show.ts';

export function noteTools(deps: SkillDeps<Settings>, { meaning, onWrite }: Services): Tool[] {
  return [
    saveTool(deps, onWrite),
    searchTool(meaning),
    recallTool(meaning),
    listTool,
    getTool,
    noteChange,
    editTool(deps, onWrite),
    deleteTool(onWrite),
    itemTool(deps, onWrite),
    pinTool(onWrite),
    restoreTool(onWrite),
  ];
}
