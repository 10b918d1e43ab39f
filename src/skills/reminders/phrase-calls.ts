/** Turning the words of a phrase's slots into calls; what makes no sense for a phrase gives no call. */
import { type Call, CLAUSE_BEHIND } from '../../agent/index.ts';
import { pattern } from '../../base/pattern.ts';
import { isSlip } from '../../base/text.ts';
import { monthNames, parseDuration, splitTask, taskWords, WEEKDAY } from '../../time/index.ts';
import { aheadFirst, aheadIn } from './ahead-words.ts';
import { dayOfAll } from './days.ts';
import { USUAL_NAG } from './nag.ts';
import { guessedLead, type Lead } from './texts.ts';
import { asClock, FROM_NOW_ON, isTime, NO_TIME, pointsAtDay, withClockBehind, withUnit } from './time-words.ts';

/** A length of time, or anything that says when: what a snooze takes. */
export function isPutOff(words: string): boolean {
  const bare = withUnit(words).replace(/^(?:for|until|till|til|to|by|another|in)\s+/i, '');
  return (
    parseDuration(bare.replace(/^another /i, '')) !== undefined || isTime(words) || isTime(bare) || A_BIT.test(bare)
  );
}

const A_BIT = /^(?:an? )?(?:(?:little )?(?:bit|while)|moment|few (?:minutes|mins)|couple (?:of )?(?:minutes|mins))$/i;

const VAGUE_LENGTHS: readonly [RegExp, string][] = [
  [/^(?:for )?(?:an? )?(?:little )?(?:bit|while|moment)$/i, '10 minutes'],
  [/^(?:for |in )?(?:a )?few (?:minutes|mins)$/i, '5 minutes'],
  [/^(?:for |in )?(?:a )?couple (?:of )?(?:minutes|mins)$/i, '2 minutes'],
];

function putOffWords(said: string): string {
  const words = said.replace(/\s*[?!]+$/, '');
  const vague = VAGUE_LENGTHS.find(([pattern]) => pattern.test(words));
  if (vague) return vague[1];
  return /^(?:for )?\d{1,3}$/i.test(words) ? `${words} minutes` : words;
}

/** "At 5, actually 6": which of the two is meant is not for a pattern to say. */
const CORRECTED =
  /[,;.!?…–—-]\s*(?:actually|no,? wait|wait|hold on|i mean|i meant|sorry|or rather|make (?:it|that)|no,)(?=[\s,.]|$)/i;
/** "If I asked you to": talking about asking is no asking. */
const HYPOTHETICAL =
  /\bif (?:i|you|we|someone|somebody) (?:ever )?(?:ask|asked|tell|told|say|said|want|wanted|were|was|had|need|needed|could|forgot)\b/i;
/** No reminder may be as long: its tool says so, and nothing need be looked for in it. */
const LONGEST_SENTENCE = 3_000;

/** "At 8 pm" is an hour, "by pm" a way. */
const IN_DM =
  /[,]?\s+(?:(?:in|via|by|over|as) (?:a |my )?pm|(?:(?:in|via|by|over|as) )?(?:a |my )?(?:dms?|direct message|private message|private|privately))$/i;
const IN_DM_FIRST =
  /^(?:in|via|by|over) (?:a |my )?(?:dms?|pm|direct message|private message|private)[,:]?\s+(?=\S)|^privately[,:]?\s+(?=\S)/i;
/** Asks for what is known already, or waits for what coda cannot see. */
export const A_QUESTION =
  /^(?:again )?(?:what|whats|who|whos|how|why|where|which|whose|when|whenever|if|whether|once|after i|before i|until i|unless)\b/i;
const LEADS = /^(?:to|about|of|that|regarding|concerning|re)(?:\s+|:\s*)/i;

const LENGTH =
  '(\\d{1,3} ?(?:minutes?|mins?|m|hours?|hrs?|h)|(?:an?|one|two|three|four|five|ten|fifteen|twenty|thirty|half an?) (?:minutes?|hours?)|half hour|minute|hour)';
const DONE =
  "(?:it'?s|its|it is|they'?re|i'?m|i am|i(?:'ve| have)?)(?: (?:say|tell you|confirm)(?: (?:that )?(?:it'?s|it is|i'?m|i am|i(?:'ve| have)?))?)? ?(?:done|do it|did it|done it|finished|taken (?:it|them)|take (?:it|them)|have|had|did)?|done|completed";
/** "… and keep nagging every 10 minutes", "… until I say it's done": repeated until it is done. */
const NAGGING: readonly RegExp[] = [
  new RegExp(
    `[,;]? (?:and |then )*(?:(?:keep|continue|go on) (?:on )?(?:(?:nagging|reminding|bugging|pestering|pinging|poking|asking|bothering)|at)|nag|bug|pester)(?: me)?(?: about it)?(?: (?:every|each) (?<every>${LENGTH}))?(?: (?:until|till|til) (?:${DONE}))?[.!]*$`,
    'i',
  ),
  new RegExp(
    `[,;]? (?:and )?(?:again )?(?:(?:every|each) (?<every>${LENGTH}) )?(?:until|till|til) (?:${DONE})[.!]*$`,
    'i',
  ),
];

/** The words without their end that asks for repetition, and how often it should come; undefined where none is asked for. */
function naggingIn(words: string): { words: string; every: string | undefined } | undefined {
  for (const pattern of NAGGING) {
    const found = pattern.exec(words);
    if (found) return { words: words.slice(0, found.index), every: found.groups?.every };
  }
  return undefined;
}

interface Manner {
  fallback?: string;
  needsTime?: boolean;
  urgent?: boolean;
  nag?: string;
}

/** "nag me …": as "remind me …", repeated until it is done. */
export function nag(rest: string): Call | undefined {
  const first = new RegExp(`^(?:every|each) (?<every>${LENGTH}) (?=to |about |for )`, 'i').exec(rest);
  if (first)
    return repeated(remind(rest.slice(first[0].length), { nag: first.groups?.every ?? '' }), first.groups?.every);
  const asked = naggingIn(rest);
  return repeated(remind(asked?.words ?? rest, { nag: asked?.every ?? USUAL_NAG }), asked?.every);
}

/** Said without a time, "every 10 minutes until it's done" begins with the first ten. */
function repeated(call: Call | undefined, every: string | undefined): Call | undefined {
  if (!call || call.input.when !== undefined || every === undefined) return call;
  const length = every.replace(/^(?=minute|hour)/i, '1 ').replace(/^half hour/i, '30 minutes');
  return { ...call, input: { ...call.input, when: `in ${length}` } };
}

/** "remind me …": the words after it. Only parts the text from the time; the tool reads the time again in the person's zone. */
export function remind(rest: string, more: Manner = {}): Call | undefined {
  // "That morning at 8" is a time of something told before, no text.
  if (/^that (?:morning|afternoon|evening|night|day|week(?:end)?)(?: at \d| to\b)/i.test(rest)) return undefined;
  const asked = more.nag === undefined && rest.length <= LONGEST_SENTENCE ? naggingIn(rest) : undefined;
  if (asked) return repeated(remind(asked.words, { ...more, nag: asked.every ?? USUAL_NAG }), asked.every);
  const [manner = '', ...others] = rest.split(' ');
  if (!more.urgent && others.length > 0 && isSlip(manner.toLowerCase(), 'urgently'))
    return remind(others.join(' '), { ...more, urgent: true });
  const dm = IN_DM.test(rest) || IN_DM_FIRST.test(rest);
  const words = aheadFirst(rest)
    .replace(IN_DM, '')
    .replace(IN_DM_FIRST, '')
    .replace(/^[:,–—-]\s*/, '')
    .replace(/^(?:of|about) (?:this|the following)(?=[\s:,])\s*/i, '')
    .replace(/^when it(?:'s| is|s) (?=\d)/i, 'at ')
    .replace(/^(?:too|2)\s+(?=\p{L})(?!(?:min|minute|hour|hr|day|week|month|year)s?\b)/iu, 'to ')
    .replace(/^4\s+(?=\p{L}|2mo)/iu, '')
    .replace(/(?<=\d(?:am|pm)|\b(?:2moro|2morrow|tomorrow|tmrw|tonight|today)) 2 (?=\p{L})/giu, ' to ')
    .replace(/\s+instead$/i, '')
    .replace(/\bof month\b/i, 'of the month')
    .replace(/\bthe (\d{1,2})\.(?= (?:at|of) )/i, 'the $1th')
    .replace(/\b(\d{1,2})\. (\d{1,2})\.(?=\s|$)/, '$1.$2.')
    .replace(/\bin (?=\d{1,2}[:.]\d\d\b)/i, 'at ')
    .replace(/(\d),(\d+)(?= ?(?:hours?|hrs?|h|days?|weeks?)\b)/gi, '$1.$2')
    .replace(/\b(?:in|at) (\d{1,2}) of the (morning|afternoon|evening)\b/i, 'at $1 in the $2')
    .replace(/(?:^|\s)@\s*(?=\d)/g, ' at ')
    .replace(/\b([01]?\d|2[0-3])h([0-5]\d)\b/gi, '$1:$2')
    .replace(/^(?=\d{1,2}[.:]\d\d (?:to |about |today|tonight|tomorrow|this |on \w+day|\w+day))/i, 'at ')
    .replace(/^(?=(?:[01]\d|2[0-3])[0-5]\d (?:to|about)\b)/, 'at ')
    .replace(BARE_CLOCK, '$& at')
    .replace(CLOCK_OF_SERIES, 'at $1:$2')
    .replace(/\b(today|tonight|tomorrow|\w+day) itself\b/i, '$1')
    .replace(NOT_THAT_DAY, '')
    .replace(FIRST_OF_SERIES, ' starting ')
    .replace(/,? (?:the )?last (?:one|time)(?: being| is)? (?:on |being )?(?=(?:the )?\d|\w+ \d|\w+day)/i, ' until ')
    .replace(
      /,? up to(?: and including)? (?=(?:the )?\d{1,2}(?:st|nd|rd|th)?\b|\w+ \d{1,2}\b|(?:christmas|xmas|easter)\b)/i,
      ' until ',
    )
    .replace(/(?<=\b(?:minutes?|mins?|hours?|hrs?|days?|weeks?|months?)),? or so\b/i, '')
    .trimStart();
  if (A_QUESTION.test(words) || HYPOTHETICAL.test(words) || CORRECTED.test(words)) return undefined;
  const { urgent = false, nag } = more;
  const ahead = aheadIn(words);
  if (ahead) return { tool: 'reminder_ahead', input: { ...ahead, ...(urgent && { urgent }), ...(nag && { nag }) } };
  const { task: deed, behind, minutes } = PAST_THE_HOUR.exec(words)?.groups ?? {};
  if (minutes !== undefined) return create(deed || behind || '', `at ${minutes}`, { dm, urgent, nag });
  if (words.length > LONGEST_SENTENCE) return create(words, undefined, { dm, urgent });
  const { when, task } = isTime(words) ? { when: words, task: '' } : splitTask(`remind me ${words}`);
  if (more.needsTime && (when === undefined || NO_TIME.test(when) || NO_TIME.test(words))) return undefined;
  if (/^(?:not|no|too|as well|also|again)[.?!]*$/i.test(task) || pointsAtDay(words, when)) return undefined;
  if (/^something$/i.test(task)) return create('', when, { dm, urgent, nag });
  // "About that" is no text of its own: there are phrases for it.
  if (/^(?:(?:about|of) )?(?:it|that|this)(?: again)?(?: later)?[.?!]*$/i.test(task.trim())) return undefined;
  const { fallback = '' } = more;
  return create(task, when, { dm, urgent, fallback, nag, lead: leadBefore(task, words) });
}

/** "Tonight 22h", "Sunday 12.30": an hour behind its day, and no price. */
const BARE_CLOCK = pattern.i`\b(?:today|tonight|tonite|tomorrow|${WEEKDAY})(?= (?:(?:[01]?\d|2[0-3])h\b|(?:[01]?\d|2[0-3])\.[0-5]\d\b(?! ?(?:[€$£%]|eur|usd|gbp|euros?|dollars?|pounds?|km|kg|am|pm|p\b|a\b))))`;

/**
 * "Meds 2200 daily"; 1000, 1500 and 2000 are more often a count, and so is each number behind "pay" that begins with no 0.
 */
const CLOCK_OF_SERIES =
  /\b(0\d|(?<!\b(?:pay|transfer|send|wire|save|invest|deposit|withdraw|lend|owe|charge|bill|donate|give|spend|budget|order|buy|sell|print|burn|eat|count|put)\b[^,.;]{0,40})(?:1\d|2[0-3]))(?<!10(?=00)|15(?=00)|20(?=00))([0-5]\d)(?= (?:daily|every|each|weekdays)\b)/i;

/** "On Tuesday, not Wednesday": one of the two is meant, and said. */
const NOT_THAT_DAY = pattern.i`(?<=\b(?:today|tomorrow|${WEEKDAY}),?)(?: \(| ,?)(?:and )?not (?:on )?(?:today|tomorrow|${WEEKDAY})\b\)?,?`;

/** "Every 2 hours, first at 15:00". */
const FIRST_OF_SERIES =
  /(?<=\b(?:every|each|daily|weekly|monthly|hourly|\w+days)\b.*),? (?:the )?first (?:one |time )?(?:being |is )?(?=(?:at|on) \S|a week on |tomorrow|today)/i;

/** "At 10 past": of the hour that is next. */
const PAST_THE_HOUR =
  /^(?<task>.*?)\s*\bat (?<minutes>(?:\d{1,2}|five|ten|quarter|a quarter|twenty|twenty[- ]five|half) past|(?:a )?quarter to)(?: the hour)?(?:$|[,:]? (?:to|about) (?<behind>\D+)$)/i;

/** The word that leads over to `task` in what was said: "tomorrow *about* the dentist". */
function leadBefore(task: string, words: string): Lead | undefined {
  const before = words.slice(0, Math.max(0, words.indexOf(task)));
  const lead = /\b(to|about|that|of|regarding|concerning)[:\s]*$/i.exec(before)?.[1] ?? LEADS.exec(words)?.[0].trim();
  if (lead === undefined) return undefined;
  return /^to:?$/i.test(lead) ? 'to' : /^that:?$/i.test(lead) ? 'that' : 'about';
}

interface Wanted {
  dm?: boolean;
  urgent?: boolean;
  fallback?: string;
  nag?: string | undefined;
  lead?: Lead | undefined;
}

export function create(
  said: string,
  time: string | undefined,
  { dm = false, urgent = false, fallback = '', nag, lead }: Wanted = {},
): Call {
  const { task, when } = withClockBehind(said, time);
  const text = task
    .trim()
    .replace(LEADS, '')
    .replace(/^\d{1,2}\)\s+/, '')
    .replace(/^[:,]\s*/, '')
    .replace(when !== undefined && lead !== 'that' ? /(?<=\S \S+) (?:is|are)(?: on)?$/i : /^(?!)/, '')
    .replace(TITLED, '$1')
    .trim();
  const telling = lead && text !== '' && lead !== guessedLead(text) ? { lead } : {};
  return {
    tool: 'reminder_create',
    input: {
      text: text === '' ? fallback : text,
      ...(when && { when: withUnit(when) }),
      ...(dm && { dm }),
      ...(urgent && { urgent }),
      ...(nag && { nag }),
      ...telling,
    },
  };
}

/** `schedule "team lunch" for Friday`: a title in quotes, with the word that puts it there. */
const TITLED = /^(?:schedule|put|set up) ["“]([^"“”]+)["”](?: (?:on|in|down))?$/i;

/** A reminder whose time and text stand in slots of their own; no call unless the one is a time. */
export function createAt(when: string, text: string): Call | undefined {
  const words = when.replace(/^for\s+/i, '');
  // "At ten to four": the word behind "to" is of the time.
  return isTime(words) && !isTime(`${words} to ${text.split(/\s+/)[0]}`) ? create(text, words) : undefined;
}

/** Words by which a reminder can be meant; nothing that says more than that. */
const NO_NAME =
  /\b(?:yesterday|ago|already|because|but|if|when|while|whether|then|so|who|why|how|what|not|never|maybe|would|could|should|might|instead|don't|dont|doesn't|isn't|wasn't|said|says|told|think|thinks|hope|wish|before|after|all|everything|every|each|soon)\b|[?]|\bas$|^(?:reminders?|notes?)$|^mark\b/i;
const PRONOUN =
  /^(?:you|him|her|them|us|me|nothing|anything|everything|something|everyone|someone|nobody|i|we|they|he|she|there|here|what|which|all|none|work|well|so|too)$/i;

/** "One", "20": told alone these are more often a count than a time of day. */
export const BARE_NUMBER =
  /^(?:\d{1,3}|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|a couple|another one)$/i;

/** "Give him his pill": something to be done, and to what. */
export function isDeed(words: string): boolean {
  const [first = '', ...others] = words.replace(/^to /i, '').split(/\s+/);
  return others.length > 0 && taskWords.deeds.has(first.toLowerCase());
}

/** "A new job", "your message": nothing that the person has asked to be reminded of. */
const NOT_MINE =
  /^(?:an?|some|any|you|your|his|her|their|these|those|in|on|off|out|up|back|over|down|for|with|at|by|to|from|into|too|very|the wrong|wrong)\b/i;

export function isName(words: string, most = 6): boolean {
  return (
    words !== '' &&
    words.split(/\s+/).length <= most &&
    !NO_NAME.test(words) &&
    !PRONOUN.test(words) &&
    !NOT_MINE.test(words) &&
    !CLAUSE_BEHIND.test(words)
  );
}

/** Said so that it can only be a thing at hand: "the rent", "my gym reminder", "number 2", "that". */
export function isPointedAt(words: string): boolean {
  return /^(?:(?:the|my|our|number|reminder)\s+\S|(?:that|this) one$|#?\d{1,3}$|it$|that$|this$)|\s(?:reminder|alarm)$/i.test(
    words,
  );
}

/** `snooze …`: which one, and for how long, in either order. */
export function snooze(rest: string): Call | undefined {
  const words = rest.split(/\s+/);
  if (words.length > 30) return undefined;
  for (let at = 0; at <= words.length; at++) {
    const tail = words.slice(at).join(' ');
    const name = words.slice(0, at).join(' ');
    if (tail !== '' && !isPutOff(putOffWords(tail))) continue;
    if (tail === '' && !isPointedAt(name)) return undefined;
    return name === '' || isName(name) ? snoozeOf(name, tail) : undefined;
  }
  return undefined;
}

export function snoozeOf(which: string, when = ''): Call | undefined {
  if (which !== '' && !isName(which)) return undefined;
  if (when !== '' && !isPutOff(putOffWords(when))) return undefined;
  const words = putOffWords(when);
  return { tool: 'reminder_snooze', input: { ...named(which), ...(words && { when: words }) } };
}

const AT_HAND = /^(?:it|that|this|that one|this one)$/i;
const THE_NAME = /^(?:the|my|that|this)\s+(?=\S)|(?<!\b(?:the|my|and|an?))\s+(?:reminder|alarm)$/gi;

/** `{ which }` with the name itself, "that" for any word that points at something, nothing when nothing was said. */
function named(which: string): { which?: string } {
  if (which === '') return {};
  if (AT_HAND.test(which)) return { which: 'that' };
  const name = which.replace(THE_NAME, '');
  return { which: name === '' ? which : name };
}

export function about(tool: string, which: string, more: Record<string, unknown> = {}): Call | undefined {
  if (dayOfAll(which) !== undefined) return { tool, input: { which, ...more } };
  const [, each] = ALL_OF.exec(which) ?? [];
  if (each !== undefined && isName(each)) return { tool, input: { which: `all ${each}`, ...more } };
  if (which !== '' && !isName(which, 8)) return undefined;
  return { tool, input: { ...named(which), ...more } };
}

/** A series that rests until `when`, and for as long as `length`. */
export const pauseUntil = (which: string, when: string): Call | undefined =>
  isTime(when) ? about('reminder_edit', which, { when: `resuming ${when}` }) : undefined;

export const pauseFor = (which: string, length: string): Call | undefined =>
  monthNames.includes(length.toLowerCase())
    ? about('reminder_edit', which, { when: `except this ${length}` })
    : pauseUntil(which, `in ${length.replace(/^the next (?=an?\b|\d|two|three|four)/i, '')}`);

/** "All the milk reminders". */
const ALL_OF = /^all (?:of )?(?:the |my |our )?(\S.*?)(?: (?:reminders|ones|alarms))?$/i;

export function editWhen(which: string, when: string): Call | undefined {
  const said = when
    .replace(/\s+instead\b/i, '')
    .replace(FROM_NOW_ON, '')
    .replace(/,? (?:at )?(?:the )?same (?:time|hour)s?[.!]*$/i, '');
  // "Change the price to 250" tells a price.
  const words = withUnit(/^(?:|it|that|this)$/i.test(which) ? asClock(said) : said);
  if (BARE_NUMBER.test(words) && !/(?:reminder|alarm|(?:that|this|\w+(?:st|nd|rd|th)|last|other) one)$/i.test(which))
    return undefined;
  const [lasting = ''] = FROM_NOW_ON.exec(when) ?? [];
  return isTime(words) ? about('reminder_edit', which, { when: `${words}${lasting}` }) : undefined;
}

/** A deed that is done. */
export const PAST =
  /^(?:\p{L}+ed|bought|paid|sent|took|taken|fed|rang|rung|wrote|written|made|met|told|brought|got|did|done|read|went|saw|gave|put|had|sold|found|picked|left)$/iu;

/** Leads into a further reminder of a thing that there is one for already. */
export const AGAIN =
  'once more|one more|remind me|remind me again|ping me|nudge me|alert me|warn me|tell me|give me a reminder|set a reminder|set another reminder|set another one|another reminder|another one';

/** Another reminder of the same thing. */
export function again(which: string, when: string, text?: string): Call | undefined {
  return about('reminder_again', which, { when, ...(text && { text }) });
}

/** "An hour before that": another reminder, so long before the one that is meant. */
export function ahead(which: string, length: string, text?: string): Call | undefined {
  return parseDuration(length) === undefined ? undefined : again(which, `${length} earlier`, text);
}
