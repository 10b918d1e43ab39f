/** The variant that has won, by the lower bound of Wilson's interval. Pure. */

/** Of the 95 % interval. */
const Z = 1.96;

/** Runs that each variant needs before one can win, where nothing else is said. */
export const LEAST_RUNS = 20;

/** Lower bound of the share of runs that end well (Wilson 1927); 0 without runs. */
export function lowerBound(well: number, ended: number): number {
  if (ended === 0) return 0;
  const share = well / ended;
  const spread = Z * Math.sqrt((share * (1 - share) + Z ** 2 / (4 * ended)) / ended);
  return Math.max(0, (share + Z ** 2 / (2 * ended) - spread) / (1 + Z ** 2 / ended));
}

export interface Tally {
  name: string;
  well: number;
  ended: number;
}

/** The variant with the highest lower bound once each has `least` runs; else those that lack some, or are equal. */
export type Winner = { name: string } | { lacking: readonly Tally[] } | { equal: readonly string[] };

export function winnerOf(tallies: readonly Tally[], least: number): Winner {
  const lacking = tallies.filter(({ ended }) => ended < least);
  if (lacking.length > 0) return { lacking };
  const best = Math.max(...tallies.map(({ well, ended }) => lowerBound(well, ended)));
  const first = tallies.filter(({ well, ended }) => lowerBound(well, ended) === best).map(({ name }) => name);
  return first.length === 1 && first[0] !== undefined ? { name: first[0] } : { equal: first };
}
