/** The sets of the memory benchmark: facts about people, two questions about each, and what stands around them. */
import { readFileSync } from 'node:fs';

export interface Fact {
  id: string;
  text: string;
  /** ISO date. */
  at: string;
}

export interface Question {
  text: string;
  /** The fact that answers it. */
  fact: string;
  /** `plain` shares words with the fact; `paraphrase` hardly any but names. */
  kind: 'plain' | 'paraphrase';
}

const NAMES = ['Maya', 'Tom', 'Priya', 'Lukas', 'Elena', 'Sam', 'Nora', 'Diego', 'Hana', 'Oliver'];

const FILLED: readonly [pattern: string, words: readonly string[]][] = [
  [
    'talked with {} about the weekend',
    ['a colleague', 'an old classmate', 'the neighbour', 'a cousin', 'the hairdresser'],
  ],
  [
    'watched {} and liked it',
    ['a documentary on whales', 'a film about chess', 'the cup final', 'a show on baking', 'a thriller', 'a comedy'],
  ],
  [
    'bought {} in the sale',
    ['a raincoat', 'new shoes', 'a lamp', 'a blue scarf', 'a kettle', 'hiking boots', 'a rug', 'a mixer'],
  ],
  [
    'went to {} at the weekend',
    ['the market', 'the museum', 'the zoo', 'a wedding', 'a flea market', 'the lake', 'the theatre', 'a funeral'],
  ],
  ['cooked {} for friends', ['lentil soup', 'a curry', 'pizza', 'dumplings', 'a roast', 'pancakes', 'fish stew']],
  [
    'is reading {}',
    ['a book about trees', 'a biography of Marie Curie', 'poems', 'a guide to Iceland', 'a history of tea'],
  ],
  ['thinks that {} is overrated', ['camping', 'opera', 'sushi', 'skiing', 'social media', 'champagne']],
  ['would like to visit {} one day', ['Iceland', 'Morocco', 'Vietnam', 'Scotland', 'Mexico', 'New York', 'the Alps']],
  [
    'had trouble with {}',
    ['the washing machine', 'the phone', 'the heating', 'the landlord', 'the internet', 'a tooth', 'the tax office'],
  ],
  ['is proud of {}', ['the new garden fence', 'a good review', 'an old friend', 'a well-made chair', 'the choir']],
  ['was late for {} because of traffic', ['work', 'a meeting', 'dinner', 'the doctor', 'the train']],
  ['gave {} a birthday present', ['a godchild', 'the boss', 'an aunt', 'the postman', 'a flatmate']],
  ['felt {} after a long week', ['tired', 'happy', 'stressed', 'lonely', 'grateful', 'bored']],
  ['is looking for {}', ['a dentist', 'a plumber', 'a new sofa', 'a piano teacher', 'a tent', 'a babysitter']],
  ['took photos of {}', ['the sunset', 'a heron', 'the old bridge', 'street art', 'the snow', 'wild horses']],
  ['had a cold and stayed {}', ['in bed for two days', 'at home on Monday', 'away from the party']],
  ['met {} in a café', ['a former teacher', 'a journalist', 'two tourists', 'a godmother', 'the mayor']],
  ['repaired {}', ['a chair', 'the tap', 'the fence', 'a radio', 'the roof', 'a toy train']],
  [
    'listened to {} on the way home',
    ['a podcast about money', 'old love songs', 'the news', 'an audiobook', 'birdsong'],
  ],
  ['forgot {} on the bus', ['an umbrella', 'the keys', 'a book', 'a glove', 'the lunch box']],
  ['tried {} for the first time', ['yoga', 'rowing', 'pottery', 'oysters', 'karaoke', 'fencing', 'surfing']],
  ['complained about {}', ['the noise', 'the weather', 'the prices', 'a late parcel', 'the food', 'the dust']],
  ['is planning {} for next month', ['a picnic', 'a short trip', 'a dinner party', 'a move', 'a day at the spa']],
  ['helped {} carry boxes', ['a neighbour', 'an uncle', 'a student', 'the new tenants']],
  ['enjoys {} in the evening', ['a hot bath', 'crosswords', 'a walk by the canal', 'cooking shows', 'board games']],
  [
    'remembered {} from childhood',
    ['a blue swing', 'the smell of hay', 'a lost kite', 'the first day of school', 'a holiday by the sea'],
  ],
  [
    'wants to learn {}',
    ['the ukulele', 'juggling', 'sewing', 'Italian', 'calligraphy', 'to bake bread', 'photography'],
  ],
  [
    'was invited to {}',
    ['a barbecue', 'a christening', 'a conference', 'a quiz night', 'a book club', 'a housewarming party'],
  ],
  ['ordered {} on the internet', ['a desk', 'vitamins', 'a poster', 'running shoes', 'a second-hand camera', 'seeds']],
  ['worries about {}', ['the exam', 'money', 'a mole on the back', 'the climate', 'an old tree', 'the interview']],
  ['laughed about {}', ['a squirrel in the kitchen', 'a misprint in the paper', 'an old photo', 'a joke of the boss']],
  [
    'prefers {}',
    ['tea to coffee', 'mountains to the sea', 'trains to buses', 'early mornings', 'small towns', 'dogs to cats'],
  ],
  ['lent {} to a friend', ['a drill', 'fifty euros', 'a suitcase', 'a novel', 'the car', 'a sleeping bag']],
  ['got a letter from {}', ['the bank', 'the city', 'an old friend', 'the insurance', 'the school']],
  [
    'joined {}',
    ['a gym', 'a reading group', 'a gardening club', 'a language exchange', 'the parents’ council', 'a film club'],
  ],
  ['sold {} online', ['an old bicycle', 'a guitar', 'a coat', 'a cupboard', 'a game console', 'a pram']],
  ['dreamed of {}', ['flying over the sea', 'an endless staircase', 'winning the lottery', 'a talking dog']],
  ['found {} in a drawer', ['old letters', 'a foreign coin', 'a broken watch', 'a photo of the grandparents']],
  ['apologised to {}', ['a friend', 'the waiter', 'a brother', 'the team', 'the neighbour downstairs']],
  ['spent {} on a new phone', ['three hundred euros', 'two wages', 'too much money', 'the bonus']],
];

/** What is remembered besides: about the same people, alike in form, and no answer to any question. */
function around(): Fact[] {
  return FILLED.flatMap(([pattern, words]) => words.map((word) => pattern.replace('{}', word))).map((did, index) => ({
    id: `x${index}`,
    text: `${NAMES[(index * 7) % NAMES.length]} ${did}`,
    at: new Date(Date.UTC(2023, 4, 1 + ((index * 37) % 560))).toISOString().slice(0, 10),
  }));
}

interface Told {
  facts: Fact[];
  questions: Question[];
}

function read(name: string): Told {
  const lines = readFileSync(`bench/memory/${name}.txt`, 'utf8').trim().split('\n');
  const told: Told = { facts: [], questions: [] };
  for (const [index, line] of lines.entries()) {
    const [at = '', text = '', plain = '', paraphrase = ''] = line.split(' | ');
    const id = `${name}${index}`;
    told.facts.push({ id, text, at });
    told.questions.push({ text: plain, fact: id, kind: 'plain' }, { text: paraphrase, fact: id, kind: 'paraphrase' });
  }
  return told;
}

/**
 * Facts with what stands around them, and the questions: `facts`, 300 about ten people, whose first ten of each twenty
 * the fusion is tuned on and whose others are asked about; `held-out` and `held-out-2`, 120 each that one person tells,
 * beside those 300.
 */
export function readSet(name: 'facts' | 'held-out' | 'held-out-2'): Told & { name: string } {
  const told = read('facts');
  if (name === 'facts') {
    // Whole stories fall into one half or the other: neighbours share people and events.
    const questions = told.questions.filter((_, index) => Math.floor(index / 20) % 2 === 1);
    return { name: '300 facts', facts: [...told.facts, ...around()], questions };
  }
  const { facts, questions } = read(name);
  const said = name === 'held-out' ? 'held-out set' : 'second held-out set';
  return { name: said, facts: [...facts, ...told.facts], questions };
}
