/** What the terminal says by itself. */

/** Before a part that may already have been shown. */
export const AGAIN = '(again)';
