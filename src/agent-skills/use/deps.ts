import { z } from 'zod';
import type { CallContext } from '../../agent/index.ts';
import type { SkillDeps } from '../../chat/index.ts';
import type { JobQueue } from '../../jobs/index.ts';
import type { Gate, RoleHolder, Thing } from '../../people/index.ts';
import type { PutFile, Workspace } from '../../sandbox/index.ts';
import type { Database, Queryable } from '../../storage/index.ts';
import type { SkillSearch } from '../find/search.ts';
import type { RunImage } from '../images/images.ts';
import type { SkillHost, View, Views } from '../live/host.ts';
import type { AgentSkill } from '../skill.ts';

export interface ToolDeps {
  host: SkillHost;
  views: Views;
  search: SkillSearch;
  denied: DeniedSkills;
  gate: Pick<Gate, 'roles'>;
  database: Database;
  jobs: Pick<JobQueue, 'takeUp'>;
  artifacts: SkillDeps['storage']['artifacts'];
  /** Reads outside of a transaction. */
  reader: Queryable;
  exposed: Readonly<Record<string, string>>;
  /** Milliseconds that a skill may run as an agent of its own, and what it may cost. */
  alone: { timeoutMs: number; budget: number | undefined };
  code: SkillCode;
}

export interface SkillCode {
  isOn: boolean;
  workspaceOf(ctx: CallContext, skill: string): Workspace;
  /** A workspace that nothing else uses; it is closed by who asked for it. */
  alone(): Workspace;
  /** The image that was built for a skill, else the one that it wants. */
  imageOf(skill: AgentSkill): Promise<RunImage>;
  attachedFiles(ctx: CallContext): Promise<PutFile[]>;
}

export const ACTIVATE = 'skill_activate';
export const MEANT = 'skill_meant';
export const READ_RESOURCE = 'skill_read_resource';

/** Tools for whoever reads which were called. */
export const skillTools = {
  activate: ACTIVATE,
  /** The button that says which skill was meant instead. */
  meant: MEANT,
  loading: [ACTIVATE, 'skill_delegate', 'skill_run'],
  finding: ['skill_search', 'skill_list', READ_RESOURCE],
} as const;

export const skillName = z.string().min(1).max(128);

/** Tools that are not for a turn in which a skill with secrets is used. */
export const APART: readonly string[] = ['=code_execute', '=file_write', '=file_read'];

/** The skills that a person may not use, whose names are then neither shown nor taken. */
export type DeniedSkills = (view: View, who: RoleHolder) => ReadonlySet<string>;

export function skillThing({ snapshot }: Pick<View, 'snapshot'>, name: string): Thing {
  return { kind: 'skill', name, group: snapshot.skills.get(name)?.group };
}

/** Asks the gate once for each role while the skills and the policies stay what they are. */
export function deniedBy(gate: Pick<Gate, 'may' | 'basis'>): DeniedSkills {
  const cache = new WeakMap<View, WeakMap<object, Map<string, ReadonlySet<string>>>>();
  return (view, who) => {
    const { policies, roles } = gate.basis(who);
    const ofView = cache.get(view) ?? new WeakMap<object, Map<string, ReadonlySet<string>>>();
    const ofRoles = ofView.get(policies) ?? new Map<string, ReadonlySet<string>>();
    cache.set(view, ofView.set(policies, ofRoles));
    const names = [...view.snapshot.skills.keys()];
    const denied = ofRoles.get(roles) ?? new Set(names.filter((name) => !gate.may(who, skillThing(view, name))));
    ofRoles.set(roles, denied);
    return denied;
  };
}
