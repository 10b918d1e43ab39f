/** Texts about files that came with a message. */
import { listOf } from '../../base/text.ts';

export const tooLarge = (names: readonly string[], mb: number) =>
  `I did not take ${listOf(names)}: the most I take is ${mb} MB a file. Please send something smaller.`;

export const notFetched = (names: readonly string[], platform: string) =>
  `${platform} did not let me have ${listOf(names)}. Please send it again.`;

/** Stands in the message for whoever answers it. */
export const filesMissing = (names: readonly string[]) => `${MISSING}${listOf(names)})`;

const MISSING = '(attached, but not taken: ';

/** True if a message holds no words but those. */
export const isWordless = (text: string) => text.trim() === '' || (text.startsWith(MISSING) && !text.includes('\n'));
