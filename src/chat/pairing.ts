/** Admission of strangers: a notice with a code, and owners who decide about it. */
import { z } from 'zod';
import { type AnyTool, dataTool, done, failed, type ToolResult, type TxContext } from '../agent/index.ts';
import type { Clock } from '../base/clock.ts';
import { conversations, type Delivery, type Item } from '../delivery/index.ts';
import { type AccessRules, hashOfCode, newCode, pairing } from '../people/index.ts';
import type { CommitHints, Database, Transaction } from '../storage/index.ts';
import * as texts from './pairing-texts.ts';
import type { Command } from './skill.ts';

export const commitHints: CommitHints = { 'guest.notice': ['owners', 'people'] };

export interface PairingDeps {
  database: Database;
  clock: Clock;
  delivery: Pick<Delivery, 'endIn' | 'forget' | 'lockItem' | 'outbox'>;
  access: AccessRules;
  platforms: ReadonlyMap<string, string>;
  roles: readonly string[];
}

const CODE_MS = 24 * 3_600_000;
/** Strangers of a day that owners are told of by themselves; however many come, no more. */
const MOST_TOLD = 5;
const ADMIT = 'person_admit';

/** Gives a stranger one notice, with a code for an owner; owners get it in their direct chats, with a button. */
export async function turnAway(deps: PairingDeps, item: Item): Promise<void> {
  const { database, clock, delivery } = deps;
  const { person, conversation, payload } = item;
  const { adapter } = conversation.place;
  const now = clock.now();
  const code = newCode();
  const account = { personId: person.id, adapter, externalId: payload.from };
  const hash = hashOfCode(code);
  const expiresAt = new Date(now.getTime() + CODE_MS);
  await database.tx('guest.notice', async (tx) => {
    const { owned } = await delivery.lockItem(tx, item);
    if (!owned) return;
    const offered = { ...account, hash, now, expiresAt, conversationId: conversation.id };
    const isNew = await pairing.offer(tx, offered);
    if (isNew) await tellOwners(deps, tx, { hash, since: new Date(now.getTime() - CODE_MS) }, item);
    const text = texts.notLetIn(person.name, `${adapter}:${payload.from}`, code);
    await delivery.endIn(tx, item, { state: 'done', cards: isNew ? [{ kind: 'notice', text }] : [] });
  });
}

async function tellOwners(
  { delivery, platforms }: PairingDeps,
  tx: Transaction,
  { hash, since }: { hash: string; since: Date },
  { person, conversation, payload }: Item,
): Promise<void> {
  if ((await pairing.offeredSince(tx, since)) > MOST_TOLD) return;
  const { adapter } = conversation.place;
  const text = texts.wantsIn(person.name, platforms.get(adapter) ?? adapter, `${adapter}:${payload.from}`);
  const choices = [{ label: 'Let them in', tool: ADMIT, input: { code: hash }, style: 'primary' as const }];
  const owners = await conversations.ownersDirect(tx);
  const cards = owners.map(({ personId, conversationId }) => ({
    key: `pairing:${hash}:${personId}`,
    conversationId,
    personId,
    card: { kind: 'notice' as const, text, choices },
    // A stranger has chosen the name.
    tainted: true,
  }));
  await delivery.outbox.addAll(tx, cards);
}

export function pairCommand(deps: PairingDeps): Command {
  return {
    name: 'pair',
    summary: 'Let somebody in, by the code that I gave them.',
    usage: '<code> [role]',
    options: [
      { name: 'code', description: 'The code that they got', required: true },
      { name: 'role', description: 'member, if you say nothing else', complete: async () => ['member', ...deps.roles] },
    ],
    private: true,
    ownerOnly: true,
    writes: (rest) => ({ role: wordsOf(rest).role }),
    run: async (rest, ctx) => {
      const { code, role } = wordsOf(rest);
      if (code === '') return failed('INVALID_INPUT', texts.pairUsage());
      if (role !== 'member' && !deps.roles.includes(role)) return failed('NOT_FOUND', texts.noRole(role, deps.roles));
      return letIn(deps, hashOfCode(code), role, ctx);
    },
  };
}

function wordsOf(rest: string): { code: string; role: string } {
  const [first = '', ...others] = rest.split(/\s+/).filter(Boolean);
  const isWhole = first.replace(/[^0-9a-z]/gi, '').length > HALF_A_CODE;
  const [second = '', role = 'member'] = isWhole ? ['', ...others] : others;
  return { code: first + second, role: role.toLowerCase() };
}

const HALF_A_CODE = 5;

export function pairingTools(deps: PairingDeps): AnyTool[] {
  const admitting = dataTool({
    name: ADMIT,
    description: 'Lets somebody in who asked to be.',
    effect: 'write',
    callers: 'buttons',
    policy: { always: true },
    record: { records: true },
    input: z.object({ code: z.string() }),
    run: async ({ code }, ctx) =>
      ctx.person.role === 'owner' ? letIn(deps, code, 'member', ctx) : failed('DENIED', texts.ownersLetIn()),
  });
  return [admitting];
}

async function letIn(deps: PairingDeps, hash: string, role: string, ctx: TxContext): Promise<ToolResult> {
  // A person who is admitted approves their own calls: a program could admit itself.
  if (ctx.request.origin !== 'person')
    return failed('DENIED', texts.personLetsIn(), { remedy: texts.personLetsInRemedy() });
  const admitted = await admitByCode(deps, ctx.tx, hash, { role, by: ctx.person.id });
  return admitted ? done(texts.letIn(admitted, role)) : failed('NO_CODE', texts.noSuchCode());
}

/** Lets in whoever has this code, and tells them; undefined: nobody has. Returns their name. */
export async function admitByCode(
  { clock, delivery, access }: Pick<PairingDeps, 'clock' | 'delivery' | 'access'>,
  tx: Transaction,
  hash: string,
  { role, by }: { role: string; by: string | undefined },
): Promise<string | undefined> {
  const now = clock.now();
  const waiting = await pairing.lockWaiting(tx, hash, now);
  if (!waiting) {
    await pairing.countWrongCode(tx, now);
    return undefined;
  }
  const { person, conversationId } = waiting;
  await pairing.admit(tx, waiting, access, { role, by, now });
  if (conversationId !== undefined) {
    const card = { kind: 'notice' as const, text: texts.youAreIn(person.name) };
    await delivery.outbox.addAll(tx, [{ key: `admitted:${hash}`, conversationId, personId: person.id, card }]);
  }
  tx.afterCommit(() => delivery.forget(person.id));
  return person.name;
}
