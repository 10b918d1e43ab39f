import { signal } from '@preact/signals';
import { type Act, actsOfRow, rowInFocus } from './acts.ts';

/** True while the search over everything is open. */
export const palette = signal(false);

/** The row that had the focus when it was opened, which the box itself has now. */
export const rowBehind = signal<{ name: string; acts: readonly Act[] }>({ name: '', acts: [] });

export function openPalette(): void {
  const row = rowInFocus();
  rowBehind.value = { name: row?.getAttribute('aria-label') ?? 'This row', acts: actsOfRow(row) };
  palette.value = true;
}
