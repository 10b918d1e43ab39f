/** The pictures of `docs/pictures/`: `npm run pictures` makes them. */

/** What somebody types into the terminal; a number is minutes that pass. */
export const TYPED: readonly (string | number)[] = [
  'remind me every weekday at 9 to stand up',
  'note: the spare key is with Anna #home',
  'remind me to call Bob in 20 minutes',
  20,
  '1',
  'what time is it in Tokyo?',
];

/** The model's part in the pictures: when this was said, it makes these calls, and then answers. */
export const ANSWERS: readonly [
  said: RegExp,
  calls: { name: string; input: Record<string, string> }[],
  answer: string,
][] = [
  [
    /bread/,
    [{ name: 'reminder_create', input: { text: 'buy bread', when: 'on Saturday at 10:00' } }],
    "I'll remind you to buy bread on Saturday at 10:00.",
  ],
  [
    /dinner/,
    [{ name: 'reminder_create', input: { text: 'buy rice, ginger and limes', when: 'today at 17:00' } }],
    "A **ginger rice with limes** for four:\n\n- 300 g rice, 60 g ginger, 3 limes\n- coriander, spring onions\n\nNothing in it has peanuts. I'll remind you of the shopping at 17:00.",
  ],
  // Last: a message about a dinner comes with the memory that this one has made.
  [
    /allergic/,
    [{ name: 'memory_save', input: { text: 'Ana is allergic to peanuts' } }],
    'I will keep that in mind, also when you plan a dinner.',
  ],
];

/** Pages of the browser, as an owner finds them at a Friday's noon. */
export const PAGES: readonly Pictured[] = [
  { name: 'chat', path: '/chat', height: 720, shows: 'Nothing in it has' },
  { name: 'dark', path: '/chat', height: 720, shows: 'Nothing in it has', isDark: true },
  { name: 'today', path: '/today', height: 760, shows: 'water the plants' },
  { name: 'phone', path: '/today', height: 740, shows: 'water the plants', width: 360 },
  { name: 'system', path: '/system', height: 700, shows: 'Look again' },
  { name: 'skills', path: '/skills', height: 640, shows: 'recycling' },
];

interface Pictured {
  name: string;
  path: string;
  height: number;
  /** Words that show that it is all there. */
  shows: string;
  width?: number;
  isDark?: boolean;
}

export const PICTURES = ['terminal', 'discord', ...PAGES.map(({ name }) => name)];

/** In pixels. */
export const WIDTH = 1000;

/** A picture is part of every clone. */
export const MOST_BYTES = 150_000;
