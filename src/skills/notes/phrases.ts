import { ANYMORE, type Phrase, REMOVE, UNNEEDED, WISH } from '../../agent/index.ts';
import { edit, isPlace, list, listed, remove, removeNamed, search } from './hearing.ts';
import { further, offering } from './offer.ts';
import { asking, following } from './phrases-asking.ts';
import { lists } from './phrases-lists.ts';
import { saving } from './phrases-saving.ts';

const END = `(${WISH} (${REMOVE}|forget|forget about)|${UNNEEDED}|[i'm] (done|finished) with)`;
const FIND =
  '(find|search|look for|look up|look through|search for|get|pull up|show|show me|give me|bring up|open|see)';

const finding: Phrase[] = [
  {
    pattern: `${FIND} [me] [all] [of] [my|the|any|a|that] (note|notes) (on|about|for|of|with|mentioning|containing|regarding|from|that mention|that say) {query}`,
    example: 'find my notes on wifi',
    call: ({ query = '' }) => search(query),
  },
  {
    pattern: '(search|look in|look through|check|go through) [my|the] notes (for|about|on) {query}',
    example: 'search my notes for passport',
    call: ({ query = '' }) => search(query),
  },
  {
    pattern: '(which|what) [of my] notes (mention|are about|talk about|contain|have|say) {query}',
    example: 'which notes mention paint?',
    call: ({ query = '' }) => search(query),
  },
  {
    pattern:
      '(search notes|find notes|find note|notes on|notes about|note about|my notes on|my notes about|notes for|any notes on|any notes about|anything in my notes about|anything in my notes on) {query}',
    example: 'notes about the garden',
    call: ({ query = '' }) => search(query),
  },
  {
    pattern:
      '(find|look for|search for|look up|anything about|anything on|is there anything about) {query} in my notes',
    example: 'find passport in my notes',
    call: ({ query = '' }) => search(query),
  },
  {
    pattern:
      "(what did i|what have i|what'd i|what i|show me what i|tell me what i|did i|have i) (note|write|noted|written|note down|noted down|write down|written down|jot down|jotted down|save|saved|say) [down] [anything|something] [down] (about|on|for|regarding) {query}",
    example: 'what did I note about Ana?',
    call: ({ query = '' }) => search(query),
  },
  {
    pattern:
      '(what do my notes say|what do i have in my notes|what is in my notes|whats in my notes) (about|on|for) {query}',
    example: 'what do my notes say about the boiler?',
    call: ({ query = '' }) => search(query),
  },
  {
    pattern: '(do i have|have i got|are there) [any|some|a] (note|notes) (on|about|for|with|regarding) {query}',
    example: 'do I have any notes on taxes?',
    call: ({ query = '' }) => search(query),
  },
  {
    pattern: '(what was|what is|whats) [in|on] (my|the|that) note (about|on|for|with) {query}',
    example: 'what was my note about ramen?',
    call: ({ query = '' }) => search(query),
  },
  {
    pattern: '(what|which) notes (do i have|have i got|are there) (on|about|for|with) {query}',
    example: 'what notes do I have on toner?',
    call: ({ query = '' }) => search(query),
  },
  {
    pattern: '(where is|wheres|where did i put|where did i leave) (my|the) note (about|on|for|with) {query}',
    example: 'where is my note about the boiler?',
    call: ({ query = '' }) => search(query),
  },
];

const listing: Phrase[] = [
  {
    pattern:
      '[let me|can i|could i] (show|list|give|display|read|read out|see|view|open|get|check) [me] [all] [of] [my|the] [recent|latest|last] notes',
    example: 'show my notes',
    call: () => list(),
  },
  {
    pattern: '(what are|whats in|what is in|what do i have in|whats on) [all] [of] my [recent|latest] notes',
    example: 'what are my notes?',
    call: () => list(),
  },
  { pattern: '[all] [my|all my] [recent|latest] notes', example: 'my notes', call: () => list() },
  {
    pattern:
      '(what|which) notes (do i have|have i got|are there|have i made|did i make|did i take|have i taken|have i saved)',
    example: 'what notes do I have?',
    call: () => list(),
  },
  { pattern: '(do i have|have i got|are there) [any] notes', example: 'do I have any notes?', call: () => list() },
  {
    pattern:
      'what (did i|have i|have you|did you) [got] (note|noted|write|written|jot|jotted|save|saved) [down] [today|lately|recently|so far]',
    example: 'what did I note down recently?',
    call: () => list(),
  },
  {
    pattern:
      '(show|list|find|give|get|see|view|display) [me] [all] [of] [my|the] notes (tagged|tagged with|tagged as|with tag|with the tag|under|filed under|labelled|labeled) {tag}',
    example: 'show notes tagged work',
    call: ({ tag = '' }) => list(tag),
  },
  {
    pattern:
      '[my|all|all my|whats|what is|everything|what] [notes] (tagged|tagged with|with tag|with the tag|under) {tag}',
    example: 'notes tagged recipes',
    call: ({ tag = '' }) => list(tag),
  },
  {
    pattern: '(show|list|find|give) [me] [all] [of] [my|the] {tag} notes',
    example: 'show my #work notes',
    call: ({ tag = '' }) => (tag.startsWith('#') ? list(tag) : undefined),
  },
];

const changing: Phrase[] = [
  {
    pattern: `${END} [the|my|that|this] note (about|on|with|for|of|that says|called|saying|number) {which}`,
    example: 'delete the note about the boiler',
    call: ({ which = '' }) => remove(which),
  },
  {
    pattern: `${END} [the|my|that|this] {which} (note|notes) ${ANYMORE}`,
    example: 'delete the wifi note',
    call: ({ which = '' }) => remove(which),
  },
  {
    pattern: `${END} (that note|this note|the note|my last note|the last note|the latest note|my latest note) ${ANYMORE}`,
    example: 'delete that note',
    call: () => remove(''),
  },
  {
    pattern: `${END} (all|all of|all the|all my|all of my|every|every single) [one] [of] [my|the|those|these] (note|notes)|${END} my notes`,
    example: 'delete all my notes',
    call: () => ({ tool: 'note_delete', input: { which: 'all' } }),
  },
  {
    pattern: `${END} note {which}`,
    example: 'delete note 2',
    call: ({ which = '' }) => (/^#?\d{1,3}$|^[2-9a-hjkmnp-z]{5}$/.test(which) ? remove(which) : undefined),
  },
  {
    pattern: '(change|edit|update|set) [the|my|that] {which} (note to|note to say|note to read|note:) {text}',
    example: 'change the wifi note to say it is on the router',
    call: ({ which = '', text = '' }) => edit(which, { text }),
  },
  {
    pattern: '(change|edit|update) [the|my|that] note (about|on|with) {which} to [say|read] {text}',
    example: 'change the note about the boiler to say serviced in May',
    call: ({ which = '', text = '' }) => edit(which, { text }),
  },
  {
    pattern: '(add|append) {append} to [the|my|that] note (about|on|with) {which}',
    example: 'add two lemons to my note about shopping',
    call: ({ append = '', which = '' }) => edit(which, { append }),
  },
  {
    pattern: '(add|append) {append} to [the|my|that] {which} note',
    example: 'add butter to the shopping note',
    call: ({ append = '', which = '' }) => edit(which, { append }),
  },
  {
    pattern: '(tag|label|file) (my|the) (last|latest|newest) note [as|with|under] {tag}',
    example: 'tag my last note work',
    call: ({ tag = '' }) => edit('last', { tags: tag.split(/\s*,\s*|\s+and\s+/) }),
  },
  {
    pattern: '(tag|label) [the|my|that] note [about|on] {which} (as|with) {tag}',
    example: 'tag the note about the boiler as home',
    call: ({ which = '', tag = '' }) => edit(which, { tags: tag.split(/\s*,\s*|\s+and\s+/) }),
  },
];

const able: Phrase = {
  pattern:
    '(can|could|do|will|would) you (take notes|take a note|make notes|save notes|keep notes) [of things|about things|of stuff|about stuff|of anything|about anything|of something|about something|at all|too|as well|for me]',
  example: 'can you take notes?',
  call: () => ({ tool: 'help', input: {} }),
};

/** A note by its place in the list, and what is on a list. */
const placed: Phrase[] = [
  {
    pattern:
      "(show|read|open|see|give|view|display|whats|what's|what is|what does) [me] [out] [in|on] [the|my] {which} (note|notes) [say|says]",
    example: 'read me the second note',
    call: ({ which = '' }) => (isPlace(which) ? { tool: 'note_get', input: { which } } : undefined),
  },
  {
    pattern: '(show|read|open|see|view|display) [me] note {which}',
    example: 'show note 2',
    call: ({ which = '' }) => (isPlace(which) ? { tool: 'note_get', input: { which } } : undefined),
  },
  {
    pattern: '(add|append|put) (to|on|onto|in) [the|my|our] {rest}',
    example: 'add to the gift ideas: candles',
    tentative: true,
    call: ({ rest = '' }) => {
      const [, which = '', append = ''] = /^([^:]{1,60}):\s*(.+)$/s.exec(rest) ?? [];
      return which === '' ? undefined : listed(which, { add: append });
    },
  },
  {
    pattern: `(take|get|cross|strike|scratch|remove|delete|drop|tick|check) {item} (off|off of|from|out of) [the|my|our] {which}`,
    example: 'take bananas off the shopping list',
    tentative: true,
    call: ({ item = '', which = '' }) =>
      /\b(?:list|ideas|note)$/i.test(which)
        ? listed(which, { remove: item.replace(/^(?:the|my)\s+/i, '') })
        : undefined,
  },
  {
    pattern: '(empty|empty out|clear out|reset) [the|my|our] {name} list',
    example: 'empty the shopping list',
    tentative: true,
    call: ({ name = '' }) => (name.split(/\s+/).length <= 3 ? removeNamed(`${name} list`) : undefined),
  },
  {
    pattern:
      '(add|put|append|stick|chuck|throw|pop|bung|get) {append} (to|on|in|onto) [the|my|our|a|a new] {name} list [too|as well|also]',
    example: 'add batteries to the shopping list',
    tentative: true,
    call: ({ append = '', name = '' }) =>
      name.split(/\s+/).length <= 3 ? listed(`${name} list`, { add: append, make: `${name} list` }) : undefined,
  },
];

/** What people say to keep, find and change notes. */
export const phrases: Phrase[] = [
  ...lists,
  ...saving,
  ...finding,
  ...listing,
  ...changing,
  ...placed,
  ...following,
  ...asking,
  offering,
  further,
  able,
];
