import type { Frame } from '../frames.ts';
import { isPronoun, SHOW } from './common.ts';

const named = (list: string): string => `${list} list`;

export const lists: readonly Frame[] = [
  {
    tool: 'note_item',
    does: 'Put it on a list',
    verbs: 'add|put|write',
    says: ['<verb> {text} (to|on|onto|on to) [my|the|our] {list} list'],
    example: 'add milk to my shopping list',
    isShown: true,
    changes: true,
    input: ({ text = '', list = '' }) => ({ which: named(list), add: text, make: named(list) }),
  },
  {
    tool: 'note_item',
    does: 'Take it off a list',
    verbs: 'take|remove|delete|cross|tick|check|strike|drop',
    says: ['<verb> {name} (off|from|off of) [my|the|our] {list} list'],
    example: 'take milk off my shopping list',
    changes: true,
    input: ({ name = '', list = '' }) => ({ which: named(list), remove: name }),
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
    input: ({ list = '' }) => ({ which: named(list), named: true }),
  },
  {
    tool: 'note_save',
    does: 'Make a list',
    verbs: 'make|create|start|begin|new|write',
    says: ['<verb> [me] [a|an|my|the|our] [new] {list} list [with|of] [{text}]'],
    example: 'make a packing list: socks, charger, passport',
    // "A list called site: screws": what stands before the colon belongs to the name.
    input: ({ list = '', text = '' }) =>
      list === 'a' || isPronoun(list) || text.includes(':') ? undefined : { text: `${named(list)}: ${text}`.trim() },
  },
];
