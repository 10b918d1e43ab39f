type Tag = (strings: TemplateStringsArray, ...parts: readonly string[]) => RegExp;

const withFlags =
  (flags: string): Tag =>
  ({ raw }, ...parts) =>
    new RegExp(String.raw({ raw }, ...parts), flags);

/** Regular expressions of named parts, by their flags: pattern.i`^next ${WEEKDAY}$`. The parts are sources, not texts. */
export const pattern = {
  plain: withFlags(''),
  i: withFlags('i'),
  gi: withFlags('gi'),
  is: withFlags('is'),
  iu: withFlags('iu'),
};
