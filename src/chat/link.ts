import { z } from 'zod';
import { type AnyTool, dataTool, done, failed, type ToolResult, type TxContext } from '../agent/index.ts';
import { uuid } from '../base/ids.ts';
import type { Log } from '../base/log.ts';
import { conversations, type Delivery } from '../delivery/index.ts';
import { type AccessRules, hashOfCode, links, type MergeRule, newCode, outranks } from '../people/index.ts';
import type { Transaction } from '../storage/index.ts';
import { KEEP } from './forget.ts';
import type { Command } from './skill.ts';
import * as texts from './texts.ts';

export interface LinkDeps {
  delivery: Pick<Delivery, 'forget' | 'outbox'>;
  /** Rules that join two persons' data, by room. The person's own row comes last. */
  mergeRules: readonly MergeRule[];
  access: AccessRules;
  platforms: ReadonlyMap<string, string>;
  keeps: readonly string[];
  wakeAt(at: Date): void;
  log: Log;
}

const CODE_MS = 10 * 60_000;
const MOST_MISSES = 5;
const MISSES_MS = 10 * 60_000;
const JOIN = 'person_join';

export function linkCommand(deps: LinkDeps): Command {
  return {
    name: 'link',
    summary: 'Let me know you on another platform too.',
    writes: (rest) => ({ code: rest === '' ? 'given out' : rest.toLowerCase() === 'off' ? 'off' : 'entered' }),
    usage: '[code|off]',
    options: [{ name: 'code', description: 'The code that I gave you elsewhere; nothing for a new one; or off' }],
    private: true,
    run(rest, ctx) {
      if (rest === '') return offer(deps, ctx);
      return rest.toLowerCase() === 'off' ? part(deps, ctx) : ask(deps, hashOfCode(rest), ctx);
    },
  };
}

async function offer(deps: LinkDeps, ctx: TxContext): Promise<ToolResult> {
  const {
    tx,
    person,
    request: { identity, origin },
    clock,
  } = ctx;
  // Whoever enters the code is the person, and approves what they may: a program could enter it itself.
  if (origin !== 'person') return failed('DENIED', texts.personLinks());
  const own = await conversations.direct(tx, person.id, { adapters: [identity.adapter] });
  if (!ctx.private && own === undefined) return failed('NOT_HERE', texts.notHere());
  const now = clock.now();
  const code = newCode();
  const expiresAt = new Date(now.getTime() + CODE_MS);
  await links.offer(tx, { personId: person.id, hash: hashOfCode(code), expiresAt, conversationId: own });
  const text = texts.linkOffer(code, CODE_MS / 60_000, person.role, await accountsOf(deps, tx, person.id));
  if (ctx.private || own === undefined) return done(text);
  const card = { kind: 'notice' as const, text };
  await deps.delivery.outbox.addAll(tx, [{ key: `link:${uuid(now)}`, conversationId: own, personId: person.id, card }]);
  return done(texts.offeredElsewhere());
}

async function ask(deps: LinkDeps, hash: string, ctx: TxContext): Promise<ToolResult> {
  const { tx, person, clock } = ctx;
  const now = clock.now();
  if (!ctx.private) {
    // Whoever reads here could be quicker.
    await links.withdraw(tx, hash);
    return failed('NOT_HERE', texts.seenByOthers());
  }
  const since = new Date(now.getTime() - MISSES_MS);
  if ((await links.wrongCodes(tx, person.id, since)) >= MOST_MISSES) return failed('TOO_MANY', texts.tooManyCodes());
  const issuer = await issuerFor(hash, ctx);
  if ('ok' in issuer) {
    if (issuer.code === 'NO_CODE') await links.countWrongCode(tx, person.id, since, now);
    return issuer;
  }
  const [there, here] = [await accountsOf(deps, tx, issuer.person.id), await accountsOf(deps, tx, person.id)];
  return done(texts.reallyJoin(there, here, issuer.person.role, deps.keeps), {
    choices: [
      { label: 'Yes, join us', tool: JOIN, input: { code: hash, person: person.id }, style: 'primary' },
      { label: 'No, keep apart', tool: KEEP, input: {} },
    ],
  });
}

async function issuerFor(hash: string, { tx, person, clock }: TxContext) {
  const issuer = await links.issuerOf(tx, hash, clock.now());
  if (!issuer) return failed('NO_CODE', texts.noSuchCode());
  if (issuer.person.id === person.id) return failed('NO_CHANGE', texts.alreadyJoined());
  // Else whoever talks an owner into entering a code would become one.
  if (outranks(person.role, issuer.person.role)) return failed('DENIED', texts.otherWayRound());
  return issuer;
}

/** Joins persons, only by the button that showed who they are. */
export function linkTools(deps: LinkDeps): AnyTool[] {
  const joining = dataTool({
    name: JOIN,
    description: 'Makes the person the one who gave out a code.',
    effect: 'write',
    callers: 'buttons',
    policy: { always: true },
    timeoutMs: 10_000,
    record: { records: true },
    input: z.object({ code: z.string(), person: z.string() }),
    run: ({ code, person }, ctx) =>
      // An owner may press others' buttons; it must not be them who is joined.
      person === ctx.person.id ? joinTo(deps, code, ctx) : Promise.resolve(failed('DENIED', texts.noSuchCode())),
  });
  return [joining];
}

async function joinTo(deps: LinkDeps, hash: string, ctx: TxContext): Promise<ToolResult> {
  const { tx, person, clock } = ctx;
  const issuer = await issuerFor(hash, ctx);
  if ('ok' in issuer) return issuer;
  const now = clock.now();
  const joined = await accountsOf(deps, tx, person.id);
  await links.withdraw(tx, hash);
  const moved = await links.join(tx, deps.mergeRules, person.id, issuer.person.id, now);
  const asker = { ...issuer.person, zone: issuer.person.zone ?? person.zone };
  if (issuer.conversationId !== undefined) {
    const card = { kind: 'notice' as const, text: texts.wasJoined(joined) };
    const message = { key: `linked:${person.id}`, conversationId: issuer.conversationId, personId: asker.id, card };
    await deps.delivery.outbox.addAll(tx, [message]);
  }
  tx.afterCommit(() => {
    deps.log.info({ person: asker.id, was: person.id, moved }, 'a person is known on another platform now');
    deps.delivery.forget(person.id);
    // Questions that bound to who they were are over.
    deps.wakeAt(now);
  });
  return done(texts.joinedReport(asker.name, moved), { asker });
}

async function part(deps: LinkDeps, ctx: TxContext): Promise<ToolResult> {
  const {
    tx,
    person,
    request: { identity },
    conversationId,
    clock,
  } = ctx;
  const all = await links.identitiesOf(tx, person.id);
  if (all.length < 2) return failed('NOT_FOUND', texts.notJoined());
  const own = await links.ownRole(tx, identity, deps.access);
  const asker = await links.unlink(tx, identity, { person, ...own, rules: deps.access }, clock.now());
  const others = all.filter((each) => each.adapter !== identity.adapter || each.externalId !== identity.externalId);
  await conversations.giveTo(tx, conversationId, asker.id);
  // Said in a channel it is about their direct messages there, too, which nobody else has who stays.
  if (others.every(({ adapter }) => adapter !== identity.adapter))
    await conversations.giveAll(tx, { adapter: identity.adapter, from: person.id, to: asker.id });
  tx.afterCommit(() => {
    deps.log.info(
      { person: person.id, now: asker.id, adapter: identity.adapter },
      'an identity stands by itself again',
    );
    deps.delivery.forget(person.id);
  });
  return done(texts.partedNotice(namesOfIdentities(deps, others)), { asker });
}

async function accountsOf(deps: LinkDeps, tx: Transaction, personId: string): Promise<texts.KnownIdentity[]> {
  return namesOfIdentities(deps, await links.identitiesOf(tx, personId));
}

function namesOfIdentities(
  { platforms }: LinkDeps,
  identities: readonly { adapter: string; name: string }[],
): texts.KnownIdentity[] {
  return identities.map(({ adapter, name }) => ({ platform: platforms.get(adapter) ?? adapter, name }));
}
