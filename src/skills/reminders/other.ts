/** Reminders for somebody else: theirs from the moment they agree, so that they finish, put off and delete them. */
import { z } from 'zod';
import { type AnyTool, dataTool, done, failed, privately, type ToolResult, type TxContext } from '../../agent/index.ts';
import { shortId, uuid } from '../../base/ids.ts';
import { conversations, type Outbox, type Target, targets } from '../../delivery/index.ts';
import { type Person, personById, resolvePeople } from '../../people/index.ts';
import { type PlannedTime, readPlan } from '../../time/index.ts';
import { delivery } from './fields/fields.ts';
import { MOST_PENDING, refusedAsTooOften } from './limits.ts';
import { madeByPerson, type WakeAt } from './reminder.ts';
import * as store from './store.ts';
import { createdNotice, texts } from './texts.ts';

export interface Making {
  wakeAt: WakeAt;
  outbox: Outbox;
  /** The zone of people who have not said theirs is configured: no guess. */
  isZoneSet: boolean;
}

const ACCEPT = 'reminder_accept';

/** Makes it where the other person has agreed to such reminders; where they were never asked, they are. */
export async function remindOther(
  ctx: TxContext,
  { text, to }: { text: string; to: string },
  plan: PlannedTime,
  making: Making,
): Promise<ToolResult> {
  const { tx, person, clock } = ctx;
  // Words of others must not reach a third person under this one's name.
  if (ctx.tainted || ctx.request.origin !== 'person') return failed('DENIED', texts.otherByPerson);
  const other = await otherMeant(tx, to, person.id);
  const direct = other && (await conversations.direct(tx, other.id));
  if (!other || direct === undefined) return failed('NOT_FOUND', texts.noOther(to));
  const earlierConsent = await consentTo(tx, person.id, other.id);
  if (earlierConsent?.state === 'refused') return failed('DENIED', texts.otherRefuses(other.name));
  if (earlierConsent?.state === 'asked') return failed('DENIED', texts.otherWaits(other.name));
  const words = createdNotice(text, plan, ctx.when, {});
  if (earlierConsent) {
    const failure = await give(ctx, { from: person, to: other, conversationId: direct }, text, plan, making);
    return failure ?? done(texts.otherReminded(other.name, words), { subject: text });
  }
  const consent = consentOf(person.id, other, 'asked');
  if (await targets.wasAskedLately(tx, consent, clock.now())) return failed('DENIED', texts.otherWaits(other.name));
  await targets.put(tx, consent, clock.now());
  const input = { from: person.id, text, zone: plan.zone, rule: plan.rule, at: plan.plannedAt.toISOString() };
  const answers = (['once', 'always', 'no'] as const).map((answer) => ({
    label: texts.answers[answer],
    tool: ACCEPT,
    input: { ...input, answer },
    ...(answer === 'once' && { style: 'primary' as const }),
  }));
  const card = { kind: 'notice' as const, text: texts.wantsToRemind(person.name, words), choices: answers };
  const key = `reminder-asked:${uuid(clock.now())}`;
  await making.outbox.addAll(tx, [{ key, conversationId: direct, personId: other.id, card, tainted: true }]);
  return done(texts.asksOther(other.name), { subject: text });
}

async function otherMeant(tx: TxContext['tx'], name: string, self: string): Promise<Person | undefined> {
  const [id, ...others] = await resolvePeople(tx, name.replace(/^@/, ''));
  return id === undefined || others.length > 0 || id === self ? undefined : personById(tx, id);
}

/** The consent of one person for another; of several targets the one that is allowed. */
async function consentTo(tx: TxContext['tx'], personId: string, toPerson: string): Promise<Target | undefined> {
  const theirs = (await targets.listOf(tx, personId)).filter((each) => each.toPerson === toPerson);
  return theirs.find(({ state }) => state === 'allowed') ?? theirs[0];
}

/** The consent to be told something is that of a target: `/targets` shows it, and either side takes it back there. */
const consentOf = (personId: string, to: Person, state: Target['state']): Target => ({
  id: shortId(),
  personId,
  kind: 'person',
  name: to.name,
  conversationId: undefined,
  toPerson: to.id,
  state,
  allows: [],
});

interface Gift {
  from: Person;
  to: Person;
  conversationId: string;
}

/** Inserts it as a reminder of `to`; undefined: it is there. */
async function give(
  { tx, clock }: TxContext,
  { from, to, conversationId }: Gift,
  text: string,
  plan: PlannedTime,
  { wakeAt }: Making,
): Promise<ToolResult | undefined> {
  const refused = await refusedAsTooOften({ tx, person: to }, [{ conversationId, ...plan }]);
  if (refused) return refused;
  const reminder = {
    id: shortId(),
    personId: to.id,
    conversationId,
    text: texts.signed(text, from.name),
    ...plan,
    ...delivery.standard,
    ...madeByPerson,
    // The words are somebody else's.
    tainted: true,
  };
  const insertion = await store.insertReminder(tx, reminder, MOST_PENDING, clock.now());
  if (!insertion) return failed('TOO_MANY', texts.tooMany(MOST_PENDING));
  tx.afterCommit(() => wakeAt(plan.plannedAt));
  return undefined;
}

export const acceptTool = (making: Making): AnyTool =>
  dataTool({
    name: ACCEPT,
    description: 'Takes a reminder that somebody else has asked for, or refuses it.',
    effect: 'write',
    callers: 'person',
    record: { redact: privately('text') },
    input: z.object({
      from: z.string(),
      text: z.string(),
      at: z.string().optional(),
      rule: z.string().optional(),
      zone: z.string(),
      answer: z.enum(['once', 'always', 'no']),
    }),

    async run({ from: fromId, text, at, rule, zone, answer }, ctx) {
      const { tx, person, clock } = ctx;
      const from = await personById(tx, fromId);
      const asked = await consentTo(tx, fromId, person.id);
      if (!from || !asked) return failed('NOT_FOUND', texts.noOther(''));
      const conversationId = (await conversations.direct(tx, person.id)) ?? ctx.conversationId;
      const now = clock.now();
      const plan = readPlan({ ...(rule === undefined ? { at } : { rule }), zone }, now);
      const isPast = !plan || plan.plannedAt <= now;
      if (answer !== 'no' && !isPast) {
        const refused = await give(ctx, { from, to: person, conversationId }, text, plan, making);
        if (refused) return refused;
      }
      const states = { once: 'removed', always: 'allowed', no: 'refused' } as const;
      // Decided meanwhile in `/targets`, it stands.
      if (asked.state === 'asked') await targets.noteAnswer(tx, asked.id, states[answer], now);
      const agrees = isPast ? texts.otherAgreesLate(person.name, text) : texts.otherAgrees(person.name, text);
      const answerText = answer === 'no' ? texts.otherDeclines(person.name) : agrees;
      const directly = await conversations.direct(tx, fromId);
      const card = { kind: 'notice' as const, text: answerText };
      const key = `reminder-answered:${uuid(now)}`;
      if (directly) await making.outbox.addAll(tx, [{ key, conversationId: directly, personId: fromId, card }]);
      if (answer === 'no') return done(texts.declined);
      return done(isPast ? texts.acceptedLate : texts.accepted);
    },
  });
