import { listOf } from '../../base/text.ts';

export const tooLarge = (names: readonly string[], mb: number) =>
  `I did not take ${listOf(names)}: the most I take is ${mb} MB a file. Please send something smaller.`;

export const notFetched = (names: readonly string[], platform: string) =>
  `${platform} did not let me have ${listOf(names)}. Please send it again.`;

export const notHad = (name: string, why: string) => `I have not got ${name}: ${why}`;

export const filesMissing = (names: readonly string[]) => `${MISSING}${listOf(names)})`;

const MISSING = '(attached, but not taken: ';

export const isWordless = (text: string) => text.trim() === '' || (text.startsWith(MISSING) && !text.includes('\n'));
