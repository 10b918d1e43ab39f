/** A row of a list: j and k go through them, and its acts have keys while it has the focus. */
import type { ComponentChildren, RefObject } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { type Act, isOffered, setRowActs } from '../app/acts.ts';
import { WordButtons } from './button.tsx';
import { Icon } from './icon.tsx';
import { Menu } from './menu.tsx';

interface RowProps {
  /** Its name. */
  label?: string | undefined;
  /** By their keys and Ctrl-K while it has the focus; `buttons` and `menu` stand in it, too. */
  acts?: readonly Act[];
  buttons?: readonly Act[];
  menu?: { label: string; acts: readonly Act[] } | undefined;
  class?: string;
  rowRef?: RefObject<HTMLLIElement>;
  children: ComponentChildren;
}

const NONE: readonly Act[] = [];

export function Row({ label, acts = NONE, buttons = NONE, menu, class: kind = 'row', rowRef, children }: RowProps) {
  const own = useRef<HTMLLIElement>(null);
  const row = rowRef ?? own;
  useLayoutEffect(() => {
    if (row.current) setRowActs(row.current, [...acts, ...buttons, ...(menu?.acts ?? NONE)]);
  });
  return (
    <li ref={row} class={kind} data-row tabIndex={-1} aria-label={label}>
      {children}
      <WordButtons acts={buttons} />
      {menu && <Menu label={menu.label} items={menu.acts} />}
    </li>
  );
}

/** The round button at the beginning of a row. */
export const Tick = ({ act }: { act: Act }) =>
  isOffered(act) ? (
    <button type="button" class="tick" aria-label={act.label} title={act.label} onClick={act.run}>
      <Icon name={act.icon ?? 'check'} />
    </button>
  ) : null;
