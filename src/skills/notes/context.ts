/** Notes that stand before turns: `#context:always` before every one, `#context:<topic>` before those that are about them. */
import { tokensIn } from '../../agent/index.ts';
import { BoundedMap } from '../../base/bounded.ts';
import { messageOf } from '../../base/errors.ts';
import type { AskedPrompt, PromptSection, SkillDeps } from '../../chat/index.ts';
import type { Transaction } from '../../storage/index.ts';
import type { Settings } from './config.ts';
import { isFromElsewhere, type Note } from './note.ts';
import { rank, termsOf } from './rank.ts';
import * as store from './store.ts';
import { texts } from './texts.ts';

/** More are not looked at; the budget is smaller than that. */
export const MOST_ALWAYS = 200;
/** The newest topics of a person, or of all places together. */
const MOST_TOPICS = 500;
const MOST_PEOPLE = 1_000;
/** Age after which another process's writes in a shared place are read; this one's are seen at once. */
const FRESH_MS = 60_000;

type Deps = Pick<SkillDeps<Settings>, 'database' | 'config' | 'world'>;

/** Cache of such notes, so that a message asks for none of them. */
export class ContextNotes {
  private readonly deps: Deps;
  private readonly topicsOf = new BoundedMap<string, readonly Note[]>(MOST_PEOPLE);
  private shared: ReadonlyMap<string, readonly Note[]> = new Map();
  private readAt = Number.NEGATIVE_INFINITY;
  /** Counts reads: what a later one has found is not replaced by what an earlier one brings after it. */
  private reads = 0;
  private newest = 0;

  constructor(deps: Deps) {
    this.deps = deps;
  }

  /**
   * The person's own notes for every turn, in private places: newest first, as far as their budget goes. Those about a
   * topic are read by the same statement, and kept for `passingSection`.
   */
  async alwaysSection({ person }: Pick<AskedPrompt, 'person'>): Promise<PromptSection | undefined> {
    const { database, config } = this.deps;
    const notes = await store.readContext(database, person.id, { always: MOST_ALWAYS, topics: MOST_TOPICS });
    const topics = notes.filter((note) => !isAlways(note));
    this.topicsOf.delete(person.id);
    if (topics.length > 0) this.topicsOf.set(person.id, topics);
    return sectionOf('Notes', notes.filter(isAlways), person.id, config.always_budget);
  }

  /**
   * Notes that fit this message: in private places the person's own notes on topics; in shared ones, of the notes that
   * were saved for all there, those for every turn and those on topics. Asks the database for nothing that is not kept.
   */
  passingSection({ person, private: isPrivate, text, conversationId }: AskedPrompt): PromptSection | undefined {
    const budget = this.deps.config.always_budget;
    if (isPrivate)
      return sectionOf('Notes on this', fittingNotes(text, this.topicsOf.get(person.id) ?? []), person.id, budget);
    this.refresh();
    const here = (conversationId && this.shared.get(conversationId)) || [];
    return sectionOf(
      'Notes of this channel',
      [...here.filter(isAlways), ...fittingNotes(text, here)],
      person.id,
      budget,
    );
  }

  onWrite(tx: Transaction, { scope, tags }: Pick<Note, 'scope' | 'tags'>): void {
    if (scope === 'here' && tags.some(isOfContext)) tx.afterCommit(() => this.refresh(true));
  }

  /** Reads the notes of shared places where what is known of them is old; messages do not wait for it. */
  refresh(isNew = false): void {
    const now = this.deps.world.clock.now().getTime();
    if (!isNew && Math.abs(now - this.readAt) < FRESH_MS) return;
    this.readAt = now;
    this.reads++;
    const read = this.reads;
    store.readContextOfPlaces(this.deps.database, MOST_TOPICS).then(
      (notes) => {
        if (read < this.newest) return;
        this.newest = read;
        this.shared = notes;
      },
      (error: unknown) => {
        if (read === this.reads) this.readAt = Number.NEGATIVE_INFINITY;
        this.deps.world.log.debug({ error: messageOf(error) }, 'notes of shared places could not be read');
      },
    );
  }
}

/** As many as fit. What came from elsewhere, or from somebody else, is named, not shown: it would taint every turn. */
function sectionOf(title: string, notes: readonly Note[], personId: string, budget: number): PromptSection | undefined {
  let remaining = budget;
  const lines: string[] = [];
  for (const note of notes) {
    const line = isFromElsewhere(note, personId) ? texts.fromElsewhere(note) : texts.inContext(note);
    const tokens = tokensIn(line);
    if (tokens > remaining) break;
    remaining -= tokens;
    lines.push(line);
  }
  return lines.length === 0 ? undefined : { title, text: lines.join('\n') };
}

const CONTEXT = 'context:';
export const ALWAYS = `${CONTEXT}always`;

/**
 * A note comes with a message of whose telling words it holds at least this share, by their weight. One that names the
 * topic itself is covered whole.
 */
const NEAR = 0.5;
const LONGEST_MESSAGE = 1_000;

const isOfContext = (tag: string): boolean => tag.startsWith(CONTEXT);

const isAlways = ({ tags }: Note): boolean => tags.includes(ALWAYS);

const topicsOf = ({ tags }: Note): string[] =>
  tags.flatMap((tag) => (isOfContext(tag) && tag !== ALWAYS ? [tag.slice(CONTEXT.length)] : []));

export function fittingNotes(message: string, notes: readonly Note[]): Note[] {
  const about = notes.filter((note) => topicsOf(note).length > 0 && !isAlways(note));
  const terms = about.length === 0 ? [] : termsOf(message.slice(0, LONGEST_MESSAGE));
  if (terms.length === 0) return [];
  const questionWords = new Set(terms.flatMap(({ word, stem }) => [word, stem]));
  const isNamed = (note: Note) =>
    topicsOf(note).some((topic) => {
      const names = termsOf(topic.replace(/[-_/:]/g, ' '));
      return names.length > 0 && names.every(({ word, stem }) => questionWords.has(word) || questionWords.has(stem));
    });
  return rank(terms, about)
    .map(({ note, share }) => ({ note, share: isNamed(note) ? 1 : share }))
    .filter(({ share }) => share >= NEAR)
    .sort((a, b) => b.share - a.share)
    .map(({ note }) => note);
}
