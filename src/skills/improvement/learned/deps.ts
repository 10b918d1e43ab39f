import type { SkillDeps } from '../../../chat/index.ts';
import type { Settings } from '../config.ts';
import type { SkillShelf } from './port.ts';

/** Dependencies of skills from experience. */
export interface LearnedDeps extends SkillDeps<Settings> {
  shelf: SkillShelf;
}
