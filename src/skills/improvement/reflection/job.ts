import type { Instant } from '../../../base/clock.ts';
import type { SystemTask } from '../../../chat/index.ts';
import type { Card, Outgoing } from '../../../delivery/index.ts';
import type { JobHandler } from '../../../jobs/index.ts';
import { readerOf, type Transaction } from '../../../storage/index.ts';
import { approvalPlaces } from '../approval-channel.ts';
import { askWithin, heavyOf } from '../budget.ts';
import type { Settings } from '../config.ts';
import type { Deps } from '../part.ts';
import { settleTrial } from '../prompt/trial.ts';
import { type Proposing, propose, shown } from '../proposals.ts';
import * as improvement from '../store.ts';
import * as texts from '../texts.ts';
import { choicesFor, MOST_ON_CARD } from '../tools.ts';
import { asked, readProposals, TASK } from './ask.ts';
import { isWorthAsking, type Signals, signalsOf } from './signals.ts';

export const REFLECTION = 'improvement.reflection';
const MAX_TOKENS = 3_000;

export const reflectionTask = ({ reflection_cron }: Settings): SystemTask => ({
  ...{ name: REFLECTION, kind: REFLECTION, cron: reflection_cron, missed: 'latest' },
});

/** Looks back: ends a trial that has its sample, reads the record, and has the heavy model propose what to change. */
export function reflectionJob(deps: Deps): JobHandler {
  const { database, world } = deps;
  return {
    kind: REFLECTION,
    alone: true,
    async run({ id }, signal) {
      await endTrial(deps, id);
      const signals = await signalsOf(readerOf(database), world.clock.now());
      if (!isWorthAsking(signals)) return;
      const wanted = await reflect(deps, signals, signal);
      if (!wanted) return;
      await database.tx('improvement.reflection', (tx) => tell(deps, tx, { id, signals, wanted }, world.clock.now()));
    },
  };
}

async function endTrial(deps: Deps, id: string): Promise<void> {
  const { database, world } = deps;
  await database.tx('improvement.trial', async (tx) => {
    const ended = await settleTrial(tx, world.clock.now());
    if (!ended) return;
    const { version, isKept, scores } = ended;
    const text = texts.trialEnded(version, isKept, texts.sampleWords(scores));
    const places = await approvalPlaces(deps.config, tx);
    const card = { kind: 'notice' as const, text };
    await deps.outbox.addAll(
      tx,
      places.map((place) => ({ key: `improvement:trial:${id}:${place.personId}`, ...place, card })),
    );
  });
}

async function reflect(deps: Deps, signals: Signals, signal: AbortSignal): Promise<Proposing[] | undefined> {
  const { database, config, models, world } = deps;
  const personId = await improvement.firstOwner(readerOf(database));
  if (!models.available || personId === undefined) return undefined;
  const text = asked(signals, config.max_reflection_input_tokens);
  const question = { personId, system: TASK, text, maxTokens: MAX_TOKENS, model: heavyOf(config) };
  const answer = await askWithin(deps, REFLECTION, question, signal);
  if (!answer.ok && ['transient', 'rate_limited', 'cancelled'].includes(answer.fault)) throw new Error(answer.message);
  if (!answer.ok) world.log.warn({ fault: answer.fault }, 'coda could not reflect');
  return answer.ok ? readProposals(answer.text) : undefined;
}

interface Reflected {
  /** Of the job: what it says is said once. */
  id: string;
  signals: Signals;
  wanted: readonly Proposing[];
}

async function tell(deps: Deps, tx: Transaction, { id, signals, wanted }: Reflected, now: Instant): Promise<void> {
  const { kinds, outbox, config } = deps;
  const made = await propose(tx, kinds, 'reflection', wanted, now);
  const cards = Array.from({ length: Math.max(1, Math.ceil(made.length / MOST_ON_CARD)) }, (_, index): Card => {
    const group = made.slice(index * MOST_ON_CARD, (index + 1) * MOST_ON_CARD);
    const head = index === 0 ? [texts.reflected(signals, made.length)] : [];
    const text = [...head, ...group.map((each) => texts.whole(each, shown(kinds, each)))].join('\n\n');
    return { kind: 'notice', text, choices: group.flatMap((each) => choicesFor(each, made.length > 1)) };
  });
  const places = await approvalPlaces(config, tx);
  const all = places.flatMap((place) =>
    cards.map((card, index): Outgoing => {
      // Words of a model stand in it.
      return { key: `improvement:${id}:${index}:${place.personId}`, ...place, card, tainted: true };
    }),
  );
  await outbox.addAll(tx, all);
}
