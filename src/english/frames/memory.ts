import { type Frame, isPronoun, type Slots } from '../matcher.ts';

function save({ text = '' }: Slots) {
  if (isPronoun(text) || /\?$/.test(text)) return undefined;
  return { text, type: /\b(?:like|love|prefer|hate|dislike|enjoy|favou?rite)\b/i.test(text) ? 'preference' : 'fact' };
}

export const memory: readonly Frame[] = [
  {
    tool: 'memory_save',
    does: 'Remember',
    says: ['remember {text}'],
    example: "remember I'm allergic to nuts",
    isShown: true,
    isTimeless: true,
    input: ({ text = '', ...slots }) => (/^that\b/i.test(text) ? undefined : save({ text, ...slots })),
    offered: 'told',
  },
  {
    tool: 'memory_save',
    does: 'Remember',
    says: [
      '(remember|keep in mind|do not forget|never forget) that {text}',
      '{text} [please|so please|and please|so|can you|could you] remember (that|this|it)',
    ],
    example: 'remember that I was born on 3 May 1990',
    input: save,
  },
  {
    tool: 'memory_about',
    does: 'Tell what is remembered',
    says: ['what do you (know|remember) (about|of) {query}', 'what have you remembered about {query}'],
    example: 'what do you know about me?',
    isShown: true,
    input: ({ query = '' }) => ({ what: query }),
  },
  {
    tool: 'memory_about',
    does: 'Look into what is remembered',
    thing: 'memory',
    says: ['(what|where|who|when|which|how much|how many|how old) (is|are|was|were|does|do) {which}'],
    example: "when is my sister's birthday?",
    input: ({ which = '' }, { text }) => (which === 'all' || text === undefined ? undefined : { what: text }),
  },
  {
    tool: 'memory_list',
    does: 'Show what is remembered',
    says: [
      '(show|list|show me) (my memories|your memories|all memories|my memory|what you know about me|what you remember about me)',
      'what do you (know|remember)',
    ],
    example: 'show my memories',
    input: () => ({}),
  },
  {
    tool: 'memory_delete',
    does: 'Forget',
    thing: 'memory',
    nouns: 'memories|memory',
    says: ['forget [that|about] {which}', '(delete|remove) {which}'],
    example: "forget that I'm allergic to nuts",
    changes: true,
    input: ({ which = '' }) => (which === 'all' || /^\d+$/.test(which) ? undefined : { which }),
  },
  {
    tool: 'memory_ignore',
    does: 'Remember nothing of what was said here',
    says: ['(do not|never) remember (that|this|any of that|any of this|what i said|what i just said)'],
    example: "don't remember that",
    input: () => ({}),
  },
];
