/** "Buy bread … no, butter": another word for the last thing that was named. */
import { pattern } from '../../base/pattern.ts';
import { splitTask, taskWords, WEEKDAY } from '../../time/index.ts';
import { PAST } from './phrase-calls.ts';
import { isTime } from './time-words.ts';

const CHAT =
  /\b(?:thanks?|thank|worries|problem|need|way|idea|good|fine|ok|okay|cheers|sorry|wait|stop|wrong|right|cancel|delete|remove|undo|forget|never|mind|not|no|don['’]?t|it|that|this|later|sooner|earlier|you|i|we|he|she|they|what|why|when|who|how|is|are|was|more|less|one|ones|yet|now|please|yes|yeah|lol|other|another|both|all|none|nothing|urgent|done|make|change|move|set|remind|show|list|note)\b|\d/i;
/** Who is spoken to: "sorry, mate". */
const ADDRESS =
  /^(?:mate|bro|boss|love|darling|dear|honey|hun|sweetie|babe|buddy|pal|man|dude|chief|friend|guys?|folks|everyone|all|sir|madam|ma['’]?am|coda)$/i;
const A_THING = /^(?:the|my|our|a|an|some|his|her|their)\s/i;

/** `text` with `thing` in place of its last one: "buy bread", butter → "buy butter"; undefined where that is no thing. */
export function otherThing(text: string | undefined, thing: string): string | undefined {
  const words = thing.split(/\s+/);
  const own = text?.split(/\s+/) ?? [];
  if (words.length > 3 || CHAT.test(thing) || ADDRESS.test(thing) || isTime(thing) || !/^[\p{L}\s'’-]+$/u.test(thing))
    return undefined;
  const [first = ''] = words;
  // "Dr Somers", of "ring Dr Soames".
  const same = words.length > 1 ? own.indexOf(first) : -1;
  if (
    same > 0 &&
    /^\p{Lu}/u.test(first) &&
    own.length >= same + words.length &&
    own.slice(same, same + words.length).every((one) => /^\p{Lu}/u.test(one))
  )
    return [...own.slice(0, same), ...words, ...own.slice(same + words.length)].join(' ');
  if (taskWords.deeds.has(first.toLowerCase()) && words.length > 1) return thing;
  if (own.length < 2 || !taskWords.deeds.has(own[0]?.toLowerCase() ?? '')) return undefined;
  const from = A_THING.test(thing) ? own.findLastIndex((word) => A_THING.test(`${word} `)) : own.length - 1;
  const kept = own.slice(0, from > 0 ? from : own.length - 1);
  const [last = ''] = kept.slice(-1);
  const isNamed = !A_THING.test(thing) && /^(?:and|or|with|of|for)$/i.test(last);
  return isNamed && kept.length < 2 ? undefined : [...kept, thing].join(' ');
}

const CORRECTED =
  /^(?<request>(?:please )?remind me .+?)\s*[.,;!–—-]+\s*(?:(?:no|nope|sorry|wait|oops|actually|scratch that|i mean(?:t)?|or rather)[\s,.!]+)+(?:make (?:it|that) |i mean(?:t)? )?(?<thing>[^.,;!?]{2,40})[.!]*$/is;

/** "Remind me to buy bread. No, butter": as if that had been said at once. */
export function reworded(sentence: string): string | undefined {
  const { request = '', thing = '' } = CORRECTED.exec(sentence)?.groups ?? {};
  if (request === '') return undefined;
  const { task } = splitTask(request);
  const right = task === '' ? undefined : otherThing(task, thing.trim());
  return right !== undefined && request.includes(task) ? request.replace(task, () => right) : undefined;
}

/** "… and bread": one more thing of the same kind, without a time. */
export function isItem(rest: string, before: string): boolean {
  const words = rest.replace(TOO, '').split(/\s+/);
  return (
    words.length <= 4 &&
    words.every((word) => /^[\p{L}'’-]+,?$/u.test(word)) &&
    !NO_ITEM.test(rest) &&
    !/\bones?$/i.test(rest) &&
    !/^(?:at|on|by|in|from|until|till|before|after|for)\s/i.test(rest) &&
    !PAST.test(rest) &&
    !ADDRESS.test(rest) &&
    (words.length > 1 || (!isDoing(rest) && isAlike(rest, before)))
  );
}

/** Behind "call Bob" a single word is a name, too. */
const isAlike = (word: string, before: string): boolean => !/\s\p{Lu}\p{L}*$/u.test(before) || /^\p{Lu}/u.test(word);

/** "And relax", "and counting", "and hopefully": no thing. */
const isDoing = (word: string): boolean => taskWords.deeds.has(word.toLowerCase()) || /(?:ing|ly)$/i.test(word);

const NO_ITEM = pattern.i`\b(?:thanks?|cheers|sorry|yeah|yep|hi|hello|welcome|relax|breathe|chill|enjoy|you|we|he|she|they|is|are|was|not|no|never|yes|why|who|actually|reminders?|next|ones?|then|now|later|earlier|before|after|soon|again|else|so|too|also|done|bye|lol|please|weekends?|weekdays?|daily|weekly|monthly|${WEEKDAY}s?)\b`;

const TOO = /\s+(?:too|as well|also|again|please)$/i;
