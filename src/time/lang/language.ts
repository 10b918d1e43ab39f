import type { Grammar } from '../match.ts';
import type { Piece } from '../pieces.ts';

/** What a language knows of proper names that hold words about time. */
export interface NameWords {
  /** Names as lists of words (lower case), by their first word, the longest first. */
  always: ReadonlyMap<string, readonly (readonly string[])[]>;
  /** The same for names that are everyday words unless they have capitals. */
  titles: ReadonlyMap<string, readonly (readonly string[])[]>;
  firstNames: ReadonlySet<string>;
  /** What tells in brackets who a name is: "Tuesday (the cat)". */
  beings: ReadonlySet<string>;
  /** What stands before a surname. */
  honorifics: ReadonlySet<string>;
  /** What a person follows: "call …", "with …". */
  personal: ReadonlySet<string>;
  /** What the name of a work or a restaurant is likely to follow: "watch …", "order from …". */
  cultural: ReadonlySet<string>;
  /** Words that a number follows as its name: "version 3", "gate 12". */
  labels: ReadonlySet<string>;
  /** Of what has a number in parts, with dots: "version 1.2.26". */
  versioned: ReadonlySet<string>;
}

/** What the words of a task say of a time beside them. */
export interface TaskWords {
  /** They tie a day to what stands before it: "due Friday". */
  ties: ReadonlySet<string>;
  /** They begin a clause, or are its subject: "if the plumber can come Wednesday". */
  clauses: ReadonlySet<string>;
  /** What is told or asked: "say that …". */
  reports: ReadonlySet<string>;
  /** What is done before a day: "Christmas shopping". */
  preparations: ReadonlySet<string>;
  /** What is done with a holiday: "plan Christmas". */
  aims: ReadonlySet<string>;
  /** What is booked for a number of people: "a table for 2". */
  seats: ReadonlySet<string>;
  /** What a task begins with: "take", "call". */
  deeds: ReadonlySet<string>;
  /** What has a time of its own: "the show at 8". */
  events: ReadonlySet<string>;
  /** What is called by how often it comes, beside events: "the daily report". */
  issues: ReadonlySet<string>;
  /** What a fraction is of: "1/2 cup". */
  measures: ReadonlySet<string>;
}

/** What a language contributes: its words, its sentence forms and what is said around a time. */
export interface Language {
  /** The canonical words for what was typed: aliases, run-together words, typing errors. Usually one. */
  canonical(word: string, fuzzy: boolean): readonly string[];
  /** Whether a word as written is a short form that may have a dot: "Feb.". */
  isClipped(word: string, raw: string): boolean;
  /** Short forms that are names as well, as written: "tom". They are read where every word must be about time. */
  shorts: ReadonlyMap<string, string>;
  /** Turns the tokens of a phrase into pieces of meaning. */
  grammar: Grammar<Piece>;
  /** Signs and words between two pieces that mean nothing by themselves. */
  glue: ReadonlySet<string>;
  /** Of those, the ones that add another time to a series: "Mondays at 9 and Fridays at 5". */
  joins: ReadonlySet<string>;
  /** Words between two times of which either may be meant, and what may follow them: "at 5 or maybe 6". */
  choices: ReadonlySet<string>;
  hedges: ReadonlySet<string>;
  /** Words about time: one that stands unread beside a time makes the reading doubtful. */
  temporal: ReadonlySet<string>;
  /** Forms of "remind me to", each a list of canonical words; the longest that fits is taken. */
  leads: ReadonlyArray<readonly string[]>;
  /** The same behind the sign of a command: "/remind". */
  commands: ReadonlyArray<readonly string[]>;
  /** What may follow the lead and says neither when nor what: "remind me urgently". */
  manners: ReadonlySet<string>;
  /** How often, said of the reminder itself: "a daily reminder"; `recurring` leaves it open. */
  cadences: ReadonlySet<string>;
  /** Words that tie a task to the time before it: "… to call", "… about the meeting". */
  connectors: ReadonlySet<string>;
  names: NameWords;
  task: TaskWords;
  /** Words of a task that have their half of the day, and the words that name it: "dinner" → "in the evening". */
  habits: ReadonlyMap<string, string>;
  /** What is said of an event's day (`$`) from elsewhere: "the night before" → "the night before $". */
  besides: ReadonlyMap<string, string>;
  /** Greetings of several words; one that says a part of the day is over with a sign or the request. */
  greetings: ReadonlyArray<readonly string[]>;
  /** Courtesies that may begin a sentence, and those that may end one. */
  openers: ReadonlySet<string>;
  closers: ReadonlySet<string>;
  /** Courtesies of several words at the end of a sentence, the longest first. */
  closings: ReadonlyArray<readonly string[]>;
}
