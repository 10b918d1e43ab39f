import type { z } from 'zod';
import { inputWords } from '../base/input.ts';
import { approvalPolicyFile, permissionPolicyFile } from '../config/index.ts';
import { RANKS } from './access.ts';
import { readJson } from './json-text.ts';
import type { Person } from './person.ts';

export interface Thing {
  kind: 'tool' | 'command' | 'skill';
  name: string;
  /** Group of an instruction skill that is called by its name alone. */
  group?: string | undefined;
  skill?: string | undefined;
  ownerOnly?: boolean | undefined;
  /** Part of talking at all (the answer to a question of coda's own): whoever is heard may. */
  always?: boolean | undefined;
}

export type RoleHolder = Pick<Person, 'role' | 'roles'>;

export interface AccessPolicies {
  /**
   * Grants of each role: permissions (`admin:read`, `admin:*`, `*`), and patterns of things that guests may use
   * (`notes/*`).
   */
  roles: ReadonlyMap<string, readonly string[]>;
  permissions: readonly { pattern: string; required: readonly string[] }[];
  /** Patterns of what asks first, whatever else is decided. */
  approvals: readonly string[];
}

const NO_POLICIES: AccessPolicies = { roles: new Map(), permissions: [], approvals: [] };

export class Gate {
  private readonly policies: () => AccessPolicies;

  constructor(policies: () => AccessPolicies = () => NO_POLICIES) {
    this.policies = policies;
  }

  may(who: RoleHolder, thing: Thing): boolean {
    return may(this.policies(), who, thing);
  }

  asksFirst(thing: Thing): boolean {
    const ids = idsOf(thing);
    return this.policies().approvals.some((pattern) => ids.some((id) => matches(pattern, id)));
  }

  /** True if coda listens to somebody at all: guests only where something is granted to them. */
  hears(who: RoleHolder): boolean {
    return who.role !== 'guest' || permissionsOf(this.policies(), who).length > 0;
  }

  /** Every role that somebody can have. */
  roles(): string[] {
    return [...new Set([...RANKS, ...this.policies().roles.keys()])];
  }

  /** Cache key of `may` besides the thing: equal for all who have the same roles while the policies stay. */
  basis(who: RoleHolder): { policies: object; roles: string } {
    return { policies: this.policies(), roles: rolesOf(who).join(' ') };
  }
}

/** Owners hold everything unless `roles.owner` says what; members may use what no policy keeps, guests only what is granted. */
export function may(policies: AccessPolicies, who: RoleHolder, thing: Thing): boolean {
  if (thing.ownerOnly && who.role !== 'owner') return false;
  const holds = permissionsOf(policies, who);
  if (thing.always) return who.role !== 'guest' || holds.length > 0;
  const ids = idsOf(thing);
  const ruling = policies.permissions.filter(({ pattern }) => ids.some((id) => matches(pattern, id)));
  const required = ruling.flatMap((policy) => policy.required);
  if (!required.every((permission) => holds.some((pattern) => covers(pattern, permission)))) return false;
  if (who.role !== 'guest' || required.length > 0) return true;
  const granted = grantsOf(thing);
  return holds.some((pattern) => !pattern.includes(':') && granted.some((id) => matches(pattern, id)));
}

function rolesOf({ role, roles = [] }: RoleHolder): string[] {
  return [role, ...[...roles].sort()];
}

function permissionsOf({ roles }: AccessPolicies, who: RoleHolder): string[] {
  const holds = rolesOf(who).flatMap((role) => roles.get(role) ?? []);
  return who.role === 'owner' && !roles.has('owner') ? ['*', ...holds] : holds;
}

/**
 * `skill/name`; a skill of instructions is also found by its name alone, whatever it has below it. One of a group has its
 * id and its name without the group, so that a policy on either holds, however it is called.
 */
function idsOf({ kind, name, skill = 'coda', group }: Thing): string[] {
  if (kind !== 'skill') return [`${skill}/${name}`];
  const plain = name.slice(name.lastIndexOf('/') + 1);
  const id = group === undefined || name.includes('/') ? name : `${group}/${name}`;
  const names = [...new Set([name, id, plain])];
  return names.flatMap((each) => [`agent-skills/${each}`, each.includes('/') ? each : `${each}/${each}`]);
}

/** Patterns that grant a thing to a guest: they must name it as it is called. */
function grantsOf(thing: Thing): string[] {
  const { kind, name } = thing;
  if (kind !== 'skill') return idsOf(thing);
  return [`agent-skills/${name}`, ...(name.includes('/') ? [] : [`${name}/${name}`])];
}

/** `finance/close_books`, `finance/*`, `finance` (the same) or `*`. */
function matches(pattern: string, id: string): boolean {
  const whole = pattern === '*' || pattern.includes('/') ? pattern : `${pattern}/*`;
  return whole.endsWith('*') ? id.startsWith(whole.slice(0, -1)) : id === whole;
}

function covers(pattern: string, permission: string): boolean {
  return pattern.endsWith('*') ? permission.startsWith(pattern.slice(0, -1)) : pattern === permission;
}

export interface PolicyProblem {
  file: string;
  line: number;
  message: string;
}

export interface PolicyFile {
  file: string;
  text: string | undefined;
}

export interface InlinePolicies {
  roles: Readonly<Record<string, readonly string[]>>;
  /** Accounts by the role that they have; a role may hold nothing. */
  assigned?: Readonly<Record<string, unknown>> | undefined;
  policies: readonly { skill_id: string; required_permissions: readonly string[]; requires_approval: boolean }[];
}

/** Config and files together: what they require adds up, what they grant, too. With a problem nothing of it holds. */
export function readPolicies(
  inline: InlinePolicies,
  files: { permissions: PolicyFile; approvals: PolicyFile },
): { policies: AccessPolicies; problems: PolicyProblem[] } {
  const problems: PolicyProblem[] = [];
  const granted = read(files.permissions, permissionPolicyFile, problems);
  const asking = read(files.approvals, approvalPolicyFile, problems);
  const roles = new Map<string, readonly string[]>();
  for (const [role, holds] of [...Object.entries(inline.roles), ...Object.entries(granted?.roles ?? {})]) {
    roles.set(role, [...(roles.get(role) ?? []), ...holds]);
  }
  for (const role of Object.keys(inline.assigned ?? {})) {
    if (!roles.has(role) && !(RANKS as readonly string[]).includes(role)) roles.set(role, []);
  }
  const permissions = [...inline.policies, ...(granted?.policies ?? [])];
  const approvals = [...inline.policies, ...(asking?.policies ?? [])].filter((policy) => policy.requires_approval);
  return {
    policies: {
      roles,
      permissions: permissions.map((each) => ({ pattern: each.skill_id, required: each.required_permissions })),
      approvals: approvals.map(({ skill_id }) => skill_id),
    },
    problems,
  };
}

function read<S extends z.ZodType>(
  { file, text }: PolicyFile,
  schema: S,
  problems: PolicyProblem[],
): z.output<S> | undefined {
  if (text === undefined) return undefined;
  const lineAt = (offset: number) => text.slice(0, offset).split('\n').length;
  const json = readJson(text);
  if ('brokenAt' in json) {
    problems.push({ file, line: lineAt(json.brokenAt), message: 'is not valid JSON' });
    return undefined;
  }
  const { value, places, twice } = json;
  // The second of two would silently take the place of the first.
  for (const { path, offset } of twice) {
    problems.push({ file, line: lineAt(offset), message: `${path}: is there twice` });
  }
  const checked = schema.safeParse(value, { error: inputWords });
  if (checked.success) return checked.data;
  for (const { path, message } of checked.error.issues.slice(0, MOST_PROBLEMS)) {
    const where = path.map(String);
    const line = lineAt(placeOf(where, places));
    problems.push({ file, line, message: [where.join('.'), message].filter(Boolean).join(': ') });
  }
  return undefined;
}

const MOST_PROBLEMS = 20;

function placeOf(path: readonly string[], places: ReadonlyMap<string, number>): number {
  for (let length = path.length; length > 0; length--) {
    const place = places.get(path.slice(0, length).join('\0'));
    if (place !== undefined) return place;
  }
  return 0;
}
