/** What was typed, as it was meant: before anything is understood of it. */
import { isMistype } from '../../base/text.ts';
import { timeWordFor } from '../../time/index.ts';

/**
 * `text` without the interjections and calls that it begins with, and with the typing errors put right that cannot be
 * anything else: in "remind me" and "reminder", in a command that begins a clause, and in a word that says when. What stands
 * in quotes stays as it is, and so does a text of nothing but interjections.
 */
export const asMeant = (text: string): string =>
  spelt(text.replace(FILLERS, '').replace(KISSES, '')).replace(FILLERS, '');

/** "Ta x". */
const KISSES = /(?<=\b(?:thanks|thx|thank you|ta|cheers|bye|night)(?: so much| a lot)?),? x{1,3}[\s.!]*$/i;

/**
 * Said before what is meant, and no part of it. A word that may be one ("hi", "right", "so", "morning") is an
 * interjection only where a mark stands behind it; "ER" is a place, and "no", "yes", "actually" and "wait" mean something.
 */
const FILLERS = new RegExp(
  `^(?:(?:${[
    '(?:hey|hi|hello|hiya|heya|yo|oi)(?: (?:there|coda|again|you|mate|buddy|man|everyone|all))?(?=[,.!…:]|\\s*\\n)',
    '(?:hey|hi|hello|ok|okay|yo|hiya|heya) coda',
    'hiya|heya|howdy|hey(?! jude\\b)',
    'coda(?=[,.!…:])',
    'good (?:morning|afternoon|evening|day)(?: (?:coda|to you|all))?(?=[,.!…])',
    '(?:right|so|well|anyway|anyways|morning|ah|aha|now then|look|listen)(?=[,!…])',
    '(?:ok|okay|right|alright) so',
    '(?:um+|uhm+|uh+|erm+|hmm+|hm|mmm+|ooh+)',
    // "Oh no", "oh my" and the like mean something together.
    'oh+(?! (?:no|not|nope|yes|my|dear|wait)\\b)',
    'er+(?=[,.…])',
    "(?:oh )?and(?= (?:i meant|sorry|actually|wait|no,|let['’]?s|make it|make that|lol|hmm|and|whoops|(?:(?:every|on|at|tomorrow|tonight) .*)?remind me|read me|show me|anything|remember|uh+|um+|erm+)\\b)",
  ].join('|')})(?![\\p{L}\\p{N}'’-])[\\s,.!…:–—]*)+(?=[^\\s,.!…:–—?])`,
  'iu',
);

const QUOTED = /"[^"]*"|“[^”]*”|«[^»]*»|`[^`]*`/g;
/** A word that stands alone: no part of an address, a name with digits or a path. */
const WORD =
  /(?<![\p{L}\p{N}_@/.'’#-])(?:\p{L}{2,12}|2(?:moro|morrow|mrw|nite|night))(?![\p{L}\p{N}_@/#-]|[.'’]\p{L}{2})/gu;

function spelt(text: string): string {
  // What is kept is kept as it was written.
  const isKept = KEPT.test(text);
  const plain = isKept ? text : text.replace(YOU, '$1 you');
  const quoted = [...plain.matchAll(QUOTED)].map(({ index, 0: { length } }) => [index, index + length] as const);
  return plain.replace(WORD, (word, at: number) => {
    if (quoted.some(([from, to]) => from <= at && at < to)) return word;
    const lower = word.toLowerCase();
    const end = at + word.length;
    const [before, behind] = [plain.slice(Math.max(at - BESIDE, 0), at), plain.slice(end, end + BESIDE)];
    const short = isKept ? undefined : shortFor(lower, before, behind);
    const right = short ?? askedFor(lower, before, behind);
    if (right === undefined || right === lower) return word;
    return word[0] === lower[0] ? right : (right[0] as string).toUpperCase() + right.slice(1);
  });
}

/** Characters. What decides about a word stands so near to it. */
const BESIDE = 40;

/** The word that `word` is short for, or a time word with a typing error. */
const shortFor = (word: string, before: string, behind: string): string | undefined =>
  timeWordFor(word) ??
  dayFor(word, before, behind) ??
  contracted(word, behind) ??
  (PLEASE.test(word) ? 'please' : undefined) ??
  SHORT.find(({ short, after }) => short === word && after.test(before))?.long;

/** Short forms, each behind what leaves no other meaning. */
const SHORT: readonly { short: string; long: string; after: RegExp }[] = [
  { short: 'sry', long: 'sorry', after: /^/ },
  { short: 'aft', long: 'afternoon', after: /\b(?:this|tomorrow|tmrw|tmr|\w+day)\s+$/i },
  { short: 'wk', long: 'week', after: /\b(?:an?|one|1|this|next|last|per|every|each|the)\s+$/i },
  { short: 'wks', long: 'weeks', after: /\b(?:\d+|two|three|four|few)\s+$/i },
];

const PLEASE = /^pl[sz]+$/;
const YOU = /\b(can|could|would|will|if|have|thank|do) u\b/gi;
/** "Theyve", "its handled": with their apostrophe. "Ill", "id", "wont", "were" and "well" are words of their own. */
function contracted(word: string, behind: string): string | undefined {
  const isShort = CONTRACTED.has(word) || (word === 'its' && IS_BEFORE.test(behind));
  return isShort ? word.replace(/(?:m|ve|re|ll|s|t)$/, "'$&") : undefined;
}

const CONTRACTED: ReadonlySet<string> = new Set(
  (
    'im ive youve weve theyve youre theyre youll theyll itll thats theres whats wheres whos hows hes shes ' +
    'isnt arent wasnt werent dont doesnt didnt hasnt havent hadnt cant couldnt wouldnt shouldnt'
  ).split(' '),
);
const IS_BEFORE =
  /^ (?:an?|the|not|no|now|on|off|at|just|been|going|already|done|all|too|so|still|fine|ok|gone|over|due|for|in|every|tomorrow|today|[a-z]+(?:day|ed)|\d+)\b/i;
const KEPT = /\b(?:notes?|noted|remember|memo|jot|write|record|list)\b/i;

/** The weekday that `word` is short for. Three of them are words of their own, and days only beside what says when. */
function dayFor(word: string, before: string, behind: string): string | undefined {
  const day = DAYS.get(word);
  return day === undefined || (IN_DOUBT.has(word) && !SAYS_DAY.test(before) && !IS_DAY.test(behind)) ? undefined : day;
}

const DAYS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    monday: 'mon',
    tuesday: 'tue tues',
    wednesday: 'wed weds',
    thursday: 'thu thur thurs',
    friday: 'fri',
    saturday: 'sat',
    sunday: 'sun',
  }).flatMap(([day, shorts]) => shorts.split(' ').map((short) => [short, day] as const)),
);
const IN_DOUBT: ReadonlySet<string> = new Set(['mon', 'wed', 'sat', 'sun']);
const SAYS_DAY = /\b(?:on|every|each|next|this|last|until|till?|by|from|not|to)\s+$/i;
const IS_DAY = /^,?\s+(?:at|@|morning|afternoon|evening|night|noon|same time|instead)\b|^,?\s+\d/i;

/** The word that asks for something, for which `word` between `before` and `behind` is a typing error. */
function askedFor(word: string, before: string, behind: string): string | undefined {
  if (word.length < SHORTEST || WORDS.has(word)) return undefined;
  if (ME.test(behind) && isMistype(word, 'remind')) return 'remind';
  const sure = SURE.find((right) => isMistype(word, right));
  if (sure !== undefined) return sure;
  const command = COMMANDS.find((right) => isMistype(word, right));
  return command !== undefined && BEGINS.test(before) && AT_HAND.test(behind) ? command : undefined;
}

const SHORTEST = 4;
const ME = /^\s+(?:me|us)\b/i;
const SURE = ['reminder', 'reminders', 'actually', 'instead', 'hours'];
const COMMANDS = ['cancel', 'delete', 'remove', 'change', 'snooze', 'postpone', 'rename'];
const BEGINS = /(?:^|[.;,:&!\n]\s*|\b(?:and|then|so|but|also|please|pls|just|nvm|can you|could you|you can)\s+)$/i;
const AT_HAND = /^\s+(?:it|that|this|them|the|my|these|those|both|all)\b/i;
/** Words of their own that are like those above. */
const WORDS: ReadonlySet<string> = new Set([
  'reminded',
  'remainder',
  'remainders',
  'rewind',
  'remand',
  'changes',
  'horus',
]);
