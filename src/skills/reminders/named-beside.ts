/** Requests that name what is meant, if there is such a one: "it's the math one that's off, delete it". */
import type { Call, Topic } from '../../agent/index.ts';
import { isFormOf, wordsIn } from '../../base/word-forms.ts';
import { WEEKDAY } from '../../time/index.ts';
import { again, isName, remind } from './phrase-calls.ts';
import { isTime } from './time-words.ts';

const DAY = `(?:today|tomorrow|tonight|this week|next week|(?:on |this |next )?${WEEKDAY})`;
const NAMED = new RegExp(
  `^(?:(?:no|oops|wait|oh|ok|sorry|actually|hmm)[\\s,]+)*(?<its>it(?:['’]?s| is) )?(?:the |my |our )?(?<name>[^,.;:!?]{2,40}?)(?<one> one| reminder)? (?:(?:i|we) (?:(?:don['’]?t|do not|no longer) (?:need|want)|can drop)(?: any ?more)?|(?:(?:that['’]?s|that is|which is|is|was|are|got|has been|['’]s|s) )?(?:off|cancelled|canceled|called off|not happening|no longer happening|bailed)|(?:has |have |['’]s )?already (?:called|rang|rung|phoned|emailed|texted|replied|answered|came|come|arrived|paid)(?: (?:me|us|it|back))?(?: (?:at|this|yesterday|today|earlier)[^,;]{0,15})?)(?: (?<day>${DAY}))?(?: lol| now)?[\\s,.;!–-]+(?:so |please |you can |just )*(?:delete|remove|cancel|drop|scrap|bin|lose|get rid of) (?:it|that|this|that one|this one)[\\s.!]*$`,
  'i',
);

/** The deletion of what is named, else of what is at hand; undefined where that bears the name, or nothing is named. */
export function namedBeside(text: string, topic: Topic | undefined): { instead: Call[] } | undefined {
  const { name = '', day = '' } = NAMED.exec(text)?.groups ?? {};
  if (name === '' || !isName(name) || /^(?:he|she|they|it|we|i|everything|everyone)\b/i.test(name)) return undefined;
  const own = wordsIn(topic?.text ?? '');
  if (wordsIn(name).every((word) => own.some((one) => isFormOf(word, one)))) return undefined;
  const remove = (which: string): Call => ({ tool: 'reminder_delete', input: { which } });
  // What is off on a day alone does not end.
  return { instead: day === '' ? [remove(name), remove('that')] : [remove(`${name} ${day}`)] };
}

const ONCE_MORE =
  /^(?:(?:please|can you|could you)[\s,]+)*(?:remind|ping|nudge) me (?:of|about) (?<which>.{2,40}?) (?:again|once more) (?<when>[^,;.!?]{2,40})[\s.!?]*$/i;

/** "Remind me of the glossary again at 6pm": of the one that there is, else a new one. */
export function onceMore(text: string): { instead: Call[] } | undefined {
  const { which = '', when = '' } = ONCE_MORE.exec(text)?.groups ?? {};
  if (which === '' || !isTime(when) || /^(?:it|that|this|them)$/i.test(which)) return undefined;
  const calls = [again(which, when), remind(`about ${which} ${when}`)];
  return { instead: calls.filter((call) => call !== undefined) };
}
