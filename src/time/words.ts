/** The names of days and months, as sources of regular expressions in small letters. */
import { MONTHS, SHORT_MONTHS, WEEKDAYS } from './format.ts';

export const monthNames: readonly string[] = MONTHS.map((name) => name.toLowerCase());

/** `monday` */
export const WEEKDAY = `(?:${WEEKDAYS.map((name) => name.toLowerCase().replace(/day$/, '')).join('|')})day`;
/** `january` */
export const MONTH = `(?:${monthNames.join('|')})`;
/** `jan`: what each name begins with. */
export const MONTH_BEGINNING = `(?:${SHORT_MONTHS.map((name) => name.toLowerCase()).join('|')})`;
/** `january`, `jan`, `sept` */
export const ANY_MONTH =
  '(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)';
