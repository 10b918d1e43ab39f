/** What is told beside a request and asks for nothing: "they died, delete it", "up a ladder, remind me later". */
import { splitTask, taskWords } from '../../time/index.ts';
import { isCondition, isPolite } from './conditions.ts';
import type { Word } from './words.ts';

const set = (words: string): ReadonlySet<string> => new Set(words.split(' '));

/** Words that make another request of it. */
const BINDING = set(
  'or maybe perhaps should would could might said says told tells asked tell say ' +
    'remind reminder reminders note notes instead rather actually only except mean meant please',
);
/** "Snooze 10 min its still pale" is a request, whatever it tells. */
const REQUESTS = set('snooze cancel delete remove skip undo postpone delay reschedule rename');
/** What opens with one of these hangs on the request, and so may be a condition in other words. */
const HANGING = set('with without upon by during despite as though although even for from following given granted');
const NEGATIONS = set('dont not never no');
/** What a denial may be about, and be no command. */
const DENIED = set(
  'feel feeling want need have got think like know care work going coming happening on well great sure long wrong way',
);
const SUBJECTS = set(
  'i im ive ill id he hes she shes it its they theyre theyve we weve that thats this there theres my our his her their the everyone ' +
    'everything somebody someone nobody',
);
const INTERJECTIONS = set(
  'oh wait ugh argh ah hmm hm wow damn gosh phew yay lol haha sorry oops whoops so ok okay well right great no wrong shoot omg yes nope hi hey actually',
);
/** "Too tired", "on site": a state, and no time. "In the kitchen" may say which one is meant. */
const STATE_BEHIND =
  /^(?:too|so|still|really) [a-z]+(?: now)?$|^(?:on|at|in) [a-z]+$|^no (?:time|chance|need|luck)\b|^(?:holidays?|bank holiday|vacation|closed|away|off|busy|travelling|day off)$/i;
export const CAUSES = set('cause cos coz cuz because since');
/** What stands between a person and what they do: "they never pick up". */
export const ADVERBS = set('just already never always still often usually only finally actually');
const STATES = set('up in on out off stuck busy still running late home back away almost nearly just already');
const VERBS = set(
  'is are was were am im its hes shes theyre ive weve has have had got gone went came done died broke lost found made can cant will wont ' +
    'did didnt does doesnt need needs want wants rang sent paid told took forgot fell says feels looks likes loves hates prefers knows ' +
    'sends pays picks collects handles covers brings calls rings cooks ' +
    'thinks works comes goes gets takes starts ends opens closes leaves lives said quit gave ran saw kept left met sold threw wrote ' +
    'won began bought brought caught chose drove ate felt flew grew heard held knew led lent rode spoke stood taught woke mustnt',
);
const NAMES =
  /^(?:ones?|reminders?|notes?|other|others|both|all|first|second|third|last|next|\d+(?:st|nd|rd|th)?|it|them)$/;
/** "Oh, silly me". */
const SELF_BLAME =
  /^(?:(?:oh|ah|no|sorry)[\s,]+)*(?:silly (?:old )?me|my (?:bad|mistake|fault)|how silly(?: of me)?)[\s,.!]*$/i;
/** "The 28th is better", "Friday suits me": what is wished, in other words. */
const CHOOSES =
  /\b(?:is|are|would be|works?|be) (?:much |far |a bit )?(?:better|best|nicer|easier|safer)\b|\bsuits?\b/i;
/** Said of what is done. */
export const OFF =
  /^(?:so |please )?(?:(?:take|cross|tick|strike|check) (?:it|that|them|those|em) off(?: (?:the|my|our)(?: \p{L}+)? list)?|(?:delete|remove|cancel|scrap|drop) (?:it|that))[.!]*$/iu;
/** "Rufus is off today", "Thursday is Thanksgiving": of a day, and no hour that may be meant. */
const IS_OF_DAY =
  /^(?!.*\d)(?:\S+(?: \S+){0,2} (?:is|are|was|were|has|have|got|bailed|cancelled)|\S+(?: \S+)?['’]s)\b(?:(?!\b(?:at|every|each|from|until|till)\b).)*$/i;
/** What it is about, said behind the request. */
const NAMES_IT = /^(?:and )?(?:it['’]?s|it is|that['’]?s|that is|thats) (?:the|my|our|for|with) /i;
/** "Not home yet". */
/** "Leos away", without its apostrophe. */
const BARE_STATE =
  /^(?!(?:reminders|notes|alarms|tasks|ones|lists|always) )\p{L}{2,}s (?:away|sick|ill|here|back|off|late|busy|asleep|out|over|gone)[.!]*$/iu;
const NOT_YET = /^(?:(?:i['’]?m|i am|we['’]?re|still) )?not [a-z]+(?: [a-z]+)? yet[,.!]*$/i;
const MOST_WORDS = 9;

/** Who speaks of themselves or of another tells, whatever they do: "I quit". */
export const PERSONS = set('i im ive ill id he hes shes she we weve were they theyre theyve its youre thats');
/** "She already said yes" reports no wish. */
const AGREED = /\bsaid (?:yes|no|ok|okay|so|that['’]?s fine|it['’]?s fine)\b/i;
const REPORTING = set('said says told tells');
/** Behind a request nothing hangs on how long something lasts, or on when it was: "she's at work till then". */
const LASTING = /\b(?:until|till|til|before|after|while|when|once|again)\b/gi;

const isVerb = ({ norm }: Word): boolean => VERBS.has(norm) || /.{2}(?:ed|ing)$/.test(norm);

/** "As there is a holiday" gives a reason; "as planned" and "as though" do not. */
const hangs = ([first, second]: readonly Word[]): boolean =>
  HANGING.has(first?.norm ?? '') && !(first?.norm === 'as' && SUBJECTS.has(second?.norm ?? ''));

const SPAN = /\b(?:this|next) (?:week|weekend|month)\b/i;
const A_DAY = /^(?:tomorrow|(?!to)\w+day)$/;
const DAY_OR_NUMBER = new RegExp(`${A_DAY.source}|\\d`);
/** Who is told of, and what. */
const TELLERS: ReadonlySet<string> = new Set([...PERSONS, 'they', 'it']);

/** "It's an inset day on Monday, so skip Monday": why the request behind it is made, which says itself of which day. */
export function isReason(text: string, part: readonly Word[]): boolean {
  const [from, to] = [part[0]?.start ?? 0, part.at(-1)?.end ?? 0];
  const [all, request] = [text.slice(from, to), text.slice(to).toLowerCase()];
  const isShort = part.length > 0 && part.length <= MOST_WORDS;
  const hasHour = /\d/.test(request);
  // A request that names a day of its own is of no other one.
  const isOfOwnDay = request.split(/\s+/).some((word) => A_DAY.test(word.replace(/[.,;!?]+$/, '')));
  const isKnown =
    isOfOwnDay ||
    ((!SPAN.test(all) || SPAN.test(request)) &&
      part.every(({ norm }) => !(hasHour ? A_DAY : DAY_OR_NUMBER).test(norm) || request.includes(norm)));
  // "She's only home after 3, so do 3:15".
  const first = part.find(({ norm }) => !INTERJECTIONS.has(norm));
  const isSentence = /[.!]$/.test(all);
  const told = isSentence || TELLERS.has(first?.norm ?? '') ? all.replace(LASTING, ' ') : all;
  return (
    isShort &&
    isKnown &&
    !hangs(part) &&
    !all.includes('?') &&
    !isCondition(told) &&
    !part.some(({ norm }) => BINDING.has(norm) && norm !== 'only' && !REPORTING.has(norm))
  );
}

/** "I'm on nights till Friday. Remind me on Saturday": a sentence of its own, at whose time nothing behind it points. */
function isSentenceApart(text: string, part: readonly Word[]): boolean {
  const end = part.at(-1)?.end ?? 0;
  return /[.!]$/.test(text.slice(0, end)) && !/\b(?:then|after|that|it)\b/i.test(text.slice(end));
}

/** Whether `part` of a message is told; `isBehind` the request, where it might as well name the thing that is meant. */
export function isAside(text: string, part: readonly Word[], isBehind: boolean): boolean {
  const words = part.slice(part.findIndex(({ norm }) => !INTERJECTIONS.has(norm) && !CAUSES.has(norm)));
  const [first, second] = words;
  const all = text.slice(part[0]?.start ?? 0, part.at(-1)?.end ?? 0);
  if (part.length === 0 || part.length > MOST_WORDS || all.includes('?') || !first) return false;
  // "…, and it's the Honda" says what is meant.
  if (isBehind && NAMES_IT.test(all)) return false;
  if (part.every(({ norm }) => INTERJECTIONS.has(norm))) return true;
  if (SELF_BLAME.test(all)) return true;
  if (CHOOSES.test(all) || (!isBehind && REQUESTS.has(first.norm))) return false;
  if ((isBehind && OFF.test(all)) || isPolite(all) || NOT_YET.test(all)) return true;
  if (isBehind && BARE_STATE.test(all)) return true;
  const mayReport = isBehind || AGREED.test(all);
  if (words.some(({ norm }) => BINDING.has(norm) && !(mayReport && REPORTING.has(norm)))) return false;
  const isTelling = PERSONS.has(first.norm) && second !== undefined;
  // "That's when it starts" tells when.
  const isStated = SUBJECTS.has(first.norm) && second !== undefined;
  const isApart = isStated && isSentenceApart(text, part);
  const lasting = isApart || (isTelling && isBehind) ? LASTING : undefined;
  const said = lasting || isTelling ? all.replace(lasting ?? /(?<=\bis|['’]s) when\b/i, ' ') : all;
  if (isCondition(said) || hangs(words)) return false;
  // "Test got cancelled", but "call the bank".
  if (taskWords.deeds.has(first.norm) && !(second && isVerb(second)) && !/^\S+ \S+['’]s /u.test(all)) return false;
  const tells =
    isTelling ||
    words.some(isVerb) ||
    (isStated && ADVERBS.has(second.norm)) ||
    /^\S+(?: \S+)?['’]s (?!\d)\S/u.test(all);
  const denies = words.some(({ norm }, at) => NEGATIONS.has(norm) && !DENIED.has(words[at + 1]?.norm ?? ''));
  if (denies && !(isStated && tells) && !AGREED.test(all)) return false;
  if (!tells && NAMES.test(words.at(-1)?.norm ?? '') && !part.some(({ norm }) => INTERJECTIONS.has(norm))) return false;
  if (
    !isStated &&
    splitTask(`remind me ${all.replace(/(?: (?:later|earlier|late|early))?(?: now)?[\s,;.!]*$/i, '')}`).when !==
      undefined &&
    !IS_OF_DAY.test(all)
  )
    return false;
  if (!tells && STATE_BEHIND.test(all)) return true;
  return tells || (!isBehind && (STATES.has(first.norm) || INTERJECTIONS.has(part[0]?.norm ?? '')));
}
