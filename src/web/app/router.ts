/** The address is the only state that says which page is shown. */
import { computed, signal } from '@preact/signals';
import { addressOf, pathIn, shownAddress, wordsOfAddress } from './base.ts';

const address = signal(shownAddress());

/** Words between the slashes: `['notes', 'k3x9tq']`. */
export const path = computed(() => wordsOfAddress(address.value));

export const query = computed(() => new URLSearchParams(address.value.split('?')[1] ?? ''));

/** Shows another page; `replace`: the one before is not gone back to. */
export function go(to: string, { replace = false } = {}): void {
  if (to === address.value) return;
  history[replace ? 'replaceState' : 'pushState'](null, '', addressOf(to));
  const before = path.value.join('/');
  address.value = to;
  if (path.value.join('/') === before) return;
  document.querySelector('main')?.scrollTo({ top: 0 });
  // The next key goes to the page, and a screen reader tells of it.
  requestAnimationFrame(() => {
    if (!document.activeElement || document.activeElement === document.body)
      document.querySelector<HTMLElement>('main')?.focus();
  });
}

/** Keeps what a list is searched by in the address, so that whoever comes back finds it as it was. */
export function keepFilter(name: string, value: string): void {
  const filters = new URLSearchParams(query.value);
  if (value === '') filters.delete(name);
  else filters.set(name, value);
  const words = filters.toString();
  go(`/${path.value.map(encodeURIComponent).join('/')}${words === '' ? '' : `?${words}`}`, { replace: true });
}

/** Links of the page itself load nothing anew. */
export function followLinks(): void {
  // At an address without its prefix: cookies and the worker are those of the prefix.
  if (pathIn(location.pathname) === undefined || location.pathname === addressOf(''))
    history.replaceState(null, '', addressOf(address.value) + location.hash);
  addEventListener('popstate', () => {
    address.value = shownAddress();
  });
  document.addEventListener('click', (event) => {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
    const link = (event.target as Element).closest<HTMLAnchorElement>('a[href]');
    if (!link || link.target || link.hasAttribute('download') || link.origin !== location.origin) return;
    const to = pathIn(link.pathname);
    if (to === undefined || to.startsWith('/v1/') || link.hash) return;
    event.preventDefault();
    go(to + link.search);
  });
}
