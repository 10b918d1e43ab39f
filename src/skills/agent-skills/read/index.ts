/** Reading a `SKILL.md`, whatever it looks like. */

export type { Field, Kind } from './document.ts';
export {
  type Head,
  isSameStamp,
  openToAll,
  type Refusal,
  readBody,
  readHead,
  readWhole,
  refusalOf,
  refusedBy,
  type Stamp,
  stampOf,
} from './file.ts';
export type { Divided } from './frontmatter.ts';
export { FIRST_BYTES } from './limits.ts';
export { isStandardName, normalName } from './name.ts';
export { type Found, type InlineSkill, type Reading, readInline, readSkill, refusedSkill } from './read.ts';
export { splitTools } from './tools.ts';
