/** The pages within a group, by the first word of its address: tabs of it, and entries of the search. */

export interface GroupPage {
  href: string;
  label: string;
  /** For owners alone, in a group that is for everybody. */
  isOwners?: true;
}

export const GROUPS = {
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
    { href: '/system/costs', label: 'Models and costs' },
    { href: '/system/backups', label: 'Backups' },
    { href: '/system/logs', label: 'Logs' },
    { href: '/system/settings', label: 'Settings' },
  ],
} as const satisfies Record<string, readonly GroupPage[]>;

export const pagesOf = (group: string): readonly GroupPage[] => GROUPS[group as keyof typeof GROUPS] ?? [];
