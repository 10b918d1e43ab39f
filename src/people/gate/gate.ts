import type { Person } from '../person.ts';

/** A tool, command, button or skill, about which the gate is asked. */
export interface Thing {
  /** A skill is one of instructions (`SKILL.md`). */
  kind: 'tool' | 'command' | 'skill';
  name: string;
  /** Of a skill of instructions that is called by its name alone. */
  group?: string | undefined;
  /** The built-in skill that a tool or command belongs to; left out: it is coda's own. */
  skill?: string | undefined;
  ownerOnly?: boolean | undefined;
  /** Part of talking at all (the answer to a question of coda's own): whoever is heard may. */
  always?: boolean | undefined;
}

export type Who = Pick<Person, 'role' | 'roles'>;

/** Policies of configuration and files, merged. */
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

/** Decides who may use what, by the policies as they are at the moment. */
export class Gate {
  private readonly policies: () => AccessPolicies;

  constructor(policies: () => AccessPolicies = () => NO_POLICIES) {
    this.policies = policies;
  }

  /** True if somebody with these roles may use the thing, and is to be shown it. */
  may(who: Who, thing: Thing): boolean {
    return may(this.policies(), who, thing);
  }

  /** True if a use of the thing asks the person first, whoever they are. */
  asksFirst(thing: Thing): boolean {
    const ids = idsOf(thing);
    return this.policies().approvals.some((pattern) => ids.some((id) => matches(pattern, id)));
  }

  /** True if coda listens to somebody at all: guests only where something is granted to them. */
  hears(who: Who): boolean {
    return who.role !== 'guest' || held(this.policies(), who).length > 0;
  }

  /** Cache key of `may` besides the thing: equal for all who have the same roles while the policies stay. */
  basis(who: Who): { policies: object; roles: string } {
    return { policies: this.policies(), roles: rolesOf(who).join(' ') };
  }
}

/** Owners hold everything unless `roles.owner` says what; members may use what no policy keeps, guests only what is granted. */
export function may(policies: AccessPolicies, who: Who, thing: Thing): boolean {
  if (thing.ownerOnly && who.role !== 'owner') return false;
  const holds = held(policies, who);
  if (thing.always) return who.role !== 'guest' || holds.length > 0;
  const ids = idsOf(thing);
  const ruling = policies.permissions.filter(({ pattern }) => ids.some((id) => matches(pattern, id)));
  const required = ruling.flatMap((policy) => policy.required);
  if (!required.every((permission) => holds.some((held) => covers(held, permission)))) return false;
  if (who.role !== 'guest' || required.length > 0) return true;
  const granted = grantsOf(thing);
  return holds.some((held) => !held.includes(':') && granted.some((id) => matches(held, id)));
}

function rolesOf({ role, roles = [] }: Who): string[] {
  return [role, ...[...roles].sort()];
}

function held({ roles }: AccessPolicies, who: Who): string[] {
  const holds = rolesOf(who).flatMap((role) => roles.get(role) ?? []);
  return who.role === 'owner' && !roles.has('owner') ? ['*', ...holds] : holds;
}

/**
 * `skill/name`; a skill of instructions is also found by its name alone, whatever it has below it. One of a group is meant by
 * its id and by its name without the group: what keeps it keeps it, however it is called.
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

function covers(held: string, permission: string): boolean {
  return held.endsWith('*') ? permission.startsWith(held.slice(0, -1)) : held === permission;
}
