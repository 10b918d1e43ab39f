/** The tools by which the interpreter of plain English answers where no skill's tool does. */
export const NOT_UNDERSTOOD = 'not_understood';
export const DROP = 'question_drop';
