/** "Bins out tonight at 8": what and when, without a word that asks for anything. */
import type { Call } from '../../agent/index.ts';
import { parseWhen, taskWords } from '../../time/index.ts';
import { PAST } from './phrase-calls.ts';
import { TRIAL } from './time-words.ts';

/** What is asked, denied, reported, over, or only so under a condition. */
export const NO_STATEMENT =
  /\b(?:if|when|whenever|unless|until|once|whether|while|because|said|says|tells?|told|asks|asked|say|thinks?|thought|hopes?|wish|wishes|don['’]?t|do not|doesn['’]?t|didn['’]?t|isn['’]?t|wasn['’]?t|won['’]?t|can['’]?t|not|never|maybe|perhaps|should|would|could|might|what|whats|how|why|which|did|does|was|were|had|yesterday|ago|last (?:night|week|month|year))\b|[?]|^(?:who|where|is|are|am|do|can|will|shall)\b/i;
/** Somebody speaks of themselves or another, or to coda: it is told, not noted. */
const SOMEBODY =
  /\b(?:i|i['’]?m|i['’]?ve|i['’]ll|me|we|we['’](?:re|ve|ll)|weve|you|your|he|she|hes|shes|they|theyre|theyve|it|it['’]?s|that['’]?s|there|theres|is|are|am|has|have|will|going|gonna)\b/i;
const SPOKEN_TO = /\b(?:you|your|u|see (?:ya|u)|bye|good ?night)\b/i;
/** It goes on from what was said before, or takes it back. */
const ANSWERING =
  /\b(?:already|instead|then|actually|meant|mean|sorry|rather|btw|oops|wait|scrap|scratch|forget|same day|as well|too|either)\b|^(?:and |but |so )?(?:it|it['’]?s|that|that['’]?s|this)\b/i;
/** More than one sentence is more than what and when. */
const SENTENCES = /[.!;…] \p{L}|\n/u;
/** Where somebody is or what they do then: "busy until 5", "leaving at 6". */
const STATE =
  /^(?:back|home|free|busy|away|late|off|out|done|here|there|online|awake|ready|brb|sorry|oops|wrong|rather|instead|again|also|same|later|earlier|first|maybe|actually|leaving|going|heading|eating|sleeping|working|coming|arriving|driving|travelling)\b/iu;
const HAS_CLOCK =
  /\d\s*(?:am|pm)\b|\d[:.]\d\d|\bat (?:\d|noon|midday|midnight|half|quarter)|\b(?:noon|midday|midnight|in (?:an?|\d+|\w+) ?(?:minutes?|mins?|m|hours?|hrs?|h|days?|weeks?))\b|\b(?:tonight|morning|afternoon|evening|tomorrow|today|\w+day) \d/i;
/** "My neighbour got milk at 6", and no "our weekly call at 6". */
const OWNED = /^(?:my|our|his|her|their|the)\b/i;
const DONE =
  /\b(?:\p{L}+ed|got|bought|took|went|came|made|sent|paid|left|met|saw|gave|brought|lost|found|won|sold)\b/iu;
/** What coda is told to do or to leave, and no task: "wait until 5". */
const COMMAND =
  /^(?:wait|stop|start|hold|hang|keep|let|help|repeat|try|go on|carry on|continue|hang on|hold on|(?:come|stop|drop|swing|pop) (?:back|by|in|over|round))$/i;
/** What is done with reminders: it may mean one that goes by another name. */
const MANAGES =
  /^(?:push|postpone|delay|defer|bump|reschedule|change|shift|switch|swap|slide|bring .+ forward|skip|miss|scrap|scratch|drop(?! off)|kill|ditch|nix|lose|forget|dismiss|stop|end|call off|edit|update|rename|mark|tick|cross)\s/i;
const MOST_WORDS = 12;
/** What begins a request: behind something that was told it is none of the words that are noted. */
export const ANY_REQUEST =
  /\b(?:remind|reminders?|(?:nag|nudge|ping|poke|buzz|alert|wake|tell|give|set) me)\b|^(?:note|todo|timer|alarm|snooze|cancel|delete|remove|show|list|move|add|set|save|wake|schedule|done)\b/i;

/** What `said`, read as the reminders `calls`, asks for: an entry in the shortest words is set, what may be told is offered. */
export function untold(calls: readonly Call[], said: string): Call[] | undefined {
  const telling = said.replace(/\b(check|see|ask|find out) (?:if|whether)\b/i, '$1');
  if (NO_STATEMENT.test(telling) || SPOKEN_TO.test(said) || ANY_REQUEST.test(said)) return undefined;
  if (ANSWERING.test(said) || SENTENCES.test(said)) return undefined;
  if (calls.some(({ tool, input }) => tool !== 'reminder_create' || !input.text)) return undefined;
  if (OWNED.test(said) && DONE.test(said)) return undefined;
  if (calls.some(({ input }) => COMMAND.test(String(input.text)))) return undefined;
  const isAlone = calls.length === 1;
  if (!MANAGES.test(said) && calls.every((call) => isEntry(call, isAlone))) return [...calls];
  const offers = calls.map(offer);
  return offers.every((one) => one !== undefined) ? offers : undefined;
}

/** "Call the bank at 3pm", "gym 6pm": what and when, and neither news nor said of somebody. */
function isEntry({ input: { text, when } }: Call, isAlone: boolean): boolean {
  const [task, time] = [String(text), String(when)];
  if (SOMEBODY.test(task) || STATE.test(task) || tells(task) || !HAS_CLOCK.test(time)) return false;
  const { kind } = parseWhen(time, TRIAL);
  if (kind !== 'once' && kind !== 'recurring') return false;
  // "Meeting tomorrow at 5" may be news, where nothing stands beside it.
  return !isAlone || kind === 'recurring' || !taskWords.events.has(task.toLowerCase());
}

/** "Tom calls", "the shop closes", "took the pills": somebody does it, or has done it. */
function tells(task: string): boolean {
  const [first = '', ...others] = task.toLowerCase().split(/\s+/);
  if (taskWords.deeds.has(first)) return false;
  if (others.length > 0 && PAST.test(first)) return true;
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
    ? { tool: 'reminder_offer', input: { text, when } }
    : undefined;
}
