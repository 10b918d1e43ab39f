/** What adapters say to people about what they hear. */
import { plural } from '../../base/text.ts';

export const away = (count: number) =>
  `I was away; ${count === 1 ? 'an older message was' : `${count} older messages were`} not answered. Please send again what still matters.`;

export const awayLong = (limit: number) =>
  `I was away, and have looked at the last ${plural(limit, 'message')} here only. Please send again what I have not answered.`;
