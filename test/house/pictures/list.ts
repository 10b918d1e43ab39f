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

/** Pages of the browser, as an owner finds them at a Friday's noon. */
export const PAGES: readonly { name: string; path: string; height: number }[] = [
  { name: 'chat', path: '/chat', height: 700 },
  { name: 'dashboard', path: '/', height: 560 },
  { name: 'conversation', path: '/conversations', height: 560 },
  { name: 'week', path: '/week', height: 520 },
  { name: 'costs', path: '/costs', height: 560 },
];

export const PICTURES = ['terminal', ...PAGES.map(({ name }) => name)];

/** In pixels. */
export const WIDTH = 1000;

/** A picture is part of every clone. */
export const MOST_BYTES = 150_000;
