/** The interpreter on a person's things that stand in memory, with every tool of coda. */
import type { Dialogue, Interpretation, NamedThing } from '../../src/agent/index.ts';
import type { RepliedTo } from '../../src/delivery/index.ts';
import { english } from '../../src/english/index.ts';

const NOW = new Date('2026-11-20T09:00:00Z');

/** A household's things; every kind has an id of its own that tells what was meant. */
export const THINGS: Readonly<Record<string, readonly NamedThing[]>> = {
  reminder: [
    { id: 'r-mum', text: 'call mum' },
    { id: 'r-dentist', text: 'go to the dentist' },
    { id: 'r-milk', text: 'buy oat milk' },
    { id: 'r-plants', text: 'water the plants' },
  ],
  note: [
    { id: 'n-vet', text: 'vet number 020 7946 0018' },
    { id: 'n-wifi', text: 'the wifi password is sunflower' },
    { id: 'n-shop', text: 'shopping list: eggs, bread' },
  ],
  memory: [{ id: 'm-nuts', text: "I'm allergic to nuts" }],
  schedule: [{ id: 's-agenda', text: 'send me my agenda' }],
  task: [{ id: 't-party', text: 'plan the party' }],
};

export interface Hearing {
  dialogue?: Dialogue;
  repliesTo?: RepliedTo;
  things?: Readonly<Record<string, readonly NamedThing[]>>;
  near?(words: readonly string[]): readonly number[];
  has?(tool: string): boolean;
  may?(tool: string): boolean;
  name?: string;
  hasPage?: boolean;
}

export const hear = (
  text: string,
  { dialogue = {}, repliesTo, things = THINGS, near, has, may, name = 'Ana', hasPage = true }: Hearing = {},
) =>
  english.interpret({
    text,
    repliesTo,
    isUnsaid: false,
    dialogue,
    name,
    hasPage,
    when: { now: NOW, zone: 'Europe/London' },
    has: has ?? (() => true),
    may: may ?? (() => true),
    similarities: async (words) => near?.(words),
    listThings: async (thing) => things[thing] ?? [],
  });

/** Calls in one line each: `reminder_create text="call mum" when="at 5"`. */
export const lineOf = ({ calls }: Pick<Interpretation, 'calls'>): string =>
  calls
    .map(({ tool, input }) =>
      [tool, ...Object.entries(input).map(([key, value]) => `${key}=${JSON.stringify(value)}`)].join(' '),
    )
    .join(' + ');

export const at = (thing: string, id?: string, how: 'made' | 'shown' | 'spoken' = 'made'): Dialogue => ({
  topic: { thing, how, at: NOW.toISOString(), ...(id !== undefined && { id }) },
});
