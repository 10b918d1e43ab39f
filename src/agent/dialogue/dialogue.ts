/** What a person's words in a conversation may refer to. */
/** A call of a tool as it is stored. */
interface StoredCall {
  tool: string;
  input: Record<string, unknown>;
}

/** A question that waits for its answer. `at`: an ISO instant. */
export type OpenQuestion =
  /** The call lacks what `slot` names. `say` is a sentence with `{}` for the answer that means the whole request. */
  | { kind: 'slot'; call: StoredCall; slot: string; say?: string; at: string }
  /** One of several calls is meant. */
  | {
      kind: 'choice';
      choices: LabelledCall[];
      /** What the only choice would make: "it", until it is answered. */
      makes?: Pick<Topic, 'thing' | 'text' | 'when'>;
      at: string;
      /** Something else was said since: "yes" may be about that. */
      isPassed?: boolean;
      /** Whether it was asked so lately, and as the last thing, that "yes" is its answer. */
      isRecent?: boolean;
    };

/** `words`: other words for it; `style`: where it deletes: only an explicit yes will do. */
export type LabelledCall = StoredCall & { label: string; words?: string; style?: 'danger' };

/** What was at hand last: "it". */
export interface Topic {
  /** `reminder`, `note`: the first part of its tools' names. */
  thing: string;
  how: 'made' | 'shown' | 'spoken';
  /** Whether it was not there before. */
  isNew?: boolean;
  /** Its text, where it is a single one. */
  text?: string;
  /** What names them, where several were changed together. */
  which?: string;
  /** What was said of its time, where it was made or changed with words. */
  when?: string;
  /** An ISO instant. */
  at: string;
  /** A question was let go of since: words which name nothing are about neither. */
  isPassed?: boolean;
  /** Whether that is so lately that words which name nothing are about it. */
  isRecent?: boolean;
}

export interface Dialogue {
  question?: OpenQuestion | undefined;
  topic?: Topic | undefined;
  /** What was said last came of a schedule or a program: words that name nothing may be about that. */
  isBrought?: boolean | null | undefined;
  /** Nobody says the words at this moment: they answer nothing, and what they only tell is no wish. */
  unsaid?: true;
}

/** The question that is open if nothing was made, shown or said since: then "it" is what it asks about, and nothing older. */
export function lastAsked({ question, topic }: Dialogue): OpenQuestion | undefined {
  return question && (!topic || question.at >= topic.at) ? question : undefined;
}

/** Later than this nobody's words are taken as an answer. */
const LONGEST_QUESTION_MS = 12 * 3_600_000;
/** Later than this nothing is corrected that is not named. */
const LONGEST_TOPIC_MS = 6 * 3_600_000;

/** Later than this a time alone corrects nothing. */
const RECENT_MS = 10 * 60_000;

/** What of `stored` still counts at `now`. */
export function fresh(stored: Dialogue | null | undefined, now: Date): Dialogue {
  const within = <T extends { at: string }>(one: T | null | undefined, ms: number): T | undefined =>
    one && now.getTime() - Date.parse(one.at) <= ms ? one : undefined;
  const topic = within(stored?.topic, LONGEST_TOPIC_MS);
  const question = within(stored?.question, LONGEST_QUESTION_MS);
  const isLast = lastAsked({ question, topic }) !== undefined && !stored?.isBrought;
  return {
    question:
      question?.kind === 'choice'
        ? { ...question, isRecent: isLast && !question.isPassed && within(question, RECENT_MS) !== undefined }
        : question,
    topic: topic && { ...topic, isRecent: !topic.isPassed && within(topic, RECENT_MS) !== undefined },
  };
}
