import type { Role } from './person.ts';

/** Who may talk, as configured: `owners` and `members` are `adapter:id` entries. */
export interface AccessRules {
  owners: readonly string[];
  members: readonly string[];
  /** Who has roles of the configuration's own, by role. */
  assigned?: Readonly<Record<string, readonly string[]>>;
  /** Where members are heard besides direct messages (`adapter:channel`); empty: everywhere. */
  channels?: readonly string[];
  /** Whether strangers are told how they are let in. */
  unknown?: 'notice' | 'ignore';
}

/** What the platform says of somebody: their own id, and the groups they are in (`discord-role:…`). */
export interface Claim {
  adapter: string;
  externalId: string;
  /** What the adapter vouches for by itself. */
  role?: 'owner' | 'member' | undefined;
  groups?: readonly string[] | undefined;
}

/** The role that configuration and adapter give; default deny: who is named nowhere is a guest. */
export function roleOf({ adapter, externalId, role, groups = [] }: Claim, rules: AccessRules): Role {
  const names = [`${adapter}:${externalId}`, ...groups];
  if (role === 'owner' || names.some((name) => rules.owners.includes(name))) return 'owner';
  if (role === 'member' || names.some((name) => rules.members.includes(name))) return 'member';
  return 'guest';
}

/** The roles of the configuration's own that somebody has besides. */
export function assignedTo({ adapter, externalId, groups = [] }: Claim, { assigned = {} }: AccessRules): string[] {
  const names = [`${adapter}:${externalId}`, ...groups];
  return Object.entries(assigned).flatMap(([role, who]) => (names.some((name) => who.includes(name)) ? role : []));
}

/** What an owner's grant of a role gives: who has one of the configuration's own is a member with it. */
export function granted(role: string): { role: Role; roles: string[] } {
  const isBase = (RANKS as readonly string[]).includes(role);
  return isBase ? { role: role as Role, roles: [] } : { role: 'member', roles: [role] };
}

const RANKS: readonly Role[] = ['guest', 'member', 'owner'];

/** Whether `one` may do more than `other`. */
export function outranks(one: Role, other: Role): boolean {
  return RANKS.indexOf(one) > RANKS.indexOf(other);
}

/** The highest of the roles; without any, `guest`. */
export function highest(roles: readonly Role[]): Role {
  return roles.reduce((best, role) => (outranks(role, best) ? role : best), 'guest');
}
