/** A list that is read page by page: what is shown stays while more comes. */
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { useLoad } from '../app/load.ts';
import { act } from '../app/toasts.tsx';
import { Button } from './button.tsx';
import { LoadView } from './page.tsx';

interface Paged {
  next: string | null;
}

/** `items`: undefined until the first page is there; `state` shows what went wrong, `more` the button for the next page. */
export function usePages<T extends Paged, Item>(
  key: string,
  read: (after: string | undefined) => Promise<T>,
  itemsOf: (page: T) => readonly Item[],
  changes: readonly string[] = [],
): { items: readonly Item[] | undefined; state: ComponentChildren; more: ComponentChildren; reload: () => void } {
  const [later, setLater] = useState<{ key: string; pages: readonly T[] }>({ key, pages: [] });
  const first = useLoad(
    key,
    async () => {
      const page = await read(undefined);
      setLater({ key, pages: [] });
      return page;
    },
    changes,
  );
  const pages = first.data === undefined ? undefined : [first.data, ...(later.key === key ? later.pages : [])];
  const next = pages?.at(-1)?.next ?? null;
  const readMore = () =>
    act(async () => {
      const page = await read(next ?? undefined);
      setLater((before) => ({ key, pages: [...before.pages, page] }));
    });
  return {
    items: pages?.flatMap(itemsOf),
    state: <LoadView loaded={first}>{() => null}</LoadView>,
    more: next !== null && <Button onClick={() => void readMore()}>More</Button>,
    reload: first.reload,
  };
}
