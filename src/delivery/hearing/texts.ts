/** What adapters say to people about what they hear. */
import { listOf, plural } from '../../base/text.ts';

export const away = (count: number) =>
  `I was away; ${count === 1 ? 'an older message was' : `${count} older messages were`} not answered. Please send again what still matters.`;

export const awayLong = (limit: number) =>
  `I was away, and have looked at the last ${plural(limit, 'message')} here only. Please send again what I have not answered.`;

export const tooLarge = (names: readonly string[], mb: number) =>
  `I did not take ${listOf(names)}: the most I take is ${mb} MB a file. Please send something smaller.`;

export const notFetched = (names: readonly string[], platform: string) =>
  `${platform} did not let me have ${listOf(names)}. Please send it again.`;

/** Stands in the message for whoever answers it. */
export const filesMissing = (names: readonly string[]) => `(attached, but not taken: ${listOf(names)})`;
