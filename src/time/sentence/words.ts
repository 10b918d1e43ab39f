/** Words and signs that tell what a time beside them belongs to. */

/** A time of day without its colon. */
export const THREE_DIGITS = /^(?:[1-9]|1[0-2])[0-5]\d$/;

/** What is counted. */
export const THINGS = /^(?:people|men|women|children|kids|\w{2,}[^\Ws]s)$/;

/** "30 minutes of yoga" is what is to be done. */
export const OF = /^(?:of|for)$/;

export const NUMBERS = new Set(
  'one two three four five six seven eight nine ten fifteen twenty thirty forty fifty'.split(' '),
);

/** What a time of the reminder begins with. */
export const PREPOSITIONS = new Set('at by about in on this ~ exactly'.split(' '));

/** Words that bind a time to what stands before it. */
export const BELONGS = new Set('to of the a an my our his her their your for from than'.split(' '));
