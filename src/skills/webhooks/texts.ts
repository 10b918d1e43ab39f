export const texts = {
  /** Below the words that a template makes. */
  notSent: (places: readonly string[]) => `(Not in what was sent: ${places.join(', ')}.)`,
};
