/** Schedules as people type them, outside of a conversation too: `every hour run house/disk --above 90`. */
import { type Failed, failed, type ToolResult } from '../../agent/index.ts';
import { inputWords } from '../../base/input.ts';
import { splitFlags } from '../../base/text.ts';
import type { ScriptAsker } from '../../chat/index.ts';
import { conversations } from '../../delivery/index.ts';
import { type Household, type Person, personById } from '../../people/index.ts';
import type { Transaction } from '../../storage/index.ts';
import type { Placing } from './create.ts';
import { texts as said } from './texts.ts';
import { FLAGS, faultIn, inputOf, isFault, isUnreadSource, sourceIn } from './watch/flags.ts';
import { texts } from './watch/texts.ts';
import { place, prepare, readNow, scriptMeant, type WatchInput, type WatchTooling, watchInput } from './watch.ts';

const RUN = /(?:^|\s)run\s+(\S+)/i;

/** The tool's input for a line that names a source; undefined: it names none, and is a prompt or a skill. */
export async function readWatch(
  line: string,
  tooling: Pick<WatchTooling, 'scripts' | 'runnable'>,
  asker: ScriptAsker,
  signal: AbortSignal,
): Promise<Record<string, unknown> | Failed | undefined> {
  const split = splitFlags(line);
  const { words } = split;
  const looked = sourceIn(words) ?? (await scriptIn(words, tooling, asker, signal));
  if (!looked) return isUnreadSource(split) ? failed('INVALID_INPUT', texts.noSource) : undefined;
  if ('ok' in looked) return looked;
  const more = inputOf(split);
  if (isFault(more)) return failed('INVALID_INPUT', said.wrongFlag(more, FLAGS));
  const input = { ...more, ...looked };
  const checked = watchInput.safeParse(input, { error: inputWords });
  return checked.success ? input : failed('INVALID_INPUT', said.wrongFlag(faultIn(checked.error), FLAGS));
}

async function scriptIn(
  words: string,
  tooling: Pick<WatchTooling, 'scripts' | 'runnable'>,
  asker: ScriptAsker,
  signal: AbortSignal,
): Promise<{ when: string; source: Record<string, unknown> } | Failed | undefined> {
  const [whole, named] = RUN.exec(words) ?? [];
  if (whole === undefined || named === undefined) return undefined;
  const script = await scriptMeant(tooling, named, asker, signal);
  if (!script || 'code' in script) return script;
  const [when = '', rest = ''] = words.split(whole, 2);
  const args = rest.split(/\s+/).filter(Boolean);
  return { when: when.trim(), source: { kind: 'script', script: script.id, args } };
}

export interface Owner {
  person: Person;
  conversationId: string;
  place: Placing['place'];
}

/** A person's direct conversation; without a name that of the first owner who has one. */
export async function placeFor(db: Transaction, personId: string | undefined): Promise<Owner | undefined> {
  const [first] = personId === undefined ? await conversations.ownersDirect(db) : [];
  const person = await personById(db, personId ?? first?.personId ?? '');
  const conversationId = first?.conversationId ?? (person && (await conversations.direct(db, person.id)));
  if (!person || conversationId === undefined) return undefined;
  const [[, ownPlace] = []] = await conversations.placesOf(db, [conversationId]);
  return ownPlace && { person, conversationId, place: ownPlace };
}

export interface PlannerDeps {
  tooling: WatchTooling;
  household: Household;
  clock: Placing['clock'];
}

/** Makes a rule for a person in their direct conversation, as the tool does in a chat. */
export async function planFor(
  { tooling, household, clock }: PlannerDeps,
  input: WatchInput,
  owner: Owner,
  signal: AbortSignal,
  within: (work: (tx: Transaction) => Promise<ToolResult>) => Promise<ToolResult>,
): Promise<ToolResult> {
  const ready = await prepare(tooling, input, { person: owner.person, place: owner.place, signal });
  if (!ready.ok) return ready;
  const { person } = owner;
  const when = { now: clock.now(), zone: person.zone ?? household.zone, locale: person.locale ?? household.locale };
  const note = await readNow(tooling, input, { person: owner.person, place: owner.place, signal });
  return within((tx) => place(tooling, input, { ...ready, note }, { ...owner, tx, clock, when, tainted: false }));
}
