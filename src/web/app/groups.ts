/** The pages within a group, by the first word of its address: tabs of it, and entries of the search. */
import { isOwner } from './session.ts';

export interface GroupPage {
  href: string;
  label: string;
  /** For owners alone, in a group that is for everybody. */
  isOwners?: true;
}

const GROUPS = {
  notes: [
    { href: '/notes', label: 'Notes' },
    { href: '/notes/memories', label: 'What is remembered' },
  ],
  automations: [
    { href: '/automations', label: 'Schedules' },
    { href: '/automations/runs', label: 'Runs' },
    { href: '/automations/webhooks', label: 'Webhooks and services', isOwners: true },
    { href: '/automations/own', label: "coda's own", isOwners: true },
  ],
  activity: [
    { href: '/activity', label: 'Waiting for a yes' },
    { href: '/activity/conversations', label: 'Conversations', isOwners: true },
    { href: '/activity/audit', label: 'What was done', isOwners: true },
    { href: '/activity/undelivered', label: 'Not delivered', isOwners: true },
  ],
  people: [
    { href: '/people', label: 'People' },
    { href: '/people/rights', label: 'Who may what' },
    { href: '/people/tokens', label: 'Tokens' },
  ],
  skills: [
    { href: '/skills', label: 'Installed' },
    { href: '/skills/+market', label: 'Market' },
    { href: '/skills/+secrets', label: 'Secrets' },
    { href: '/skills/+specialists', label: 'Specialists' },
    { href: '/skills/+proposals', label: 'Proposals' },
  ],
  system: [
    { href: '/system', label: 'Overview' },
    { href: '/system/add', label: 'Add' },
    { href: '/system/costs', label: 'Models and costs' },
    { href: '/system/backups', label: 'Backups' },
    { href: '/system/logs', label: 'Logs' },
    { href: '/system/settings', label: 'Settings' },
  ],
} as const satisfies Record<string, readonly GroupPage[]>;

/** Pages that the person may see; none: the group is one page. */
export function pagesOf(group: string): readonly GroupPage[] {
  const pages: readonly GroupPage[] = GROUPS[group as keyof typeof GROUPS] ?? [];
  return pages.filter(({ isOwners }) => !isOwners || isOwner());
}
