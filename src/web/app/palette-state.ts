import { signal } from '@preact/signals';

/** True while the search over everything is open. */
export const palette = signal(false);
