/** Light or dark in this browser: as the device has it, or as its person has chosen here. */
import { signal } from '@preact/signals';
import { ownName } from './base.ts';

const KEY = ownName('coda.theme');
const DARK = '(prefers-color-scheme: dark)';

export type Theme = 'device' | 'light' | 'dark';

const storedTheme = (): Theme => {
  const value = localStorage.getItem(KEY);
  return value === 'light' || value === 'dark' ? value : 'device';
};

export const theme = signal<Theme>('device');

/** Rules for dark devices, which are the only ones with these colours. */
const darkRules = (): CSSMediaRule[] =>
  [...document.styleSheets].flatMap(({ cssRules }) =>
    [...cssRules].filter((rule): rule is CSSMediaRule => rule instanceof CSSMediaRule && dark.has(rule)),
  );

/** Rules that were for dark devices before they were made for all or none. */
const dark = {
  seen: new WeakSet<CSSMediaRule>(),
  has(rule: CSSMediaRule): boolean {
    if (rule.media.mediaText === DARK) this.seen.add(rule);
    return this.seen.has(rule);
  },
};

function show(next: Theme): void {
  theme.value = next;
  document.documentElement.style.colorScheme = next === 'device' ? '' : next;
  const media = { device: DARK, light: 'not all', dark: 'all' }[next];
  for (const rule of darkRules()) rule.media.mediaText = media;
}

/** Shows the stored choice, and follows that of other tabs. */
export function followTheme(): void {
  show(storedTheme());
  window.addEventListener('storage', ({ key }) => {
    if (key === KEY || key === null) show(storedTheme());
  });
}

export function chooseTheme(next: Theme): void {
  if (next === 'device') localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, next);
  show(next);
}
