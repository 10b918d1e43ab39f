/** Light or dark in this browser: as the device has it, or as its person has chosen here. */
import { signal } from '@preact/signals';
import { ownName } from './base.ts';

const KEY = ownName('coda.theme');
const DARK = '(prefers-color-scheme: dark)';

export type Theme = 'device' | 'light' | 'dark';

const storedTheme = (): Theme => {
  const stored = localStorage.getItem(KEY);
  return stored === 'light' || stored === 'dark' ? stored : 'device';
};

export const theme = signal<Theme>('device');

/** Rules for dark devices, which are the only ones with these colours. */
const darkRules = (): CSSMediaRule[] =>
  [...document.styleSheets].flatMap(({ cssRules }) =>
    [...cssRules].filter((rule): rule is CSSMediaRule => rule instanceof CSSMediaRule && dark.has(rule)),
  );

/** Rules that were for dark devices before they were made for all or none. */
const dark = {
  known: new WeakSet<CSSMediaRule>(),
  has(rule: CSSMediaRule): boolean {
    if (rule.media.mediaText === DARK) this.known.add(rule);
    return this.known.has(rule);
  },
};

function show(chosen: Theme): void {
  theme.value = chosen;
  document.documentElement.style.colorScheme = chosen === 'device' ? '' : chosen;
  const media = { device: DARK, light: 'not all', dark: 'all' }[chosen];
  for (const rule of darkRules()) rule.media.mediaText = media;
}

export const showStoredTheme = (): void => show(storedTheme());

export function chooseTheme(chosen: Theme): void {
  if (chosen === 'device') localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, chosen);
  show(chosen);
}
