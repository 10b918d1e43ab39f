import { DELETE, type Frame, isPronoun, SHOW, type Slots } from '../matcher.ts';

const NOTE = { thing: 'note', nouns: 'notes|note' } as const;

const save = ({ text = '' }: Slots) => (isPronoun(text) ? undefined : { text });

const recall = ({ query = '' }: Slots) =>
  /^(?:my|our|the|i)\b/i.test(query) ? { query: query.replace(/^(?:my|our|the) /i, ''), own: true } : undefined;

const search = ({ query = '' }: Slots) => ({ query: query });

export const notes: readonly Frame[] = [
  {
    tool: 'note_save',
    does: 'Keep a note',
    verbs: 'make|take|write|add|save|keep|create|new|leave|start',
    says: [
      'note [down] [that] {text}',
      'note to self {text}',
      '<verb> [a|an|another|this] [new] note [that|of|saying|to self] {text}',
      '<verb> [a|another|new] note',
      '(write|jot|put) down [that] {text}',
      '(add|save|put) {text} (to|in) my notes',
      'add to my notes {text}',
    ],
    example: 'note: the spare key is with Ana',
    isShown: true,
    needs: ['text'],
    input: save,
    offered: 'told',
  },
  // Before the search of notes alone, for where nothing is remembered.
  {
    tool: 'memory_about',
    does: 'Look into your notes and memories',
    says: [],
    example: 'what am I allergic to?',
    input: ({ query = '' }) => ({ what: query, most: 3 }),
    offered: 'asked',
  },
  {
    tool: 'note_search',
    does: 'Search your notes',
    verbs: 'find|search|look for|look up|search for',
    says: [
      '<verb> [me] [all] [in] [my|the] notes (about|on|for|with|of) {query}',
      '<verb> [my|the|a] note (about|on|for|with|of) {query}',
      '<verb> {query} in my notes',
      '(show|show me|list) [all] [my|the] notes (about|on|with|for) {query}',
      '[my] notes (about|on) {query}',
      'what did i (note|write|write down|save|jot down) about {query}',
      'what do my notes say about {query}',
      'do i have [a|any] (note|notes) (about|on) {query}',
    ],
    example: 'find my notes about the boiler',
    isShown: true,
    input: search,
    offered: 'asked',
  },
  {
    tool: 'note_recall',
    does: 'Look into your notes',
    says: ['(what|where|who|when|how much|which) (is|are|was|were) {query}'],
    example: "what's my locker number?",
    input: recall,
  },
  {
    tool: 'note_recall',
    does: 'Look into your notes',
    says: ['where (did|have) i (put|leave|left|park|parked) {query}', 'what did i say about {query}'],
    example: 'where did I put the spare key?',
    input: ({ query = '' }) => ({ query: query.replace(/^(?:my|our|the) /i, ''), own: true }),
  },
  {
    tool: 'note_list',
    does: 'Show your notes',
    verbs: SHOW,
    says: [
      '<verb> [all] [of] [my|the] [latest|recent|last] notes',
      '[all] [my] [latest|recent] notes',
      '(what are|which are) (my|the) [latest|recent] notes',
      '(what|which) notes (do i have|are there|have i got)',
      'do i have [any] notes',
    ],
    example: 'show my notes',
    input: () => ({}),
  },
  {
    tool: 'note_list',
    does: 'Show the notes with a tag',
    verbs: SHOW,
    says: [
      '[<verb>] [all] [my|the] notes (tagged|tagged with|with the tag) {tag}',
      '[<verb>] [all] [my|the] {tag} notes',
    ],
    example: 'show my notes tagged work',
    input: ({ tag = '' }) => (/^#?[\p{L}\p{N}_/-]+$/u.test(tag) ? { tag } : undefined),
  },
  {
    tool: 'note_get',
    does: 'Show one note',
    ...NOTE,
    verbs: `${SHOW}|open`,
    says: ['<verb> {which}', '(what is|what was) in {which}', '{which}'],
    example: 'show the note about the vet',
    input: ({ which = '' }) => (which === 'all' ? undefined : { which }),
  },
  {
    tool: 'note_edit',
    does: 'Change the note',
    ...NOTE,
    isNamed: true,
    verbs: 'change|edit|update|rewrite|replace',
    says: ['<verb> {which} (to|with) {text}', '<verb> {which} to (say|read) [that] {text}'],
    example: 'change the note about the vet to say closed on Mondays',
    changes: true,
    input: ({ which = '', text = '' }) => (which === 'all' ? undefined : { which, text }),
  },
  {
    tool: 'note_edit',
    does: 'Add to the note',
    ...NOTE,
    isNamed: true,
    says: ['(add|append) {text} to {which}', '(add|append) to {which} that {text}'],
    example: 'add two lemons to the note about the cake',
    changes: true,
    input: ({ which = '', text = '' }) => (which === 'all' ? undefined : { which, append: text }),
  },
  {
    tool: 'note_delete',
    does: 'Delete the note',
    ...NOTE,
    nouns: 'notes|note|list',
    verbs: DELETE,
    says: ['<verb> {which}'],
    example: 'delete the note about the vet',
    changes: true,
    input: ({ which = '' }) => ({ which }),
  },
];
