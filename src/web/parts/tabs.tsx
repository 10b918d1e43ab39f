export interface Tab {
  href: string;
  label: string;
  count?: number;
}

const intoSight = (link: HTMLAnchorElement | null) => link?.scrollIntoView({ block: 'nearest', inline: 'nearest' });

/** Pages of one group; the one at this address is marked, and in sight where not all of them are. */
export function Tabs({ label, tabs, current }: { label: string; tabs: readonly Tab[]; current: string }) {
  return (
    <nav class="tabs" aria-label={label}>
      {tabs.map(({ href, label: words, count = 0 }) => (
        <a
          key={href}
          href={href}
          aria-current={href === current ? 'page' : undefined}
          {...(href === current && { ref: intoSight })}
        >
          {words}
          {count > 0 && <span class="count"> {count}</span>}
        </a>
      ))}
    </nav>
  );
}
