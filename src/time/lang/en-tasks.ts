import type { TaskWords } from './language.ts';

/** What the words of a task say of a time beside them. */

const words = (text: string): ReadonlySet<string> => new Set(text.split(' '));

export const taskWords: TaskWords = {
  ties: words(
    'about from of until by before since due free back valid ready scheduled planned booked sent charged renewed ending ' +
      'starting starts start ends opens closes leaves arrives expires expiring is are was were',
  ),
  clauses: words(
    'if whether that what which who whose when why how because since so while unless i we he she they is are was were',
  ),
  reports: words('say tell mention note announce confirm see ask check find know wonder decide verify'),
  preparations: words(
    'prep prepping preparation preparations planning plan plans shopping cards presents gifts decorations list packing',
  ),
  seats: words('table room seats tickets spots places cabin'),
  measures: words(
    'cup cups inch inches mile miles tsp tbsp teaspoon tablespoon pound pounds lb lbs oz gallon pint of off price full size',
  ),
};
