/** How much of a skill is looked at, whatever it claims to be. Real ones stay far below all of these. */

/** Of a file at a scan: the frontmatter and, where a description is missing, the first paragraph lie in it. */
export const HEAD_BYTES = 65_536;
/** What is read first; nearly every frontmatter ends before it. */
export const FIRST_BYTES = 4_096;
/** A larger `SKILL.md` is refused: the largest body among thousands of public skills has 293 kB. */
export const MAX_FILE_BYTES = 4_000_000;
/** Aliases multiply: a few lines of them can stand for billions of values. */
export const MAX_NODES = 5_000;
/** Words and signs of YAML. What is broken takes the library long for each: the longest real frontmatter has 1,235. */
export const MAX_LEXEMES = 2_500;
/** What the quick reader takes on: all of it is one piece of work. */
export const MAX_PLAIN_CHARACTERS = 16_384;
/** The YAML composer uses up the stack on what is nested more deeply than a few thousand levels. */
export const MAX_DEPTH = 32;
