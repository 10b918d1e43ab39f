import type { Phrase } from '../../agent/index.ts';
import { splitTask } from '../../time/index.ts';
import { STATED, save, undefinedUnlessFact } from './hearing.ts';

const SAVE =
  "[i want to|i would like to|i'd like to|let me] (add|make|take|write|create|save|leave|put down|keep|jot down|write down) [me] [a|an|another] [new|quick|little|short] note";

/** "Groceries: rice, oil". */
const HEADED = /^[\p{L}\d][\p{L}\d '-]{0,40}: \S/u;

/** "Packing: passport", told to begin a list. */
function begun(name: string, text: string) {
  const isName =
    name.split(/\s+/).length <= 3 && !/\b(?:list|of|all|my|the|every|called|named)\b|^(?:a|an|new|a new)$/i.test(name);
  return isName && !/[?]|^(?:of|for|with|to|all|called|named)\b/i.test(text)
    ? save(`${/list$/i.test(name) ? name : `${name} list`}: ${text}`)
    : undefined;
}

/** What things are put into, or listed for. */
const HOLDS_THINGS =
  /\b(?:bag|box|kit|pack|case|basket|menu|ingredients|supplies|gear|ideas|recipe|equipment|order|stock|presents|gifts|shop|store|market|supermarket|chemist|pharmacy|ironmonger|butcher|baker|greengrocer|ikea|lidl|aldi|tesco|costco|walmart)\b/i;
/** They are done with a list, and are no name of one. */
const COMMANDS = /^(?:add|put|append|take|remove|delete|clear|empty|show|read|tell|which|what|there|is|are|no)\b/i;

/** "Night bag: watch, pens, socks": a heading of a few words, and three things or more. */
function isListOfThings(told: string): boolean {
  const [, head = '', rest = ''] = /^([\p{L}\d][\p{L}\d '’-]{1,30}): (.+)$/su.exec(told) ?? [];
  const items = rest.split(/,\s+(?:and )?/);
  const isThing = (item: string) =>
    item.split(/\s+/).length <= 4 &&
    !/[.?!:]/.test(item.replace(/\b(?:mr|mrs|ms|dr|fr|st)\./gi, '')) &&
    !STATED.test(item.replace(/\d+/g, ''));
  return (
    head.split(/\s+/).length <= 3 &&
    HOLDS_THINGS.test(head) &&
    !COMMANDS.test(head) &&
    items.length >= 3 &&
    items.every(isThing) &&
    splitTask(rest).when === undefined
  );
}

/** "Called seeds with broad beans and leeks". */
const CALLED = /^(?:called|named) (?:the |my |our )?([^:,]{1,40}?),? (?:with|containing)(?: the following:?)? (.+)$/is;

/** A list that has no items yet. */
function empty(name: string) {
  const bare = name.replace(/^(?:called|named|for|of) (?:the |my |our )?/i, '').replace(/^["“'](.+)["”']$/, '$1');
  const isName =
    /^[\p{L}\d][\p{L}\d'’-]*(?: [\p{L}\d'’-]+){0,2}$/u.test(bare) &&
    !/\b(?:list|reminders?|notes?|all|every|it|that|this|me|with)\b/i.test(bare);
  return isName ? save(`${bare} list:`) : undefined;
}

/** "The gate code is 4471", with the wish to keep it behind. */
function told(fact: string) {
  const isAsked =
    /[?]|^(?:do|does|did|can|could|will|would|you|please|if|when|what|who|where|how|why|remind)\b|\b(?:don['’]?t|not|never)$/i;
  return STATED.test(fact) && !isAsked.test(fact) ? undefinedUnlessFact(fact) : undefined;
}

/** "The landlord's number is 07700". */
const A_FACT = /^(?:the|my|our) .*\S (?:is|are|was|=) [^?]+$/i;

/** "My number is …", "Mum's size: 5", "Oliver P is allergic to kiwi": somebody's, or of somebody. */
const IS_OF =
  /^(?:(?:[Mm]y|[Oo]ur|[Tt]he|[Hh]is|[Hh]er|[Tt]heir) |\S+['’]s? \S+(?: \S+){0,2}(?: (?:is|are|was)|:) |\p{Lu}\p{L}*(?: \p{Lu}\p{L}*){0,2} (?:is|has|likes|hates|needs|can['’]?t|lives|works|prefers|wears|takes|drinks|eats|owes|speaks|drives|plays) |(?:\p{L}+ ){1,3}[\p{L}-]*\d\S* (?:is|are|was) )/u;

const EXAMPLES: Record<string, string> = { remember: 'remember that', note: 'note it down', save: 'save it' };

/** What people say to keep a note. */
export const saving: Phrase[] = [
  {
    pattern:
      '[please|can you|could you] ((create|make|start|begin|open|set up) [me|us] [a|my|the|our] [new] list (called|named|for|of) [the|my|our] {name}|(create|make|start|begin|open|set up) [me|us] [a|my|the|our] [new] {kind} list|[a] new (list:|list) {title}|new {sort} list)',
    example: 'make a list called camping',
    call: ({ name, kind, title, sort }) => empty(name ?? kind ?? title ?? sort ?? ''),
  },
  {
    pattern: '{what} (list:|ideas:|wishlist:) {text}',
    example: 'shopping list: eggs, flour',
    shown: true,
    call: ({ what = '', text = '' }) =>
      what.split(/\s+/).length <= 3 && !/[?]/.test(text) && !/^(?:add|put|append|take|remove)\b/i.test(what)
        ? save(`${what} list: ${text}`)
        : undefined,
  },
  {
    pattern: '(save|note|write down|jot down) (these|the following) {rest}',
    example: 'save these ideas for mum: candle, slippers',
    call: ({ rest = '' }) => (/^[^:?]{3,60}: \S/.test(rest) ? save(rest) : undefined),
  },
  {
    pattern: '{what} list please: {text}',
    example: 'shopping list please: eggs, flour',
    call: ({ what = '', text = '' }) =>
      what.split(/\s+/).length <= 3 && !COMMANDS.test(what) ? save(`${what} list: ${text}`) : undefined,
  },
  {
    pattern: '{what} checklist: {text}',
    example: 'release checklist: freeze, tag, test',
    call: ({ what = '', text = '' }) =>
      what.split(/\s+/).length <= 3 && !/[?]| or /.test(text) && !COMMANDS.test(what)
        ? save(`${what} checklist: ${text}`)
        : undefined,
  },
  {
    pattern: '{told}',
    example: 'night bag: watch, pens, socks, snacks',
    tentative: 'last',
    call: ({ told = '' }) => (isListOfThings(told) ? save(told) : undefined),
  },
  {
    pattern: '[{what}] (list|checklist|list of things) for [the|my|our] {rest}',
    example: 'list for the trip: first aid kit, sick bags',
    call: ({ what = '', rest = '' }) => {
      const [, whom = '', text = ''] = /^([^:]{1,40}):\s*(.+)$/s.exec(rest) ?? [];
      if (what.split(/\s+/).length > 3 || COMMANDS.test(what) || what.includes('?')) return undefined;
      return whom === '' || text === ''
        ? undefined
        : save(what === '' ? `${whom} list: ${text}` : `${what} list for ${whom}: ${text}`);
    },
  },
  {
    pattern: '{what} list {text}',
    example: 'shopping list potatoes, onions',
    call: ({ what = '', text = '' }) =>
      /,/.test(text) &&
      /^\p{L}+$/u.test(what) &&
      !/[?]/.test(text) &&
      !/^(?:show|add|put|my|the|a|note|list|read|delete|remove|clear|give|see)$/i.test(what)
        ? save(`${what} list: ${text}`)
        : undefined,
  },
  {
    pattern: '(create|make|start|begin|open|set up) [me|us] [a|my|the|our] [new|quick] {what} (list:|list) {text}',
    example: 'start a packing list: passport, charger',
    call: ({ what = '', text = '' }) => begun(what, text),
  },
  {
    pattern:
      '(create|make|start|begin|open|set up) [me|us] [a|my|the|our] [new|quick] {what} list (with|of|containing|that has|having) {text}',
    example: 'begin a shopping list with marmalade and stamps',
    call: ({ what = '', text = '' }) => begun(what, text),
  },
  {
    pattern:
      '(i should like to|i would like to|i want to|i like to|let me) (create|make|start|begin|open) [me|us] [a|my|the|our] [new] {what} list (with|of|containing) {text}',
    example: 'I want to start a packing list with socks and a towel',
    call: ({ what = '', text = '' }) => begun(what, text),
  },
  {
    pattern: '[create|make|start|begin|open|set up] [me|us] [a|my|the|our] new list (called|named|for|of) {rest}',
    example: 'new list called songs: one, two',
    call: ({ rest = '' }) => {
      const [, name = '', text = ''] = /^([^:,]{1,40}):\s*(.+)$/s.exec(rest) ?? [];
      return name === '' ? undefined : begun(name, text);
    },
  },
  {
    pattern: '(create|make|start|begin|open|set up) [me|us] [a|my|the|our] [new|quick] (list|list:) {rest}',
    example: 'create a list camping: tent, stove',
    call: ({ rest = '' }) => {
      const [, name = '', text = rest] =
        /^(?:(?:for|called|named|of) (?:the |my |our )?)?([^:,]{1,40}):\s*(.+)$/s.exec(rest) ?? [];
      const [, called = name, items = text] = name === '' ? (CALLED.exec(rest) ?? []) : [];
      return called === '' ? undefined : begun(called.replace(/ list$/i, ''), items);
    },
  },
  // Each names a word that must stand there, so that no other message is walked.
  ...[
    'remember (it|that|this)',
    'note (it|that|this) [down]',
    'save (it|that|this)',
    '(keep|bear) (it|that|this) in mind',
  ].map(
    (wish): Phrase => ({
      pattern: `{fact} [and|so|please|can you|could you] [please] ${wish} [for me|for later]`,
      example: `my locker number is 42, ${EXAMPLES[wish.split(' ')[0] ?? ''] ?? 'keep that in mind'}`,
      call: ({ fact = '' }) => told(fact),
    }),
  ),
  {
    pattern:
      '(keep|save|store|put|write|have|record) {what} (as a note:|in a note:|as note:|as a note|in my notes:) {text}',
    example: 'keep this recipe as a note: 200g flour, 2 eggs',
    call: ({ what = '', text = '' }) => (what.split(/\s+/).length <= 4 ? save(text) : undefined),
  },
  {
    pattern:
      'i want to (keep|save|store|put|write|have|record) {what} (as a note:|in a note:|as note:|in my notes:) {text}',
    example: 'I want to keep this recipe as a note: 200g flour, 2 eggs',
    call: ({ what = '', text = '' }) => (what.split(/\s+/).length <= 4 ? save(text) : undefined),
  },
  {
    pattern: '(keep|save|store|record|put down) (this:|that:|this|that) [for me] {text}',
    example: 'keep this: my locker code is 3816',
    call: ({ text = '' }) => (STATED.test(text) ? save(text.replace(/^for me[:,]?\s+/i, '')) : undefined),
  },
  {
    pattern: '(record|put on record|make a record|write down|keep a note|keep a record) [for me] that {text}',
    example: 'record that the key hangs behind the door',
    call: ({ text = '' }) => save(text),
  },
  {
    pattern: '[another|new|next|one more|second] note: {text}',
    example: 'note: the wifi password is on the fridge',
    shown: true,
    call: ({ text = '' }) => save(text),
  },
  {
    pattern:
      '(note that|note down|note down that|please note|please note that|take note that|take note of|make note that) {text}',
    example: 'note that the spare key is under the mat',
    call: ({ text = '' }) => save(text),
  },
  {
    pattern: '(todo:|to-do:|to do:|save:|memo:|jot:|keep:|log:|idea:|store:) {text}',
    example: 'todo: sort the cables',
    call: ({ text = '' }) => save(text),
  },
  {
    pattern: '(todo|to-do|memo) {text}',
    example: 'todo sort the cables',
    call: ({ text = '' }) => (/^(?:list|lists|item|items|app)\b|[?]$/i.test(text) ? undefined : save(text)),
  },
  {
    pattern: '(new note|quick note|add note|save note|take note|make note|note to self|notes:) {text}',
    example: 'note to self: buy a new lamp',
    call: ({ text = '' }) => save(text),
  },
  {
    pattern: '(take|make|add|write|save|new|create|leave) [a|another|new] note',
    example: 'take a note',
    call: () => ({ tool: 'note_save', input: { text: '' } }),
  },
  {
    pattern: '[please] (note|note down|save|keep) the (following:|following) {text}',
    example: 'please note the following: row B',
    call: ({ text = '' }) => save(text),
  },
  {
    pattern: 'note {text}',
    example: 'note Bob owes me 20',
    call: ({ text = '' }) =>
      (STATED.test(text) && !/[?]$|^(?:the|\w+ing|about|on|of|for|number)\b/i.test(text)) ||
      A_FACT.test(text) ||
      HEADED.test(text)
        ? save(text)
        : undefined,
  },
  {
    pattern: '(write|note|jot|take|put) (this|that|it) down [for me] {text}',
    example: 'write this down for me: the code is 4711',
    call: ({ text = '' }) => (/^for me$/i.test(text) ? undefined : save(text)),
  },
  {
    pattern: `${SAVE} {text}`,
    example: 'make a note that Ana likes tulips',
    call: ({ text = '' }) =>
      save(text.replace(/^(?:for me )?(?:to self|saying|that says|that|about|of|to|:)[\s:]+/i, '')),
  },
  {
    pattern: `${SAVE} of (this:|that:|it:) {text}`,
    example: 'make a note of this: the code is 4711',
    call: ({ text = '' }) => save(text),
  },
  {
    pattern: '(jot|write|scribble|put) down [that|this|the following] {text}',
    example: 'jot down milk, eggs and bread',
    call: ({ text = '' }) => save(text),
  },
  {
    pattern: '(add|put|save) (to|in) [my] notes [that] {text}',
    example: 'add to my notes: battery type CR2032',
    call: ({ text = '' }) => save(text),
  },
  {
    pattern: '(put|save|keep|add) (this|that) (in|to) my notes: {text}',
    example: 'put this in my notes: the warranty ends in 2028',
    call: ({ text = '' }) => save(text),
  },
  {
    pattern: 'note for (later:|me:|myself:|the record:) {text}',
    example: 'note for later: try the ramen place',
    call: ({ text = '' }) => save(text),
  },
  {
    pattern: '(jot|write|take|put|get) (this|that) down: {text}',
    example: 'write this down: gate B12',
    call: ({ text = '' }) => save(text),
  },
  {
    pattern: 'write {text} down',
    example: 'write the gate number B12 down',
    call: ({ text = '' }) => (/^(?:it|that|this)$/i.test(text) ? undefined : save(text)),
  },
  {
    pattern:
      '(remember for me that|remember for me:|remember that|remember too that|remember also that|also remember that|remember this:|remember:|keep in mind that|keep in mind:|keep in mind|bear in mind that|for the record:|for my records:|for my notes:|fyi:|for future reference:) {text}',
    example: 'remember that Ana is allergic to nuts',
    call: ({ text = '' }) => save(text),
  },
  {
    pattern: 'remember {text}',
    example: 'remember my locker number is 42',
    call: ({ text = '' }) => (IS_OF.test(text) ? undefinedUnlessFact(text) : undefined),
  },
  {
    pattern: "(don't|do not) [let me] forget that {text}",
    example: "don't forget that the shop closes at noon",
    call: ({ text = '' }) => save(text),
  },
  {
    pattern: '(save|store|record|log) (this:|that:|the following:) {text}',
    example: 'save this: order number 88-1234',
    call: ({ text = '' }) => save(text),
  },
  {
    pattern: '(add|save|put|store|write|file) {text} (to|in|into) my notes',
    example: 'add the plumber is called Max to my notes',
    call: ({ text = '' }) => (/^(?:it|that|this)$/i.test(text) ? undefined : save(text)),
  },
];
