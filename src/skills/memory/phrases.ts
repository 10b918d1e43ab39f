import type { Call, Phrase } from '../../agent/index.ts';

/** What a person says of themself, so that it is no note. */
const OF_ONESELF =
  /^(?:i(?:['’]m| am) (?!in |at |on |parked)|i(?:['’]ve| have) (?:got )?(?:a |an |two |three |been )|i (?:now |really |always |never |only |usually |don['’]t |do not |can['’]t |cannot )*(?:live|work|like|love|prefer|hate|dislike|enjoy|eat|drink|speak|use|play|study|moved|grew up|was born|take)\b|(?:my|our) (?:favou?rite|name|partner|wife|husband|girlfriend|boyfriend|birthday|daughter|son|kids?|mother|father|mum|mom|dad|sister|brother|dog|cat)\b.*\b(?:is|are)\b)/i;

function save(text: string): Call | undefined {
  const said = text.trim();
  if (!OF_ONESELF.test(said) || /\?\s*$/.test(said)) return undefined;
  const type = /\b(?:like|love|prefer|hate|dislike|enjoy|favou?rite)\b/i.test(said) ? 'preference' : 'fact';
  return { tool: 'memory_save', input: { text: said, type } };
}

const about = (what: string): Call | undefined => {
  const words = what.replace(/[?!.]+$/, '').trim();
  return words === '' || words.length > 200 ? undefined : { tool: 'memory_about', input: { what: words } };
};

/** What coda understands of memory without a model. */
export const phrases: Phrase[] = [
  {
    pattern: '(remember that|remember:|keep in mind that|never forget that) (i|my|our) {text}',
    example: 'remember that I am allergic to peanuts',
    shown: true,
    call: ({ text = '' }) => save(`I ${text}`) ?? save(`my ${text}`),
  },
  ...[
    { short: "i'm", long: 'I am' },
    { short: "i've", long: 'I have' },
  ].map(
    ({ short, long }): Phrase => ({
      pattern: `(remember that|remember:|keep in mind that|never forget that) ${short} {text}`,
      example: `remember that ${short.replace('i', 'I')} ${short === "i'm" ? 'vegetarian' : 'a dog'}`,
      call: ({ text = '' }) => save(`${long} ${text}`),
    }),
  ),
  {
    pattern: 'what do you (know|remember|recall) (about|of|on) {what}',
    example: 'what do you know about me?',
    shown: true,
    call: ({ what = '' }) => about(what),
  },
  {
    pattern:
      '(show|list|show me|tell me) (my memories|your memories|everything you know about me|what you know about me|what you remember about me|what you remember of me)',
    example: 'show me what you remember about me',
    call: () => ({ tool: 'memory_list', input: {} }),
  },
  {
    pattern: "(forget that|forget what i said about|stop remembering that) (i|i'm|i've|my|our) {text}",
    example: 'forget that I like olives',
    tentative: true,
    call: ({ text = '' }) => ({ tool: 'memory_delete', input: { which: text.slice(0, 200) } }),
  },
  {
    pattern:
      "[please] (don't|do not|never) remember (that|this|any of that|what i said|what i just said|what i have just said)",
    example: "don't remember that",
    call: () => ({ tool: 'memory_ignore', input: {} }),
  },
];
