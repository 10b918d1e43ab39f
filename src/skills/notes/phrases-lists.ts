import { ANYMORE, type Call, type Phrase, REMOVE, type Topic, UNNEEDED } from '../../agent/index.ts';
import { splitTask } from '../../time/index.ts';
import { edit, listed } from './hearing.ts';
import { isList, without } from './list.ts';
import { ask } from './phrases-asking.ts';

const TODO = 'todo list';
const TODOS = '(todo|to-do|to do|todos|to-dos|to dos)';
const LONGEST = 200;

const HAVE = "[i|i've|i have|we|we've|we have] [just|already|now|finally]";
const ACTED =
  'got|bought|picked up|grabbed|ordered|did|done|finished|completed|sent|paid|called|phoned|rang|emailed|booked|posted|packed';

/** The item is on the list that is at hand: nothing else is meant by it. */
const offList = (item: string, topic: Topic | undefined): Call | undefined => {
  const words = item.replace(/[\s,]+(?:already|now|today|anymore|too|though)$/i, '');
  const list = topic?.text ?? '';
  return isList(list) && without(list, words) !== undefined ? listed('that', { remove: words }) : undefined;
};

/** "Call it a day": no names. */
const SAYINGS =
  /^(?:off|in|back|even|quits|out|up|what|as|later|soon|now|again|first|then|too|at|on|when|a (?:day|night|draw|wrap|truce|deal))\b/i;

/** The list that is at hand, under another name. */
function renamed(list: string, name: string): Call | undefined {
  const [head = '', kind = ''] = /^[^:\n]{1,60}?( list| checklist)?:/i.exec(list) ?? [];
  const bare = name.replace(/^["“'](.+)["”']$/, '$1').replace(/ (?:list|checklist)$/i, '');
  return isList(list) && head !== '' && bare !== '' && bare.split(/\s+/).length <= 4
    ? edit('that', { text: `${bare}${kind}:${list.slice(head.length)}` })
    : undefined;
}

/** What is told to go on a list, and neither asks, nor says when, nor files itself under a tag. */
const isForList = (text: string): boolean =>
  text.length <= LONGEST && !/[?#\n]/.test(text) && splitTask(text).when === undefined;

const onto = (list: string, add: string): Call | undefined => listed(list, { add, make: list });

/** Words of a question about what a list holds. */
const ON_LIST =
  'all|am|are|do|does|did|else|get|got|have|i|is|it|left|missing|need|needs|buy|pack|bring|still|that|there|things|to|we|was|we|yet';

const ON_TWO =
  /^(?:(?:please|can you|could you|also|and)[\s,]+)*(?:add|put|stick) (?<one>[^,:]+?) (?:to|on|onto) (?:the |my |our )?(?<first>[\p{L} ]{2,30}?)(?: list)?(?:,? and|,) (?!(?:add|put|stick|then|also)\b)(?<other>[^,:]+?) (?:to|on|onto) (?:the |my |our )?(?<second>[\p{L} ]{2,30}?) list(?:[\s,]+(?:please|thanks))?[\s.!]*$/iu;

/** "Add socks to the packing list and oats to the shopping list". */
export function ontoTwo(text: string): Call[] | undefined {
  const { one = '', first = '', other = '', second = '' } = ON_TWO.exec(text)?.groups ?? {};
  if (one === '' || ![one, other].every(isForList) || /\b(?:to|on|onto)\b/i.test(`${one} ${other}`)) return undefined;
  const calls = [onto(`${first} list`, one), onto(`${second} list`, other)];
  return calls.every((call) => call !== undefined) ? calls : undefined;
}

/** What people say of a list: it comes before notes of any kind. */
export const lists: Phrase[] = [
  ...['shopping', 'groceries', 'packing', 'errands', 'chores', 'jobs', 'parts', 'stock', 'kit', 'supplies'].map(
    (name): Phrase => ({
      pattern: `[my|the|our] ${name}: {text}`,
      example: `${name}: first, second`,
      call: ({ text = '' }) => (isForList(text) ? onto(`${name} list`, text) : undefined),
    }),
  ),
  {
    pattern:
      '[and] [i|we] (need to|have to|want to|must|gotta|to|things to|stuff to|still need to) (buy:|get:|pick up:) {text}',
    example: 'I need to buy: milk, bread',
    call: ({ text = '' }) => (isForList(text) ? onto('shopping list', text) : undefined),
  },
  {
    pattern: '[i|we] (need|want) {text} (on|onto|to) [the|my|our] (shopping|grocery|groceries) list [please]',
    example: 'need nappies and wipes on the shopping list',
    call: ({ text = '' }) => (isForList(text) ? onto('shopping list', text) : undefined),
  },
  {
    pattern: '(add|put|stick|get) {text} (to|on|onto) [the|my|our] shopping',
    example: 'add soap to the shopping',
    tentative: true,
    call: ({ text = '' }) => (isForList(text) ? onto('shopping list', text) : undefined),
  },
  {
    pattern:
      '(write|put|add|stick|note|get) (on|onto|to|down on) [the|my|our] (shopping|grocery|groceries) (list|list:) {text}',
    example: 'write on the shopping list: rice, oil',
    call: ({ text = '' }) => (isForList(text) ? onto('shopping list', text) : undefined),
  },
  {
    pattern: '(write|put|add|stick|note) (on|onto|to|in|into|down on) [the|my|our] {list} list: {text}',
    example: 'put on my camping list: a tent, two torches',
    call: ({ list = '', text = '' }) =>
      list.split(/\s+/).length <= 3 && isForList(text) ? onto(`${list} list`, text) : undefined,
  },
  {
    pattern:
      "[i|we|i've|we've] (forgot|need|out of|are out of|we're out of|run out of|ran out of|low on) [the] {item} (put|add|stick|get) (it|them|that|those) (on|onto|to) [the|my|our] (shopping|grocery|groceries) list [too|as well|also]",
    example: "we're out of butter, put it on the shopping list",
    call: ({ item = '' }) => {
      const thing = item.replace(/[,\s]+(?:so|please|can you|could you)?$/i, '');
      return isForList(thing) && thing.split(/\s+/).length <= 4 ? onto('shopping list', thing) : undefined;
    },
  },
  {
    pattern: '(todo {text}|to-do {text}|[my|the|our] (todo:|to-do:|to do:|todos:|to-dos:|to dos:) {text})',
    example: 'todo: call the plumber, buy stamps',
    call: ({ text = '' }) =>
      isForList(text) && !/^(?:lists?|items?|apps?|today|tomorrow|for|is|are)\b/i.test(text)
        ? onto(TODO, text)
        : undefined,
  },
  {
    pattern: `(add|put|append|stick) {append} (to|on|onto|in) [the|my|our] ${TODOS} [list]`,
    example: 'add book flights to my todos',
    tentative: true,
    call: ({ append = '' }) => (isForList(append) ? onto(TODO, append) : undefined),
  },
  {
    pattern: [
      `([i think|ok|so] (${REMOVE}|leave out|forget|forget about|skip|tick|tick off|cross off|cross out|check off|strike off|mark off|${UNNEEDED}|[i'm|i am|we're] [all] (done|finished) with) {item} ${ANYMORE}`,
      `${HAVE} (${ACTED}) {had}`,
      '{item} [is|are] [now|all] (done|sent|sorted|finished|bought|paid|booked|packed)',
      "(mark|set) {item} [as] (done|complete|completed|bought|finished)|thats [the] {item} (done|sorted|finished|bought|packed)|not [the|any|more] {item}|{item} (i|we) (have|have got|got) already|[i|we|i've|we've] [have] [already] (got|have) {item} already)",
    ].join('|'),
    example: 'done with the invoice',
    about: 'note',
    call: ({ item, had = '' }, topic) => {
      if (item !== undefined) return offList(item, topic);
      return /^(?:an? |it$|that$|to\b)/i.test(had) ? undefined : offList(had, topic);
    },
  },
  {
    pattern:
      '(take|cross|strike|get) {gone} off [it|the list|that list] [and] (put|add|stick) {come} (on|on it|on there|on instead|instead|to it)|swap {gone} for {come}',
    example: 'take the eggs off and put flour on',
    about: 'note',
    call: ({ gone = '', come = '' }, topic) => {
      const words = gone.replace(/^(?:the|my|our) /i, '');
      const has = isList(topic?.text ?? '') && without(topic?.text ?? '', words) !== undefined;
      return has && isForList(come) ? listed('that', { remove: words, add: come }) : undefined;
    },
  },
  {
    pattern:
      '(rename|retitle) (it|that|that list|this list|the list) [to|as] {name}|call (it|that list|this list) {called}',
    example: 'rename that list to Trip',
    about: 'note',
    call: ({ name, called = '' }, topic) =>
      renamed(
        topic?.text ?? '',
        name ?? (SAYINGS.test(called) || splitTask(`remind me ${called}`).when !== undefined ? '' : called),
      ),
  },
  {
    pattern: `${HAVE} (got|bought|picked up|grabbed) [the|my|our|some] {item}`,
    example: 'I have picked up the milk',
    tentative: true,
    call: ({ item = '' }) =>
      item.split(/\s+/).length <= 3 && !/^(?:an?|it|that|this|to|you|the|my|our|some)\b/i.test(item)
        ? { tool: 'note_item', input: { remove: item } }
        : undefined,
  },
  {
    pattern: '(forget|forget about) [the|my|our] {which}',
    example: 'forget the boiler code',
    tentative: true,
    call: ({ which = '' }) =>
      which.split(/\s+/).length > 6 || /^(?:it|that|this|to|what|about|the|my|our|all|everything|me|i)\b/i.test(which)
        ? undefined
        : { tool: 'note_delete', input: { which, named: true } },
  },
  {
    pattern: `[show|show me|list|read|read me|give me|see|what's on|what is on|what's in|what is in|what's still on|what's left on] [my|the|our] ((todo|to-do|to do) [list]|todos|to-dos|to dos)`,
    example: "what's on my todo list?",
    tentative: true,
    call: () => ({ tool: 'note_get', input: { which: TODO, named: true } }),
  },
  {
    pattern:
      "(what's|whats|what is|what have i got|what do i have|what else is|what's still) [still] (left|on it|on there|missing|to get|to buy) [to get|to buy|to do|now]",
    example: "what's left?",
    about: 'note',
    call: (_, topic) => (isList(topic?.text ?? '') ? { tool: 'note_get', input: { which: 'that' } } : undefined),
  },
  {
    pattern:
      "(what's|whats|what is|what stands|what remains|what else is|who's|who is|what have i got|what do i have|what do we have|what do we need|is there anything|anything) [left|still] (on|in) [my|the|our] {name} list [now|so far]",
    example: "what's on the shopping list?",
    tentative: 'last',
    call: ({ name = '' }) => contents(name),
  },
  {
    pattern:
      '(show|read|open|see|give|tell|check) [me] [out] [my|the|our] {name} (list|checklist) [back|again|out] [to me|for me]',
    example: 'show me the shopping list',
    tentative: 'last',
    call: ({ name = '' }) => contents(name),
  },
  {
    pattern: '(show|read|give|tell) [me] [out] (my|the|our) (groceries|shopping) [back|again|out] [to me]',
    example: 'read me the groceries',
    tentative: 'last',
    call: () => contents('grocery'),
  },
  {
    pattern: `(whats|what|anything|how much) <${ON_LIST}> (on|from|off|for|in) [my|the|our|that] {name} (list|checklist) <now|so|far|please|then>`,
    example: 'what do I still need from the shopping list?',
    tentative: 'last',
    call: ({ name = '' }) => contents(name),
  },
  {
    pattern: '(throw|chuck|slap|bung) {append} (on|onto|in|into) [my|the|our] {which}',
    example: 'throw hot sauce on the groceries',
    tentative: true,
    call: ({ append = '', which = '' }) =>
      isForList(append) && /(?:list|groceries|shopping)$/i.test(which) ? listed(which, { add: append }) : undefined,
  },
];

function contents(name: string): Call | undefined {
  // "My reminders list" is none of notes.
  if (/\b(?:reminders?|alarms?|timers?|notes?|tasks?|schedules?)$/i.test(name)) return undefined;
  const asked = /^\p{L}[\p{L}\d-]*(?: \p{L}[\p{L}\d-]*){0,2}$/u.test(name) ? ask(name) : undefined;
  return asked && { ...asked, input: { ...asked.input, list: name } };
}
