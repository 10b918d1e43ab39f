import type { SkillDeps } from '../../../chat/index.ts';
import type { Settings } from '../config.ts';
import type { SkillShelf } from './port.ts';

/** What skills from experience work with. */
export interface LearnedDeps extends SkillDeps<Settings> {
  shelf: SkillShelf;
}
