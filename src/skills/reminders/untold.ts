/** "Bins out tonight at 8": what and when, without a word that asks for anything. */
import type { Call } from '../../agent/index.ts';
import { pattern } from '../../base/pattern.ts';
import { MONTH_BEGINNING, parseWhen, taskWords, understand } from '../../time/index.ts';
import { PAST } from './phrase-calls.ts';
import { TRIAL } from './time-words.ts';

/** What is asked, denied, reported, over, or only so under a condition. */
export const NO_STATEMENT =
  /\b(?:if|when|whenever|unless|until|once|whether|while|because|said|says|tells?|told|asks|asked|say|thinks?|thought|hopes?|wish|wishes|don['’]?t|do not|doesn['’]?t|didn['’]?t|isn['’]?t|wasn['’]?t|won['’]?t|can['’]?t|not|never|maybe|perhaps|should|would|could|might|what|whats|how|why|which|did|does|was|were|had|yesterday|ago|last (?:night|week|month|year))\b|[?]|^(?:who|where|is|are|am|do(?! (?:the|my|our|an?|some)\b)|can|will|shall)\b/i;
/** Somebody speaks of themselves or another, or to coda: it is told, not noted. */
const SOMEBODY =
  /\b(?:i|i['’]?m|i['’]?ve|i['’]ll|me|we|we['’](?:re|ve|ll)|weve|you|your|he|she|hes|shes|they|theyre|theyve|it|it['’]?s|that['’]?s|there|theres|is|are|am|has|have|will|going|gonna)\b/i;
const SPOKEN_TO = /\b(?:you|your|u|see (?:ya|u)|bye|good ?night)\b/i;
/** It goes on from what was said before, or takes it back. */
const ANSWERING =
  /\b(?:already|instead|then|actually|meant|mean|sorry|rather|btw|oops|wait|hold on|hang on|scrap|scratch|forget|same day|as well|too|either)\b|^(?:and |but |so )?(?:it|it['’]?s|that|that['’]?s|this)\b/i;
/** "The last one", "second one's", "number 2": something that is there already. */
const REFERS =
  /\b(?:the|that|this|my|other|first|second|third|fourth|fifth|last|next|\d(?:st|nd|rd|th)|\w+day) ones?(?:['’]s|['’]re)?\b|^(?:no\.?|nr\.?|number|#) ?\d\b/i;
/** An item that is nothing but how somebody is called: "…, so ping at 11". */
const CALL_ALONE =
  /^(?:so |then |and )*(?:ping|nudge|shout|buzz|poke|prod|alert|notify|remind|call|beep|tell)(?: me)?$/i;
/** "… got moved to Thursday", "… slipped to 5": news of what is planned already. */
export const IS_NEWS =
  /\b(?:got|gotten|been|was|were|is|are|has|have|had|gets?)(?: \w+)? (?:moved|changed|pushed|shifted|bumped|delayed|postponed|rescheduled|brought|put|cancelled|canceled|called)\b|\b(?:moved|changed|rescheduled|postponed|pushed|shifted|bumped|slipped|brought forward|put back|swapped) (?:to|until|till)\b/i;
/** More than one sentence is more than what and when. */
const SENTENCES = /[.!;…] \p{L}|\n/u;
/** Where somebody is or what they do then: "busy until 5", "leaving at 6". */
const STATE =
  /^(?:back|home|free|busy|away|late|off|out|done|here|there|online|awake|ready|brb|sorry|oops|wrong|rather|instead|again|also|same|later|earlier|first|maybe|actually|leaving|going|heading|eating|sleeping|working|coming|arriving|driving|travelling)\b/iu;
/** "2pm right", said of what was set. */
const NO_TASK =
  /^(?:right|ok(?:ay)?|correct|yes|yeah|yep|sure|works?|fine|cool|good|great|please|then)$|^(?:one|another)(?: one)? (?:on|at|for|of|the)\b/i;
const HAS_CLOCK =
  /\d\s*(?:[ap]m?)\b|\d[:.]\d\d|\b(?:at|by) (?:\d|noon|midday|midnight|half|quarter)|\b(?:noon|midday|midnight|eod|cob|in (?:an?|\d+|\w+) ?(?:minutes?|mins?|m|hours?|hrs?|h|days?|weeks?))\b|\b(?:ton(?:ight|ite)|2nite|morning|afternoon|evening|tomorrow|tm(?:rw|r|w|oz)|tomoz|2mor?row?|today|daily|\w+day|mon|tues?|wed|thu(?:rs?)?|fri|sat|sun) \d/i;
/** A day, or a part of one, and no hour. */
const DAY_ALONE = pattern.iu`^(?:(?:on |this |next )?(?:today|ton(?:ight|ite)|2nite|tomorrow|tm(?:rw|r|w|oz)|tomoz|2mor?row?|\w+day|mon|tues?|wed|thu(?:rs?)?|fri|sat|sun)(?: (?:morning|afternoon|evening|night))?|this (?:morning|afternoon|evening)|next week|(?:on |by )?the \d{1,2}(?:st|nd|rd|th)|(?:on |by )?(?:the )?\d{1,2}(?:st|nd|rd|th)?(?: of)? ${MONTH_BEGINNING}\p{L}*|(?:on |by )?${MONTH_BEGINNING}\p{L}* (?:the )?\d{1,2}(?:st|nd|rd|th)?)$`;
/** Deeds that are wished, told or called out as often as they are noted: "have fun tomorrow", "sleep well tonight". */
const NOT_NOTED =
  /^(?:have|be|enjoy|stay|sleep|rest|relax|take (?:care|that|it|this|notes?|part)|come|go|look|let|see|keep|stop|start|wait|leave|think|play|drink|eat|smile|test|turn|show|tell|ask|say|talk|get (?:well|better|some)|give it|party)\b/i;
/** What the weather, the mains or the news bring, and where it stands in a book: told, and no task. */
const NEWS =
  /^no \S|\b(?:rain(?:y|ing)?|snow(?:y|ing)?|sunny|sunrise|sunset|fog(?:gy)?|frost|storms?|thunder(?:storms?)?|hail|sleet|showers|wind(?:y)?|heatwave|cloudy|(?:power|water) (?:cut|off)|blackout|outage|traffic|delays?|delayed|kick[- ]?off|half[- ]time|full[- ]time|closed|shut|cancelled|canceled|sold out)$/i;
const BOOKS =
  /^(?:[1-3] )?(?:genesis|exodus|leviticus|numbers|deuteronomy|joshua|judges|ruth|samuel|kings|chronicles|ezra|nehemiah|esther|job|psalms?|proverbs|ecclesiastes|isaiah|jeremiah|ezekiel|daniel|hosea|joel|amos|jonah|micah|matthew|mark|luke|john|acts|romans|corinthians|galatians|ephesians|philippians|colossians|thessalonians|timothy|titus|hebrews|james|peter|jude|revelation|surah|quran)$/i;
const CLOCK_OR_VERSE = /^\d{1,2}:\d\d$/;
/** "My neighbour got milk at 6", and no "our weekly call at 6". */
const OWNED = /^(?:my|our|his|her|their|the)\b/i;
const DONE =
  /\b(?:\p{L}+ed|got|bought|took|went|came|made|sent|paid|left|met|saw|gave|brought|lost|found|won|sold)\b/iu;
/** What coda is told to do or to leave, and no task: "wait until 5". */
const COMMAND =
  /^(?:(?:make|move|change|do|have|put|set|push|keep) (?:it|that|this)|wait|stop|start|hold|hang|keep|let|help|repeat|try|go on|carry on|continue|hang on|hold on|(?:come|stop|drop|swing|pop) (?:back|by|in|over|round))$/i;
/** What is done with reminders: it may mean one that goes by another name. */
const MANAGES =
  /^(?:push|postpone|delay|defer|bump|reschedule|change|shift|switch|swap|slide|bring .+ forward|skip|miss|scrap|scratch|drop(?! off| .+ (?:back|off|round|in)\b)|kill|ditch|nix|lose|forget|dismiss|stop|end|call off|edit|update|rename|mark|tick|cross)\s/i;
/** "Lab's shut till 2, shift the lab one": told, and then to be done with a reminder. */
export const MANAGES_BEHIND =
  /(?:[,;]| so) (?:so |please |can you |just )*(?:move|push|shift|postpone|delay|bump|reschedule|change|skip|cancel|delete|remove|scrap|snooze)\s/i;
const MOST_WORDS = 12;
/** What begins a request: behind something that was told it is none of the words that are noted. */
export const ANY_REQUEST =
  /\b(?:remind|reminders?|(?:nag|nudge|ping|poke|buzz|alert|wake|tell|give|set) me)\b|^(?:note|todo|timer|alarm|snooze|cancel|delete|remove|show|list|move|add|set|save|wake|schedule|done)\b/i;

/**
 * What `said`, read as the reminders `calls`, asks for: an entry in the shortest words is set, what may be told, or read in
 * another way (`isDoubtful`), is offered.
 */
export function untold(found: readonly Call[], all: string, isDoubtful = false): Call[] | undefined {
  // "Need to phone her tomorrow at 1" is an entry as "phone her" is; "I need to" may only be told.
  const said = all.replace(DUTY, '');
  const calls = said === all ? found : found.map(withoutDuty);
  // "Until 12 February" and "but not on the 29th" say when.
  const timeless = calls.reduce((words, { input }) => words.replace(String(input.when), ' '), said);
  const telling = timeless.replace(/\b(check|see|ask|find out) (?:if|whether)\b/i, '$1');
  if (NO_STATEMENT.test(telling) || SPOKEN_TO.test(said) || ANY_REQUEST.test(said)) return undefined;
  if (
    ANSWERING.test(said) ||
    REFERS.test(said) ||
    IS_NEWS.test(said) ||
    SENTENCES.test(isBelowDay(said, calls) ? said.replace(/\n+/g, ' ') : said) ||
    MANAGES_BEHIND.test(said)
  )
    return undefined;
  if (calls.some(({ tool, input }) => tool !== 'reminder_create' || !input.text)) return undefined;
  if (OWNED.test(said) && DONE.test(said)) return undefined;
  if (calls.some(({ input }) => COMMAND.test(String(input.text)) || CALL_ALONE.test(String(input.text))))
    return undefined;
  const isAlone = calls.length === 1;
  if (!isDoubtful && !MANAGES.test(said) && calls.every((call) => isEntry(call, isAlone)) && !STATES.test(said))
    return [...calls];
  const offers = calls.map(offer);
  return offers.every((one) => one !== undefined) ? offers : undefined;
}

/** "Tomorrow:", and an entry on each line below. */
const isBelowDay = (said: string, calls: readonly Call[]): boolean =>
  calls.length > 1 && calls.length === said.trim().split(/\s*\n\s*/).length - 1;

const DUTY = /^(?:need to|have to|got to|gotta) (?=\S)/i;

/** "I've got to pick the kids up": what is to be done is offered. */
const OWN_DUTY =
  /^(?:i|we)(?:['’]?(?:ve|ll)| have| will)? ?(?:really )?(?:(?:need|have|got|supposed) to|gotta|must|should)(?: (?:go and|remember to))? (?=\S)/i;

const withoutDuty = (call: Call): Call =>
  typeof call.input.text === 'string'
    ? { ...call, input: { ...call.input, text: call.input.text.replace(DUTY, '') } }
    : call;

const STATES = /\b(?:is|are)\b/i;

/** "Call the bank at 3pm", "gym 6pm": what and when, and neither news nor said of somebody. */
function isEntry({ input: { text, when } }: Call, isAlone: boolean): boolean {
  const [task, time] = [String(text), String(when)];
  if (
    NO_TASK.test(task) ||
    SOMEBODY.test(task.replace(/ (?:for|with) (?:me|us)$/i, '')) ||
    STATE.test(task) ||
    tells(task) ||
    NEWS.test(task)
  )
    return false;
  if (CLOCK_OR_VERSE.test(time) && BOOKS.test(task)) return false;
  const isDayEnough = () => DAY_ALONE.test(time) || parseWhen(time, TRIAL).kind === 'recurring';
  if (!HAS_CLOCK.test(time) && !(isAlone && isDeed(task) && isDayEnough())) return false;
  // Doubtful is only the whole sentence: it says itself when.
  const { kind } = /^remind me\b/i.test(time) ? understand(time, TRIAL).when : parseWhen(time, TRIAL);
  if (kind !== 'once' && kind !== 'recurring') return false;
  // "Meeting tomorrow at 5" may be news, where nothing stands beside it.
  return !isAlone || kind === 'recurring' || !taskWords.events.has(task.toLowerCase());
}

/** "Buy stamps", of which a day is enough. */
function isDeed(task: string): boolean {
  const [first = '', ...others] = task.toLowerCase().split(/\s+/);
  return (
    others.length > 0 &&
    (taskWords.deeds.has(first) || /^(?:ring|txt|msg|post|chase)$/.test(first)) &&
    !NOT_NOTED.test(task)
  );
}

/** "Tom calls", "the shop closes", "took the pills": somebody does it, or has done it. */
function tells(task: string): boolean {
  const [first = '', ...others] = task.toLowerCase().split(/\s+/);
  if (taskWords.deeds.has(first)) return false;
  if (others.length > 0 && [first, others.at(-1) ?? ''].some((word) => PAST.test(word))) return true;
  return others.some((word) => {
    const stem = /^(\p{L}{2,})s$/u.exec(word)?.[1];
    return stem !== undefined && [stem, stem.replace(/e$/, ''), stem.replace(/ie$/, 'y')].some(isVerb);
  });
}

const isVerb = (word: string): boolean => taskWords.deeds.has(word) || taskWords.ties.has(`${word}s`);

function offer({ input: { text, when } }: Call): Call | undefined {
  if (typeof text !== 'string' || typeof when !== 'string') return undefined;
  if (text === '' || text.split(/\s+/).length > MOST_WORDS || STATE.test(text)) return undefined;
  // "The 5pm train": the whole sentence would have to say when.
  if (/^remind me\b/i.test(when)) return undefined;
  return HAS_CLOCK.test(when) || parseWhen(when, TRIAL).kind === 'recurring'
    ? { tool: 'reminder_offer', input: { text: text.replace(OWN_DUTY, ''), when } }
    : undefined;
}
