import type { Person } from '../person.ts';

/** What a person may use or not. The same gate is asked for tools, commands, buttons and skills. */
export interface Thing {
  /** A skill is one of instructions (`SKILL.md`). */
  kind: 'tool' | 'command' | 'skill';
  name: string;
  /** The built-in skill that a tool or command belongs to; left out: it is coda's own. */
  skill?: string | undefined;
  ownerOnly?: boolean | undefined;
  /** Part of talking at all (the answer to a question of coda's own): whoever is heard may. */
  always?: boolean | undefined;
}

export type Who = Pick<Person, 'role' | 'roles'>;

/** What config and policy files say, put together. */
export interface AccessPolicies {
  /** What each role holds: permissions (`admin:read`, `admin:*`, `*`), and patterns of things that guests may use (`notes/*`). */
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

  /** Whether somebody with these roles may use the thing, and is to be shown it. */
  may(who: Who, thing: Thing): boolean {
    return may(this.policies(), who, thing);
  }

  /** Whether a use of the thing asks the person first, whoever they are. */
  asksFirst(thing: Thing): boolean {
    const ids = idsOf(thing);
    return this.policies().approvals.some((pattern) => ids.some((id) => matches(pattern, id)));
  }

  /** Whether coda listens to somebody at all: guests only where something is granted to them. */
  hears(who: Who): boolean {
    return who.role !== 'guest' || held(this.policies(), who).length > 0;
  }

  /** What `may` depends on besides the thing: equal for all who have the same roles while the policies stay. */
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
  return holds.some((held) => !held.includes(':') && ids.some((id) => matches(held, id)));
}

function rolesOf({ role, roles = [] }: Who): string[] {
  return [role, ...[...roles].sort()];
}

function held({ roles }: AccessPolicies, who: Who): string[] {
  const holds = rolesOf(who).flatMap((role) => roles.get(role) ?? []);
  return who.role === 'owner' && !roles.has('owner') ? ['*', ...holds] : holds;
}

/** `skill/name`; a skill of instructions is also found by its name alone, whatever it has below it. */
function idsOf({ kind, name, skill = 'coda' }: Thing): string[] {
  return kind === 'skill' ? [`agent-skills/${name}`, `${name}/${name}`] : [`${skill}/${name}`];
}

/** `finance/close_books`, `finance/*`, `finance` (the same) or `*`. */
function matches(pattern: string, id: string): boolean {
  const whole = pattern === '*' || pattern.includes('/') ? pattern : `${pattern}/*`;
  return whole.endsWith('*') ? id.startsWith(whole.slice(0, -1)) : id === whole;
}

function covers(held: string, permission: string): boolean {
  return held.endsWith('*') ? permission.startsWith(held.slice(0, -1)) : held === permission;
}
