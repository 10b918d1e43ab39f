import { ANYMORE, type Call, type Phrase, REMOVE, type Topic, UNNEEDED } from '../../agent/index.ts';
import { corrected, inPlaceOf, otherCode } from './corrected.ts';
import { edit, isPlace, list, listed, remove, removeNamed, withCode } from './hearing.ts';
import { isList } from './list.ts';

/** What people say of the note that was made, changed or shown last. */
export const following: Phrase[] = [
  {
    pattern: `(${REMOVE}|${UNNEEDED}|[i'm] (done|finished) with) (it|that|this|that one|this one) ${ANYMORE}`,
    example: 'delete that',
    about: 'note',
    call: () => remove(''),
  },
  {
    pattern: `(${REMOVE}) [the|my|that] {which} [one]`,
    example: 'delete the second one',
    about: 'note',
    call: ({ which = '' }) => (isPlace(which) ? remove(which) : undefined),
  },
  {
    pattern: '(change|edit|update|fix|correct) (it|that|this|it:|that:|this:) {text}',
    example: 'update that: the code is 4712',
    about: 'note',
    call: ({ text = '' }, topic) => (/^(?:to|from|for|by)\b/i.test(text) ? undefined : corrected(text, topic)),
  },
  {
    pattern:
      '((change|replace|swap|update|set) {from} (to|with|for) {to}|{what} (is now|are now|has changed to|changed to|was changed to|is changed to) {value})',
    example: 'change Bob to Robert',
    about: 'note',
    call: ({ from, to = '', what = '', value = '' }, topic) => {
      const text = topic?.text ?? '';
      if (from !== undefined) return changed(text, from, to) ?? changedItem(text, from, to);
      const at = text.toLowerCase().indexOf(what.toLowerCase());
      return valueAt(text, at < 0 ? 0 : at + what.length) === undefined ? undefined : changed(text, what, value);
    },
  },
  {
    pattern:
      "[i|i've|i have|we|we've|we have] [just|already] (got|bought|have|picked up) {item} [so] [please] (take|get|cross|strike|scratch|tick) (it|them|that|those) off [the list|my list|that list]",
    example: 'got the eggs, take them off',
    about: 'note',
    call: ({ item = '' }) => listed('that', { remove: item.replace(/^(?:the|my|some)\s+/i, '').replace(/,$/, '') }),
  },
  {
    pattern: '(bring|put|get) (it|that) back',
    example: 'put it back',
    about: 'note',
    call: (_, topic) => (topic?.how === 'made' ? { tool: 'undo', input: {} } : undefined),
  },
  {
    pattern: '(empty|empty out|clear|clear out|reset) (it|the list|that list|this list|my list)',
    example: 'empty the list',
    about: 'note',
    call: (_, topic) => (isListMade(topic) || isList(topic?.text ?? '') ? remove('') : undefined),
  },
  {
    pattern: 'what (did i|have i) (ask|asked|tell|told) you to (remember|note|keep|write down)',
    example: 'what did I ask you to remember?',
    about: 'note',
    call: () => list(),
  },
  {
    pattern: '[sorry|no|oops|wait|actually|correction|nope] [its|it is|make it|it should be] {to} not {from}',
    example: 'sorry, Robert not Bob',
    about: 'note',
    call: ({ to = '', from = '' }, topic) =>
      inPlaceOf(topic, from.replace(/^(?:it['’]?s|it is) /i, ''), to.replace(/,$/, '')) ??
      inPlaceOf(topic, from.replace(AN, ''), to.replace(AN, '').replace(/(?: actually)?,?$/, '')),
  },
  {
    pattern: '(add|append) {append} to (it|that|this|that note|this note|the note)',
    example: 'add the router is in the hall to it',
    about: 'note',
    call: ({ append = '' }) => ({ tool: 'note_edit', input: { which: 'that', append } }),
  },
  {
    pattern: '(and|also|plus|and also|oh and) {more}',
    example: 'and eggs',
    about: 'note',
    call: ({ more = '' }, topic) =>
      isListMade(topic) && isItem(more)
        ? listed('that', { add: more.replace(/[\s,]+(?:too|as well|please)$/i, '') })
        : undefined,
  },
  {
    pattern: '{more} (too|as well)|(i|we) [also] need {need} (on|for) (that|this|the) list',
    example: 'wipes too',
    about: 'note',
    call: ({ more, need }, topic) =>
      need !== undefined || (isListMade(topic) && isItem(more ?? '') && !NO_MORE.test(more ?? ''))
        ? listed('that', { add: need ?? more ?? '' })
        : undefined,
  },
  {
    pattern:
      "[i|we] (need|forgot|want|are out of|we're out of|i'm out of|out of) {more} [too|as well|also] (put|add|stick|pop|chuck|throw) (it|them|those|that|some) (on|in|to) (there|it|the list|that list) [too|as well]",
    example: 'need limes too, put them on there',
    about: 'note',
    call: ({ more = '' }, topic) =>
      isListMade(topic)
        ? listed('that', { add: more.replace(/[\s,]+(?:too|as well|also|so)?[\s,]*$/i, '') })
        : undefined,
  },
  {
    pattern: '(put|add|stick|throw|chuck|pop|bung) {more} (on|in|to) (the list|that list|this list) [too|as well|also]',
    example: 'put wipes on the list too',
    about: 'note',
    call: ({ more = '' }) => listed('that', { add: more }),
  },
  {
    pattern: '(put|add|stick|throw|chuck|pop|bung) {more} (on|in|to) (there|it|that|this) [too|as well|also]',
    example: 'put wipes on there too',
    about: 'note',
    call: ({ more = '' }, topic) =>
      topic?.isRecent && mayBeList(topic.text) && isItem(more) && !SAYINGS.test(more)
        ? listed('that', { add: more })
        : undefined,
  },
  {
    pattern:
      '(scratch|drop|lose|scrap|remove|delete|cross off|strike off|take off|forget) [the|my] {item} (we|i) (have|got|already have|have got|already got) (some|it|one|them|enough|plenty|that) [already|now|at home]',
    example: 'scratch the ketchup, we have some',
    about: 'note',
    call: ({ item = '' }) => listed('that', { remove: item.replace(/[,.;:]+$/, '') }),
  },
  {
    pattern:
      '[the|my] {item} (is|are|came|has|have|got|arrived|turned) {state} [so] [please] (take|cross|strike|scratch|tick|check|mark) (it|them|em|that|those) off [the list|it]',
    example: 'the gauze came in, take it off',
    about: 'note',
    call: ({ item = '', state = '' }, topic) =>
      state.split(/\s+/).length <= 4 && isList(topic?.text ?? '') ? listed('that', { remove: item }) : undefined,
  },
  {
    pattern: '(take|get|cross|strike|scratch|tick) {item} (off|out) [of] [it|there|that]',
    example: 'take the milk off',
    about: 'note',
    call: ({ item = '' }) => listed('that', { remove: item.replace(/^(?:the|my)\s+/i, '') }),
  },
  {
    pattern: '(take|cross|strike|scratch|tick) off (the|my) {item}',
    example: 'take off the milk',
    about: 'note',
    call: ({ item = '' }) => listed('that', { remove: item }),
  },
  {
    pattern: '(whats|what is) [now|left|still] (on|in) (it|the list|that list|this list) [now]',
    example: "what's on it?",
    about: 'note',
    call: () => ({ tool: 'note_get', input: { which: 'that' } }),
  },
  {
    pattern: '(add|put|add also|also add|put also|also put|add too) {more}',
    example: 'add also dill',
    about: 'note',
    call: ({ more: said = '' }, topic) => {
      const more = said.replace(/[\s,]+(?:too|as well|also|please)$/i, '');
      return isListMade(topic) &&
        isItem(more) &&
        !/\s(?:to|on|in|onto)\s|\s(?:on|off|away|out|back|down|up|in)$/i.test(more)
        ? listed('that', { add: more })
        : undefined;
    },
  },
  {
    pattern: '(show|read|open|see) [me] [the] {which} [one]',
    example: 'show me the second one',
    about: 'note',
    call: ({ which = '' }) => (isPlace(which) ? { tool: 'note_get', input: { which } } : undefined),
  },
  {
    pattern: '(change|edit|update|make|set) (it|that|this|that note|the note) to [say|read] {text}',
    example: 'change it to the code is 4712',
    about: 'note',
    call: ({ text = '' }, topic) => corrected(text, topic),
  },
  {
    pattern:
      '[oops|no|sorry|wait|oh] [no|wait|sorry] (i meant|i mean|it should say|it should read|that should say|it should be|that should be) {text}|{said}',
    example: 'oops, I meant the code is 4712',
    about: 'note',
    call: ({ text = '', said }, topic) =>
      said !== undefined ? otherCode(said, topic) : topic?.how === 'made' ? corrected(text, topic) : undefined,
  },
  {
    pattern: '(tag|label|file) (it|that|this|that note|this note) [as|with|under] {tag}',
    example: 'tag it home',
    about: 'note',
    call: ({ tag = '' }) => ({ tool: 'note_edit', input: { which: 'that', tags: tag.split(/\s*,\s*|\s+and\s+/) } }),
  },
  {
    pattern: '(remind|ping|nudge) me (about|of) (it|that|this|that note|this note) {when}',
    example: 'remind me about that tomorrow at 9',
    about: 'note',
    call: ({ when = '' }, topic) =>
      topic?.text === undefined ? undefined : { tool: 'reminder_create', input: { text: topic.text, when } },
  },
];

/** Where the value begins of what ends at `end` of a note: "the gate code" of "the gate code is 4471". */
function valueAt(text: string, end: number): number | undefined {
  const [lead = ''] =
    end <= 0 ? [] : (/^(?:\s+(?:is|are|was|were)\s+(?:now\s+)?|\s*[:=]\s*)/i.exec(text.slice(end)) ?? []);
  return lead === '' ? undefined : end + lead.length;
}

/** `text` with `to` for the words `from`, or for what it says of them: "change the gate code to 5582". */
function changed(text: string, from: string, to: string): Call | undefined {
  const at = text.toLowerCase().indexOf(from.toLowerCase());
  if (at < 0) return undefined;
  const end = at + from.length;
  const value = valueAt(text, end);
  // "Change the dose to 20 mg", of "dose 10 mg twice a day".
  const isValue = value === undefined && /\d/.test(to) && !/\d/.test(from) && /^\s+\S*\d/.test(text.slice(end));
  const other = isValue ? withCode(text.slice(end), to) : undefined;
  if (isValue) return other === undefined ? undefined : edit('that', { text: text.slice(0, end) + other });
  if (value === undefined) return edit('that', { text: text.slice(0, at) + to + text.slice(end) });
  const old = text.slice(value);
  return /[,;\n]|\band\b/.test(old) || old.split(/\s+/).length > 6
    ? undefined
    : edit('that', { text: text.slice(0, value) + to });
}

const AN = /^(?:(?:it['’]?s|it is) )?an? /i;
const THE = /^(?:the|my|our) /i;

/** "Replace the bolts with screws", of a list. */
const changedItem = (text: string, from: string, to: string): Call | undefined =>
  isList(text) && THE.test(from) ? changed(text, from.replace(THE, ''), to.replace(THE, '')) : undefined;

/** "Me too", "tomorrow as well": no item. */
const NO_MORE = /\b(?:me|you|good|nice|love|true|same|today|tomorrow|tonight|weekend|\w+day)\b/i;

/** A list that was noted or changed just before: its items stand behind a colon, between commas, or are its only words. */
const isListMade = (topic: Topic | undefined): boolean =>
  topic?.how === 'made' && topic.isRecent === true && mayBeList(topic.text);

const mayBeList = (text = ''): boolean => /[:,\n]|\band\b|^\p{L}+(?: \p{L}+)?$/iu.test(text);

/** "Stick a pin in it", "put some ice on that". */
const SAYINGS =
  /^(?:a (?:pin|sock|lid|cork|ring|stop|spin|damper|number|figure|price|name|date|bow|brave face)|some ice|ice|your back|more)$/i;

/** "… and eggs" behind such a list. */
const isItem = (more: string): boolean =>
  more.split(/\s+/).length <= (/,|&|\band\b/i.test(more) ? 8 : 4) &&
  /^[\p{L}\d\s,&'’-]+$/u.test(more) &&
  !/\b(?:notes?|reminders?|alarm|timer|list)\b/i.test(more) &&
  !/^(?:remind|set|show|list|what|who|when|where|how|why|is|do|can|could|delete|remove|undo|thanks?|you|i|we|it|that|this|then|now|again|also|note|add|move|make|please)\b/i.test(
    more,
  );

/** What questions begin with: the word that says what kind of answer they want, the ways of saying it, an example. */
const LEADS: readonly (readonly [lead: string, words: string, example: string])[] = [
  [
    'what',
    "what|what's|which|whose|remind me [again] (what|which)|do you (know|remember)|tell me|give me|show me|show|look up|find|search|search for|any|anything",
    "what's the wifi password?",
  ],
  ['where', "where|where's|remind me [again] where", 'where did I put the spare key?'],
  ['when', "when|when's|remind me [again] when", 'when was the boiler serviced?'],
  ['who', "who|who's|remind me [again] who", 'who fixed the roof?'],
  ['how much', 'how much|how many', 'how much did the ladder cost?'],
  ['how', 'how|remind me [again] how', 'how do I restart the router?'],
  ['is', 'do|does|did|is|are|was|were|has|have|can', 'is Ana allergic to nuts?'],
];

/** What may be asked of notes: it counts only if a note answers it. */
export const asking: Phrase[] = [
  ...LEADS.map(
    ([lead, words, example]): Phrase => ({
      pattern: `(${words}) {query}`,
      example,
      ...(lead === 'what' && { shown: true }),
      tentative: 'last',
      call: ({ query = '' }) => ask(query, lead),
    }),
  ),
  {
    pattern: '{query}',
    example: 'wifi password?',
    tentative: 'last',
    call: ({ query = '' }) => (/[?]\s*$/.test(query) && query.split(/\s+/).length <= 4 ? ask(query) : undefined),
  },
  {
    pattern:
      '[show|show me|read|read me|read out|read me out|open|see|view|give me|tell me|check|whats on|what is on|what have i got on|what do i have on|whats in|what is in] [my|the|our] {name} (list|ideas|recipe)',
    example: 'my trip ideas',
    tentative: true,
    call: ({ name = '' }) =>
      /^(?:\p{L}+ )?\p{L}+$/u.test(name) && !/^(?:what|whats|who|where|when|how)\b/i.test(name) ? ask(name) : undefined,
  },
  {
    pattern: '[whats|what is] [on|in] [the|my|our] (groceries|grocery list|food list)',
    example: 'groceries?',
    tentative: true,
    call: () => ask('shopping'),
  },
  {
    pattern: '{tag} notes',
    example: 'work notes',
    tentative: true,
    call: ({ tag = '' }) => ask(tag),
  },
  {
    pattern: '(show|list|find) [me] {tag}',
    example: 'show #work',
    call: ({ tag = '' }) => (tag.startsWith('#') ? list(tag) : undefined),
  },
  {
    pattern: '(add|append|put) {append} (to|on|in|onto) {which} [list]',
    example: 'add bread to my shopping list',
    tentative: true,
    call: ({ append = '', which = '' }) => (/^(?:it|that|this)$/i.test(which) ? undefined : edit(which, { append })),
  },
  {
    pattern: `(${REMOVE}) {which}`,
    example: 'delete the gate one',
    tentative: true,
    call: ({ which = '' }) => (/\b(?:reminder|alarm)s?$/i.test(which) ? undefined : removeNamed(which)),
  },
];

/** Words of a question that no note would hold. */
const ASKING =
  /\b(?:the|a|an|my|our|your|i|me|we|you|again|please|is|are|was|were|am|be|did|does|do|have|has|had|put|keep|kept|store|stored|hide|hid|leave|left|in|on|at|of|for|to|about|any|anything|something|there|that|this|it|what|where|who|when|know|remember|tell|note|notes|much|many|appointment|list|kind|called|number|owe|can|eat|go|goes|going|out|come|comes|coming|use|should|would|could|which|how|his|her|their|with|from|by|up|or|and|if|he|she|they|got)\b/gi;

export function ask(query: string, lead = ''): Call | undefined {
  const words = query
    .replace(/[?!.]+$/, '')
    .replace(/\b(owes?) (me|us) (?:money|cash|anything|something)\b/i, '$1 $2')
    .trim();
  if (words.split(/\s+/).length > 12) return undefined;
  const telling = words
    .replace(/['’]s\b/g, '')
    .replace(ASKING, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  return telling.length < 2
    ? undefined
    : {
        tool: 'note_recall',
        input: { query: telling, question: `${lead} ${words}`.trim(), ...(isOwn(lead, words) && { own: true }) },
      };
}

/** What only the person can have told: "when is my sister's birthday?", "did I pay it already?", "how old is the boiler?". */
function isOwn(lead: string, words: string): boolean {
  if (
    /\b(?:you|your|should|could|would|can|will|if|mean|think|feel|next|now|today|tomorrow|tonight|reminders?|notes?|alarms?|timers?|time ?zone|weather|calendar|schedule|agenda|tasks?|ip)\b/i.test(
      words,
    )
  )
    return false;
  if (lead === 'is') return /^i (?:already |ever )?(?!have\b)\p{L}+ .*\b(?:it|that|my|our|the)\b/iu.test(words);
  const isAsking = ['what', 'where', 'when', 'who', 'how much', 'how'].includes(lead);
  if (lead === 'how')
    return /^(?:old|long|big|tall|heavy|often) (?:is|are|was|were|do i|did i) (?:my|our|the) \p{L}+$/iu.test(words);
  return isAsking && /^(?:is |are |was |were |did |do )?(?:my|our|i) ?/i.test(words) && /\b(?:my|our)\b/i.test(words);
}
