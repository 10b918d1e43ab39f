/** What the tools and commands of skills work with. */

import { z } from 'zod';
import type { CallContext } from '../../../agent/index.ts';
import type { PutFile, Workspace } from '../../../sandbox/index.ts';
import type { Database, Queryable } from '../../../storage/index.ts';
import type { SkillHost, Views } from '../host.ts';
import type { AgentSkill } from '../skill.ts';
import type { DeniedSkills } from './denied.ts';
import type { SkillSearch } from './search.ts';

export interface ToolDeps {
  host: SkillHost;
  views: Views;
  search: SkillSearch;
  denied: DeniedSkills;
  database: Database;
  /** Of the database, outside of a transaction. */
  reader: Queryable;
  /** What `${NAME}` may stand for in instructions. */
  exposed: Readonly<Record<string, string>>;
  /** Milliseconds that a skill may run as an agent of its own, and what it may cost. */
  alone: { timeoutMs: number; budget: number | undefined };
  code: SkillCode;
}

/** How scripts and commands of skills are run. */
export interface SkillCode {
  isOn: boolean;
  /** The workspace that the calls of the turn share. */
  workspaceOf(ctx: CallContext, skill: string): Workspace;
  /** One that nothing else uses; it is closed by who asked for it. */
  alone(): Workspace;
  /** The image that was built for a skill, else the one that it wants; without an id any. `wrong`: with the built one. */
  imageOf(skill: AgentSkill): Promise<{ image: string | undefined; wrong: 'stale' | 'gone' | undefined }>;
  /** The files of the message. */
  attached(ctx: CallContext): Promise<PutFile[]>;
}

export const skillName = z.string().min(1).max(128);
