/** "Remind me about the bins on Tuesday at 7, and the recycling at the same time": two of one time. Pure. */
import type { Call, Topic } from '../../agent/index.ts';
import { pattern } from '../../base/pattern.ts';
import { splitTask, WEEKDAY } from '../../time/index.ts';
import { create, isDeed } from './phrase-calls.ts';
import { isTime } from './time-words.ts';
import { NO_STATEMENT } from './untold.ts';

const LEAD = '(?:(?:oh|ah|and|also|plus|then)[\\s,]+)*(?:remind me )?(?:(?:to|about|of) )?';
const SAME_TIME = new RegExp(
  `^(?<first>(?:please )?remind me .+?)(?:[.;,!]+\\s+|\\s+(?=and |plus ))${LEAD}(?<other>[^.;!]+?)(?: as well| too)?,? (?:at )?(?:the )?same time[\\s.!]*$`,
  'is',
);
const AS_WELL =
  /^(?<first>(?:please )?remind me .+?)[.;!]+\s+(?:(?:oh|ah)[\s,]+)?(?:(?:and|also|plus)[\s,]+)?(?:(?:to|about|of) )?(?<other>(?:(?<=(?:and|also|plus|to|about|of) )|(?=(?:the|my|our) ))\S+(?: \S+){0,3}?),? (?:as well|too)[\s.!]*$/is;
/** Somebody is told something, and coda nothing. */
const SAID = /\b(?:you|thanks?|i|we|he|she|it|they|is|are|has|have|will|likes?|loves?|wants?|needs?)\b|['’]/i;
const MOST_WORDS = 12;

const A_DAY = `(?:on )?(?<day>(?:this |next )?${WEEKDAY}|today|tomorrow)`;
const AND = '(?:(?:oh|ah|and|also|plus|then|please)[\\s,]+)*';
const DAY_FIRST = pattern.is`^${AND}(?:remind me )?${A_DAY},? (?:at )?(?:the )?same time[,:]? (?:remind me )?(?:to )?(?<task>.+?)[\s.!]*$`;
const DAY_LAST = pattern.is`^${AND}remind me (?:to|about) (?<task>.+?) ${A_DAY},? (?:at )?(?:the )?same time[\s.!]*$`;

/** "Also Sunday same time, ring dad": at the hour of the one that was made just before. */
export function atItsHour(text: string, topic: Topic | undefined): Call | undefined {
  const { day = '', task = '' } = DAY_FIRST.exec(text)?.groups ?? DAY_LAST.exec(text)?.groups ?? {};
  if (day === '' || task === '' || topic?.thing !== 'reminder' || topic.how !== 'made') return undefined;
  return { tool: 'reminder_again', input: { which: 'that', when: day, text: task } };
}

/** Both of them; undefined where the second says a time of its own, or the first says none. */
export function atSameTime(text: string): Call[] | undefined {
  const together = SAME_TIME.exec(text)?.groups;
  const { first = '', other = '' } = together ?? AS_WELL.exec(text)?.groups ?? {};
  if (!together && (SAID.test(other) || NO_STATEMENT.test(other))) return undefined;
  if (other === '' || other.split(/\s+/).length > MOST_WORDS || /\bremind\b|\?/i.test(other)) return undefined;
  const { task, when } = splitTask(first);
  if (when === undefined || task === '' || !isTime(when)) return undefined;
  if (splitTask(`remind me to ${other}`).when !== undefined) return undefined;
  return [create(task, when), create(withVerb(other, task), when)];
}

/** "Call Jo", and "Ben": call Ben. */
export function withVerb(other: string, task: string): string {
  const [verb = '', ...rest] = task.split(/\s+/);
  return isDeed(task) && !isDeed(other) && rest.length > 0 && rest.length <= 2 ? `${verb} ${other}` : other;
}
