import type { Instant } from '../../../base/clock.ts';
import type { SystemTask } from '../../../chat/index.ts';
import { conversations, type Outgoing } from '../../../delivery/index.ts';
import type { JobHandler } from '../../../jobs/index.ts';
import { readerOf, type Transaction } from '../../../storage/index.ts';
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
import * as store from './store.ts';

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
    const owner = await ownerIn(deps, tx);
    if (owner)
      await deps.outbox.addAll(tx, [{ key: `improvement:trial:${id}`, ...owner, card: { kind: 'notice', text } }]);
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
  const { kinds, outbox } = deps;
  const made = await propose(tx, kinds, 'reflection', wanted, now);
  const owner = await ownerIn(deps, tx);
  if (!owner) return;
  const groups = Array.from({ length: Math.max(1, Math.ceil(made.length / MOST_ON_CARD)) }, (_, index) =>
    made.slice(index * MOST_ON_CARD, (index + 1) * MOST_ON_CARD),
  );
  const cards = groups.map((group, index): Outgoing => {
    const head = index === 0 ? [texts.reflected(signals, made.length)] : [];
    const text = [...head, ...group.map((each) => texts.whole(each, shown(kinds, each)))].join('\n\n');
    const choices = group.flatMap((each) => choicesFor(each, made.length > 1));
    // Words of a model stand in it.
    return { key: `improvement:${id}:${index}`, ...owner, card: { kind: 'notice', text, choices }, tainted: true };
  });
  await outbox.addAll(tx, cards);
}

/** The owner who is asked, and where: in the configured channel where coda knows it, else in their direct conversation. */
async function ownerIn(
  { config }: Pick<Deps, 'config'>,
  tx: Transaction,
): Promise<{ personId: string; conversationId: string } | undefined> {
  const direct = (await conversations.ownersDirect(tx))[0];
  const { approval_channel: named } = config;
  const personId = direct?.personId ?? (await improvement.firstOwner(tx));
  if (named === null || personId === undefined) return direct;
  const [adapter = '', ...rest] = named.split(':');
  const conversationId = await store.conversationIn(tx, { adapter, channel: rest.join(':') });
  return conversationId === undefined ? direct : { personId, conversationId };
}
