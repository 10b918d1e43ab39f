/** A regular expression of named parts, with its `flags`: pattern('i')`^next ${WEEKDAY}$`. The parts are sources, not texts. */
export const pattern =
  (flags = '') =>
  ({ raw }: TemplateStringsArray, ...parts: readonly string[]): RegExp =>
    new RegExp(String.raw({ raw }, ...parts), flags);
