/** Answers to a message without words where no model answers. Pure. */
import { label } from '../../base/frames.ts';
import { listOf, oneLine, plural } from '../../base/text.ts';
import type { Item, Quoted } from '../../delivery/index.ts';
import * as texts from '../texts.ts';

type Came = Pick<Item['payload'], 'files' | 'quoted'>;

/** Things that are named one by one. */
const MOST_NAMED = 3;
const LONGEST_NAME = 60;

const KINDS: readonly { type: RegExp; one: string }[] = [
  { type: /^audio\//, one: 'a voice message' },
  { type: /^image\//, one: 'a picture' },
  { type: /^video\//, one: 'a video' },
];

/** Names of each kind of others' words; undefined for one without a name. */
const QUOTES: Record<Quoted['as'], string | undefined> = {
  replied: 'a message that you reply to',
  forwarded: 'a forwarded message',
  shared: 'a shared message',
  starter: 'a thread',
  earlier: undefined,
  attached: 'what an app shows',
  embed: 'a preview',
  poll: 'a poll',
  sticker: 'a sticker',
  unread: undefined,
};
/** Those whose words are short enough to be named with. */
const NAMED: readonly Quoted['as'][] = ['poll', 'sticker'];

/** One sentence: what came, and what can be done with it. */
export function cameAlone({ files, quoted = [] }: Came, why?: string): string {
  const named = [
    ...quoted.flatMap(({ as, text }) => {
      const what = QUOTES[as];
      return what === undefined ? [] : [NAMED.includes(as) ? withName(what, text) : what];
    }),
    ...files.map(({ name, type }) => withName(KINDS.find((kind) => kind.type.test(type))?.one ?? 'a file', name)),
  ];
  if (named.length === 0) return why ?? texts.called();
  const left = named.length - MOST_NAMED;
  const shown = left > 0 ? [...named.slice(0, MOST_NAMED), plural(left, 'more thing')] : named;
  return texts.onlyWords(listOf(shown), why);
}

function withName(what: string, name: string): string {
  const [line = ''] = name.split('\n', 1);
  return `${what} (${label(oneLine(line, LONGEST_NAME))})`;
}
