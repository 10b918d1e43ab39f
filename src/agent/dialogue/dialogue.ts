/** The question that waits for its answer: the field `slot` of a call. `at`: an ISO instant. */
export interface OpenQuestion {
  kind: 'slot';
  call: { tool: string; input: Record<string, unknown> };
  slot: string;
  at: string;
}

export interface Topic {
  /** `reminder`, `note`: the first part of its tools' names. */
  thing: string;
  how: 'made' | 'shown' | 'spoken';
  /** Several that were changed together: their ids, between commas. None: a list was shown. */
  id?: string;
  text?: string;
  at: string;
}

export interface Dialogue {
  question?: OpenQuestion | undefined;
  topic?: Topic | undefined;
}

const LONGEST_QUESTION_MS = 3_600_000;
const LONGEST_TOPIC_MS = 6 * 3_600_000;

/** The part of `stored` that still counts at `now`. A question is open until something else is made or shown. */
export function fresh(stored: Dialogue | null | undefined, now: Date): Dialogue {
  const within = <T extends { at: string }>(one: T | null | undefined, ms: number): T | undefined =>
    one && now.getTime() - Date.parse(one.at) <= ms ? one : undefined;
  const topic = within(stored?.topic, LONGEST_TOPIC_MS);
  const asked = within(stored?.question, LONGEST_QUESTION_MS);
  // An earlier version also stored questions that only buttons answer.
  const question = asked?.kind === 'slot' && (!topic || asked.at >= topic.at) ? asked : undefined;
  return { question, topic };
}
