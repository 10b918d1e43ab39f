import type { Approvals } from '../../agent/index.ts';
import type { World } from '../../base/world.ts';
import type { Checks } from '../../chat/index.ts';
import type { Config } from '../../config/index.ts';
import type { Delivery } from '../../delivery/index.ts';
import type { JobQueue, Schedules } from '../../jobs/index.ts';
import type { Database } from '../../storage/index.ts';
import type { LiveSkills } from '../agent-skills/agent-skills.ts';
import type { EquippedSkill } from '../skills.ts';

/** Dependencies of the dashboard's pages. */
export interface DashboardParts {
  config: Config;
  world: World;
  database: Database;
  delivery: Delivery;
  jobs: JobQueue;
  schedules: Schedules;
  skills: readonly EquippedSkill[];
  agentSkills: LiveSkills;
  approvals: Approvals;
  checks: Checks;
  version: string;
  /** The platforms, and why those that cannot be heard cannot. */
  platforms(): readonly { name: string; away: string | undefined }[];
}
