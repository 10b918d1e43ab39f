import type { Role } from './person.ts';

/** Access rules of the configuration: `owners` and `members` are `adapter:id` entries. */
export interface AccessRules {
  owners: readonly string[];
  members: readonly string[];
  assigned?: Readonly<Record<string, readonly string[]>>;
  /** Channels where members are heard besides direct messages (`adapter:channel`); empty: everywhere. */
  channels?: readonly string[];
  unknown?: 'notice' | 'ignore';
}

/** The platform's facts about an account: its id, and its groups (`discord-role:…`). */
export interface Claim {
  adapter: string;
  externalId: string;
  /** A role that the adapter vouches for by itself. */
  role?: 'owner' | 'member' | undefined;
  groups?: readonly string[] | undefined;
  /** The groups are those of one request's token. */
  byToken?: true | undefined;
}

/** The part of a claim that outlasts the request. */
export function keptClaim({ role, groups, byToken }: Pick<Claim, 'role' | 'groups' | 'byToken'>) {
  return { role, groups: byToken ? undefined : groups };
}

/** The role that configuration and adapter give; default deny: who is named nowhere is a guest. */
export function roleOf({ adapter, externalId, role, groups = [] }: Claim, rules: AccessRules): Role {
  const names = [`${adapter}:${externalId}`, ...groups];
  if (role === 'owner' || names.some((name) => rules.owners.includes(name))) return 'owner';
  if (role === 'member' || names.some((name) => rules.members.includes(name))) return 'member';
  return 'guest';
}

export function assignedTo({ adapter, externalId, groups = [] }: Claim, { assigned = {} }: AccessRules): string[] {
  const names = [`${adapter}:${externalId}`, ...groups];
  return Object.entries(assigned).flatMap(([role, who]) => (names.some((name) => who.includes(name)) ? role : []));
}

/** Roles from an owner's grant: a custom role makes its holder a member, too. */
export function rolesOfGrant(role: string): { role: Role; roles: string[] } {
  const isBase = (RANKS as readonly string[]).includes(role);
  return isBase ? { role: role as Role, roles: [] } : { role: 'member', roles: [role] };
}

export const RANKS: readonly Role[] = ['guest', 'member', 'owner'];

export function outranks(one: Role, other: Role): boolean {
  return RANKS.indexOf(one) > RANKS.indexOf(other);
}

export function highest(roles: readonly Role[]): Role {
  return roles.reduce((best, role) => (outranks(role, best) ? role : best), 'guest');
}
