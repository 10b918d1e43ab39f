/** A row of a list: j and k go through them, and its acts have keys while it has the focus. */
import type { ComponentChildren, RefObject } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { type Act, isOffered, setRowActs } from '../app/acts.ts';
import { Icon } from './icon.tsx';

interface RowProps {
  /** Its name. */
  label?: string | undefined;
  acts?: readonly Act[];
  class?: string;
  rowRef?: RefObject<HTMLLIElement>;
  children: ComponentChildren;
}

export function Row({ label, acts = [], class: kind = 'row', rowRef, children }: RowProps) {
  const own = useRef<HTMLLIElement>(null);
  const row = rowRef ?? own;
  useLayoutEffect(() => {
    if (row.current) setRowActs(row.current, acts);
  });
  return (
    <li ref={row} class={kind} data-row tabIndex={-1} aria-label={label}>
      {children}
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
