/** What the interpreter says by itself. */

export const texts = {
  nothing: 'All right.',
  tooLong: (max: number) =>
    `That is longer than I can take in without a model (${max.toLocaleString('en')} characters).`,
};
