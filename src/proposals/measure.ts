/** Quantile of the 95 % interval. */
const Z = 1.96;

/** Bounds of the share of `all` that ends well, where `well` of them did (Wilson's score interval, 1927). Without any: all is possible. Pure. */
export function shareWithin(well: number, all: number): { low: number; high: number } {
  if (all === 0) return { low: 0, high: 1 };
  const share = well / all;
  const spread = Z * Math.sqrt((share * (1 - share) + Z ** 2 / (4 * all)) / all);
  const [middle, whole] = [share + Z ** 2 / (2 * all), 1 + Z ** 2 / all];
  return { low: Math.max(0, (middle - spread) / whole), high: (middle + spread) / whole };
}
