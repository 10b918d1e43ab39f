import { type Frame, isPronoun, type Reader, SHOW, type Slots } from '../matcher.ts';

const LIST = { thing: 'note', nouns: 'lists|list', among: /^[^:\n]{1,60}\blist\b/i } as const;

const add = ({ which = '', text = '' }: Slots) =>
  which === 'all' || isPronoun(text) || /[:?]/.test(text)
    ? undefined
    : { which, add: text.replace(/ (?:too|as well|also)$/i, '') };

/** Undefined for a name that is not on the list. */
function takeOff({ which = '', name = '' }: Slots, { text = '' }: Reader) {
  const item = name.replace(/^(?:the|a|an|my|some) /i, '').toLowerCase();
  const isThere = ` ${text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, ' ')} `.includes(` ${item} `);
  return which === 'all' || !isThere ? undefined : { which, remove: name };
}

const listName = (list: string): string => `${list.replace(/^(?:the|my|our|an?) /i, '')} list`;

export const lists: readonly Frame[] = [
  {
    tool: 'note_item',
    does: 'Put it on a list',
    verbs: 'add|put|write',
    says: ['<verb> {text} (to|on|onto|on to) [my|the|our] {list} list'],
    example: 'add milk to my shopping list',
    isShown: true,
    changes: true,
    input: ({ text = '', list = '' }) => ({ which: listName(list), add: text, make: listName(list) }),
  },
  {
    tool: 'note_item',
    does: 'Take it off a list',
    verbs: 'take|remove|delete|cross|tick|check|strike|drop|scratch',
    says: [
      '<verb> {name} (off|from|off of) [my|the|our] {list} list',
      '<verb> off {name} (on|from) [my|the|our] {list} list',
    ],
    example: 'take milk off my shopping list',
    changes: true,
    input: ({ name = '', list = '' }) => ({ which: listName(list), remove: name }),
  },
  {
    tool: 'note_get',
    does: 'Show a list',
    verbs: SHOW,
    says: [
      '<verb> [my|the|our] {list} list',
      '(what is|what do i have|what do we have) (on|in) [my|the|our] {list} list',
    ],
    example: "what's on my shopping list?",
    input: ({ list = '' }) => ({ which: listName(list), named: true }),
  },
  {
    tool: 'note_save',
    does: 'Make a list',
    verbs: 'make|create|start|begin|new|write',
    says: [
      '<verb> [me] [a|an|my|the|our] [new] {list} list [with|of] [{text}]',
      '<verb> [me] [a|an|my|the|our] [new] list (of|for|called|named) {name}',
      '<verb> [me] [a|an|my|the|our] [new] {list} list for {name}',
    ],
    example: 'make a packing list: socks, charger, passport',
    // "A list called site: screws": what stands before the colon belongs to the name.
    input: ({ list = '', text = '', name }) => {
      const [, called = '', items = ''] = /^([^:]{1,60})(?:: *(.*))?$/s.exec(name ?? '') ?? [];
      const whole = list === '' ? listName(called.trim()) : `${listName(list)} for ${called.trim()}`;
      if (called !== '') return { text: `${whole}: ${items}`.trim() };
      return list === 'a' || list === '' || isPronoun(list) || text.includes(':')
        ? undefined
        : { text: `${listName(list)}: ${text}`.trim() };
    },
  },
  {
    tool: 'note_item',
    does: 'Put it on the list',
    ...LIST,
    verbs: 'add|put|write',
    says: ['<verb> {text} (to|on|onto|on to) {which}'],
    example: 'put eggs on it',
    changes: true,
    input: add,
  },
  {
    tool: 'note_item',
    does: 'Put it on the list at hand',
    ...LIST,
    isAtHand: true,
    verbs: 'add|put',
    says: ['[<verb>] {text}'],
    example: 'and eggs',
    follows: 'more',
    changes: true,
    input: add,
  },
  {
    tool: 'note_item',
    does: 'Take it off the list',
    ...LIST,
    isAtHand: true,
    verbs: 'take|remove|delete|cross|tick|check|strike|drop|scratch',
    says: [
      '<verb> {name} (off|from|off of) {which}',
      '<verb> (off|out) {name}',
      '<verb> {name} (off|out)',
      '<verb> {name}',
    ],
    example: 'take milk off it',
    changes: true,
    input: takeOff,
  },
  {
    tool: 'note_get',
    does: 'Show the list at hand',
    ...LIST,
    says: [
      '(what is|what do i have|what do we have) (on|in|left on) {which}',
      '(what|which) {name} (is|are) (on|in|left on) {which}',
    ],
    example: "what's on it?",
    input: ({ which = '' }) => (which === 'all' ? undefined : { which }),
  },
];
