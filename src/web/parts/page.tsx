/** Parts of every page: its head, its sections, and the sentences for nothing, for what failed and for what is on its way. */
import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import { type Act, isOffered, useActs } from '../app/acts.ts';
import type { LoadState } from '../app/load.ts';
import { openPalette } from '../app/palette-state.ts';
import { assistantName, person } from '../app/session.ts';
import { ActButton, Button, WordButtons } from './button.tsx';
import { Menu } from './menu.tsx';

interface PageProps {
  title: string;
  /** A press on the title does this. */
  titleAct?: Act | undefined;
  /** Beside the title, by Ctrl-K, and by their keys. */
  acts?: readonly Act[];
  /** Further ones, in a menu. */
  more?: { label: string; acts: readonly Act[] } | undefined;
  beside?: ComponentChildren;
  children: ComponentChildren;
  /** A page that fills its window scrolls by itself. */
  isFull?: boolean;
}

const NONE: readonly Act[] = [];

export function Page({ title, titleAct, acts = NONE, more, beside, children, isFull = false }: PageProps) {
  useActs([...acts, ...(more?.acts ?? NONE)]);
  useEffect(() => {
    const waiting = person().counts.unread;
    document.title = `${waiting > 0 ? `(${waiting}) ` : ''}${title} · ${assistantName()}`;
  });
  return (
    <>
      <header class="top">
        <h1 class="one-line" dir="auto">
          {titleAct ? (
            <button type="button" class="title one-line" title={titleAct.label} onClick={titleAct.run}>
              {title}
            </button>
          ) : (
            title
          )}
        </h1>
        <Button icon="search" label="Search" kind="quiet" onClick={openPalette} />
        {acts.filter(isOffered).map((each) => (
          <ActButton key={each.label} act={each} />
        ))}
        {more && <Menu label={more.label} items={more.acts} />}
        {beside}
      </header>
      {isFull ? (
        children
      ) : (
        <main id="main" tabIndex={-1}>
          {children}
        </main>
      )}
    </>
  );
}

interface SectionProps {
  title?: string;
  /** Beside the title in words, by Ctrl-K, and by their keys. */
  acts?: readonly Act[];
  beside?: ComponentChildren;
  children: ComponentChildren;
}

export function Section({ title, acts = NONE, beside, children }: SectionProps) {
  useActs(acts);
  return (
    <section class="section" aria-label={title}>
      {(title !== undefined || acts.length > 0 || beside !== undefined) && (
        <header>
          {title !== undefined && <h2>{title}</h2>}
          <WordButtons acts={acts} hasIcons />
          {beside}
        </header>
      )}
      {children}
    </section>
  );
}

/** Nothing is here: the sentence says what to do about it. */
export const Empty = ({ children }: { children: ComponentChildren }) => <p class="empty">{children}</p>;

/** Shows what was read, the old while the new is on its way, and what went wrong beside it. */
export function LoadView<T>({ loaded, children }: { loaded: LoadState<T>; children: (data: T) => ComponentChildren }) {
  const { data, failure, reload } = loaded;
  return (
    <>
      {failure && (
        <div class="failure" role="alert">
          <span>{failure.sentence}</span>
          <Button onClick={reload}>Try again</Button>
        </div>
      )}
      {data !== undefined && children(data)}
    </>
  );
}
