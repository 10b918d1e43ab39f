/** Texts of the terminal. */

/** Before a part that may already have been shown. */
export const AGAIN = '(again)';
