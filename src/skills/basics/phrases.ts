import type { Call, Phrase } from '../../agent/index.ts';
import { findZone } from '../../time/index.ts';

const NOW =
  '(what time is it|whats the time|what is the time|what time it is|tell me the time|got the time|do you have the time|give me the time|do you know what time it is|current time|time|the time|what time)';
const IS = "(what is|what's|tell me)";

const telling: Phrase[] = [
  { pattern: `${NOW} [right] [now|please|currently]`, example: 'what time is it?', call: () => time() },
  {
    pattern: `${NOW} [right] [now|currently] [over] (in|at|for) {place}`,
    example: 'what time is it in Tokyo?',
    shown: true,
    call: ({ place = '' }) => time(place),
  },
  {
    pattern: '(what time would it be|what time will it be|[the] [current|local] time) in {place}',
    example: 'time in LA?',
    call: ({ place = '' }) => time(place),
  },
  {
    pattern: `${IS} the [current|local] time [right] [now] in {place}`,
    example: 'what is the current time in New York?',
    call: ({ place = '' }) => time(place),
  },
  {
    pattern: `(${NOW} {place}|{place} time)`,
    example: 'Tokyo time?',
    call: ({ place = '' }) => (findZone(place.replace(/[?]+$/, '')) ? time(place) : undefined),
  },
  {
    pattern:
      "(what's|what is|whats|tell me) (today's date|the date|the date today|todays date|today|the day today|the day)",
    example: "what's the date?",
    call: () => time(),
  },
  {
    pattern:
      '[tell me|do you know] ((what|which) (day|date|weekday|day of the week) (is it|is today|it is|today is)|what (the date|the day|todays date|the day of the week) is|today date|what is todays date|todays date) [today|now]',
    example: 'what day is it today?',
    call: () => time(),
  },
  {
    pattern:
      '(how far away is|how far off is|(how long|how many days|how much longer|how much time|how many sleeps) (until|till|til|to|before|left until|are there until|is it until|remain until|is left until)) {date}',
    example: 'how long until Christmas?',
    call: ({ date = '' }) => dateOf(date, 'until'),
  },
  {
    pattern: 'days (until|till|to) {date}',
    example: 'days until Christmas',
    call: ({ date = '' }) => dateOf(date, 'until'),
  },
  {
    pattern: '(what|which) (day|weekday|day of the week|date) (is|does) {date} [fall on|on]',
    example: 'what day is 24 December?',
    call: ({ date = '' }) => dateOf(date, 'weekday'),
  },
  {
    pattern: '(what is|whats) the (date|day) {date}',
    example: "what's the date in two weeks?",
    call: ({ date = '' }) => dateOf(date.replace(/^of /i, ''), 'weekday'),
  },
  {
    pattern:
      '(what|which) (week|week number|calendar week) (is it|is this|are we in|of the year is it) [now|today|currently]',
    example: 'what week is it?',
    call: () => ({ tool: 'date_of', input: { date: 'today', ask: 'week' } }),
  },
  {
    pattern: "(when is|when's) {date}",
    example: 'when is Easter?',
    tentative: true,
    call: ({ date = '' }) => (/^(?:my|the|your|our)\b/i.test(date) ? undefined : dateOf(date, 'weekday')),
  },
];

const settling: Phrase[] = [
  {
    pattern:
      '[i want to|i would like to|id like to] (set|change|switch|update|make|move) my (timezone|time zone) [to|as|is] {zone}',
    example: 'set my timezone to Berlin',
    call: ({ zone = '' }) => setZone(zone),
  },
  {
    pattern: '[set|change|switch|update] [the] (timezone|time zone) [to] {zone}',
    example: 'change the time zone to Tokyo',
    call: ({ zone = '' }) => setZone(zone),
  },
  {
    pattern: "my (timezone is|time zone is|time zone's|timezone:|time zone:) {zone}",
    example: 'my time zone is Europe/Lisbon',
    call: ({ zone = '' }) => setZone(zone),
  },
  { pattern: "(i'm|i am) [now] in {zone} now", example: "I'm in Tokyo now", call: ({ zone = '' }) => setZone(zone) },
  {
    pattern: "(i'm now|i am now|i now live|i'm currently|i am currently) in {zone}",
    example: "I'm now in Lisbon",
    call: ({ zone = '' }) => setZone(zone),
  },
  {
    pattern:
      "(i live|i'm living|i'm based|i am based|i've moved to|i moved to|i just moved to|i've just moved to|i just landed|i've landed|i've arrived|i just arrived) [in] {zone}",
    example: 'I live in Madrid',
    call: ({ zone = '' }) => setZone(zone),
  },
  {
    pattern: '(what is|whats|which is|tell me|show me|show) my [current] (timezone|time zone)',
    example: 'what is my time zone?',
    call: () => ({ tool: 'timezone_show', input: {} }),
  },
  {
    pattern:
      '(what|which) (timezone|time zone) (am i in|am i set to|do i have|do you have for me|are you using|do you use)',
    example: 'which time zone am I in?',
    call: () => ({ tool: 'timezone_show', input: {} }),
  },
];

const helping: Phrase[] = [
  {
    pattern:
      '(what are your commands|what are the commands|show me the commands|show commands|list commands|help|help me|i need help|i need some help|help please|commands|show help|show me help|?)',
    example: 'help',
    call: help,
  },
  {
    pattern:
      '(what can you do|what do you do|what are you able to do|what are you capable of|what all can you do|what can i do|what can i ask|what can i say|what can i ask you|what else can you do|what are you good at|what are your features|what do you understand|what commands are there|what can you help with|what can you help me with|show me what you can do|tell me what you can do) [here|for me]',
    example: 'what can you do?',
    call: help,
  },
  {
    pattern:
      '(how do you work|how does this work|how does this bot work|how does coda work|how does it work|how do you work|how do i use you|how do i use this|how can you help|how can you help me|how do i start|how do i get started)',
    example: 'how does this work?',
    call: help,
  },
  {
    pattern:
      '(can|could|do|will|would) you (remind me|remind people|set reminders|set a reminder|set alarms|do reminders|tell time|tell the time|handle reminders|help|help me) [of things|about things|of stuff|about stuff|of anything|about anything|of something|about something|at all|too|as well|with that|with things|for me]',
    example: 'can you remind me of things?',
    call: help,
  },
  { pattern: 'are you able to {what}', example: 'are you able to set reminders?', call: help },
  {
    pattern:
      'how (do i|can i|to|would i|should i|does one) (set|create|make|add|delete|cancel|snooze|edit|change|list|see|complete|stop|save|find|search|take|move|undo) {what}',
    example: 'how do I set a reminder?',
    call: help,
  },
];

const taking: Phrase[] = [
  {
    pattern:
      '(undo|undo that|undo my last change|undo the last change|undo the last action|undo the last step|undo my last message|undo what you did|undo what you just did|undo it|undo this|undo please|undo the last one|undo the last thing|undo my last action|undo last|take that back|take it back|revert|revert that|revert it|reverse that|roll that back|go back on that|oops undo|oops undo that|(no|oh no|oops no|oops) (undo|undo that|undo it|put it back undo)|put it back undo|revert that change|undo that change|reverse (that|this|the|my last|the last|that last) change|reverse it|restore (it|that|them|those)|(bring|put|get) (those|them|everything|all of them|them all) back|[no|oh no|oops] (put|set|change) (it|that|everything) back (where|how|the way|as|to how|to the way|to what) it was|(leave|keep) (it|that|everything) (as|how|where|the way) it was)',
    example: 'undo',
    call: () => ({ tool: 'undo', input: {} }),
  },
  {
    pattern:
      "(that was a mistake|that was wrong|that's not what i meant|that is not what i meant|not what i meant|i didn't mean that|i didn't mean to do that) undo [it|that]",
    example: 'that was a mistake, undo it',
    call: () => ({ tool: 'undo', input: {} }),
  },
];

const chatting: Phrase[] = [
  {
    pattern:
      '(hi|hello|hey|hiya|howdy|yo|hallo|hola|greetings|good morning|good afternoon|good evening|morning|evening|hi there|hello there|hey there|hey coda|hi coda|hello coda|good morning coda) [coda]',
    example: 'hello',
    call: () => smalltalk('hello'),
  },
  {
    pattern:
      "(how are you|how are you doing|how are you today|how's it going|hows it going|how do you do|what's up|sup|you ok|are you there|you there|how have you been)",
    example: 'how are you?',
    call: () => smalltalk('fine'),
  },
  {
    pattern:
      '[oh|ah|aw] (thanks|thank you|thx|ty|ta|ta very much|cheers|thanks a lot|thanks a million|thanks a bunch|thanks so much|thank you so much|thank you very much|many thanks|much appreciated|appreciate it|i appreciate it|great thanks|ok thanks|perfect thanks|nice one|great job|good job|well done|good bot|awesome|awesome thanks|thanks thats great|thank you thats great|thanks thats perfect|awesome thank you|perfect thank you|great thank you|youre the best|you rock|love it) [(youre|you are) (a star|the best|a legend|a lifesaver|so helpful|very kind|[a] [such a] [great|big|real] help)] [coda]',
    example: 'thanks',
    call: () => smalltalk('thanks'),
  },
  {
    pattern:
      '(ok|okay|k|alright|all right|got it|i see|fine|cool|nice|great|perfect|good|yes|yeah|yep|no|nope|sure|no thanks|no thank you|not yet|not now|lol|haha|hm|hmm)',
    example: 'ok',
    call: () => smalltalk('ok'),
  },
  {
    pattern:
      '(bye|goodbye|good night|goodnight|night night|nighty night|night all|see you|see you later|see you tomorrow|see you soon|see ya|ciao|night|talk to you later|ttyl|good bye|bye bye) [coda]',
    example: 'good night',
    call: () => smalltalk('bye'),
  },
  {
    pattern:
      '(who are you|what are you|what is your name|whats your name|are you a bot|are you human|are you an ai|who am i talking to)',
    example: 'who are you?',
    call: () => smalltalk('who'),
  },
];

function time(place?: string): Call | undefined {
  if (place === undefined) return { tool: 'time_in', input: {} };
  const name = place
    .replace(/[?!.]+$/, '')
    .replace(/^the\s+/i, '')
    .replace(/\s+(?:right now|now|currently|at the moment|today|these days)$/i, '')
    .trim();
  // A place that is not known is still one to ask about, as long as it is written like a name.
  if (!findZone(name) && !/^\p{Lu}[\p{L}.'-]*(?: \p{Lu}[\p{L}.'-]*){0,2}$/u.test(name)) return undefined;
  return { tool: 'time_in', input: { place: name } };
}

function dateOf(date: string, ask: 'until' | 'weekday'): Call | undefined {
  const words = date
    .replace(/[?!.]+$/, '')
    .replace(/ this year$/i, '')
    .trim();
  return words.split(/\s+/).length > 6 || /^(?:it|we|i|you|they|he|she|then|that|this|the next)\b/i.test(words)
    ? undefined
    : { tool: 'date_of', input: { date: words, ask } };
}

function setZone(zone: string): Call | undefined {
  const name = zone
    .replace(/[?]+$/, '')
    .replace(/\s+(?:now|time|timezone|time zone)$/i, '')
    .trim();
  return !/[?]/.test(zone) && findZone(name) ? { tool: 'timezone_set', input: { zone: name } } : undefined;
}

function help(): Call {
  return { tool: 'help', input: {} };
}

function smalltalk(kind: 'hello' | 'thanks' | 'bye' | 'fine' | 'who' | 'ok'): Call {
  return { tool: 'smalltalk', input: { kind } };
}

/** What people say about time and place, to get help, to take things back, and to be polite. */
export const phrases: Phrase[] = [...telling, ...settling, ...helping, ...taking, ...chatting];
