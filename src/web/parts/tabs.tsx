export interface Tab {
  href: string;
  label: string;
  count?: number;
}

/** Pages of one group; the one at this address is marked. */
export function Tabs({ label, tabs, current }: { label: string; tabs: readonly Tab[]; current: string }) {
  return (
    <nav class="tabs" aria-label={label}>
      {tabs.map(({ href, label: words, count = 0 }) => (
        <a key={href} href={href} aria-current={href === current ? 'page' : undefined}>
          {words}
          {count > 0 && <span class="count"> {count}</span>}
        </a>
      ))}
    </nav>
  );
}
