import { type FSWatcher, watch } from 'node:fs';
import type { SkillSource } from '../skill.ts';

/** Changes come in bunches: an editor writes, renames and removes for one save. */
const QUIET_MS = 300;

/**
 * Calls `changed` a moment after something below the sources' folders changed. A hint only: a system may not tell, and a
 * folder that is not there is not watched. The function returned stops it.
 */
export function watchSkills(sources: readonly SkillSource[], changed: () => void): () => void {
  let timer: NodeJS.Timeout | undefined;
  const heard = () => {
    clearTimeout(timer);
    timer = setTimeout(changed, QUIET_MS);
    timer.unref();
  };
  const watchers = sources.flatMap(({ directory }) => (directory === undefined ? [] : (open(directory, heard) ?? [])));
  return () => {
    clearTimeout(timer);
    for (const watcher of watchers) watcher.close();
  };
}

function open(directory: string, heard: () => void): FSWatcher | undefined {
  try {
    const watcher = watch(directory, { recursive: true, persistent: false }, heard);
    // A folder that goes away takes its watcher with it; /rescan-skills still works.
    watcher.on('error', () => watcher.close());
    return watcher;
  } catch {
    return undefined;
  }
}
