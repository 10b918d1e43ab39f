import { z } from 'zod';
import {
  type AnyTool,
  dataTool,
  done,
  type Failed,
  failed,
  type ToolResult,
  type TxContext,
} from '../../agent/index.ts';
import { shortId, uuid } from '../../base/ids.ts';
import { didYouMean } from '../../base/text.ts';
import type { AllSkills, SpeechDeps } from '../../chat/index.ts';
import { type Card, conversations, type Place, type Target, type TargetKind, targets } from '../../delivery/index.ts';
import { personById, resolvePeople } from '../../people/index.ts';
import { texts } from './texts.ts';

export interface TargetsParts {
  /** Places of the services that the configuration describes, by name. */
  services: ReadonlyMap<string, Place>;
  /** The settings in which an owner names services; none: this coda reaches no service. */
  serviceSettings: readonly string[];
  /** True if devices can be notified. */
  canPush(): boolean;
}

type Deps = TargetsParts & Pick<SpeechDeps, 'outbox' | 'places'>;

const MOST = 50;
const KINDS = ['place', 'person', 'hook', 'push'] as const;
const name = z.string().max(200);

export function targetTools(deps: Deps, { runnable }: Pick<AllSkills, 'runnable'>): AnyTool[] {
  return [
    dataTool({
      name: 'target_list',
      group: 'schedules',
      description: 'Lists where what the person plans may be told besides here: the names for `tell` of a schedule.',
      effect: 'read',
      input: z.object({}),
      run: (_, ctx) => list(ctx),
    }),
    // Consent is a person's: no model, program or schedule gives it.
    dataTool({
      name: 'target_add',
      description: 'Allows a place to be told what the person plans, and asks its other side.',
      effect: 'write',
      callers: 'person',
      input: z.object({ kind: z.enum(KINDS), name }),
      run: (input, ctx) => add(deps, input, ctx),
    }),
    dataTool({
      name: 'target_decide',
      description: 'Says whether something may be told to the person, or in a place.',
      effect: 'write',
      callers: 'person',
      // A button's: the place and the person that its question named.
      form: { own: ['at', 'by'] },
      input: z.object({
        id: z.string().max(50),
        yes: z.boolean(),
        at: z.string().nullish(),
        by: z.string().optional(),
      }),
      run: (input, ctx) => decide(deps, input, ctx),
    }),
    dataTool({
      name: 'target_remove',
      description: 'Ends that something is told somewhere.',
      effect: 'write',
      callers: 'person',
      input: z.object({ name }),
      run: (input, ctx) => remove(deps, input, ctx),
    }),
    dataTool({
      name: 'target_private',
      description: 'Says by name what of the person’s own may be told in a place.',
      effect: 'write',
      callers: 'person',
      input: z.object({ name, allows: z.array(z.string().max(60)).max(20) }),
      run: (input, ctx) => setPrivate(input, ctx, runnable),
    }),
  ];
}

async function setPrivate(
  { name: named, allows: wanted }: { name: string; allows: readonly string[] },
  { tx, person, tools }: TxContext,
  runnable: AllSkills['runnable'],
): Promise<ToolResult> {
  const [target, ...others] = await targets.listNamed(tx, person.id, named);
  if (!target) return failed('NOT_FOUND', texts.unknown(named));
  if (others.length > 0) return failed('AMBIGUOUS', texts.ambiguous(named));
  // A name that is allowed stays so, whatever its server or skill does meanwhile.
  const names = [...tools.namesOfAll(), ...target.allows];
  const spelled = new Map(names.map((each) => [each.toLowerCase(), each]));
  const allows = [...new Set(wanted.map((each) => spelled.get(each.toLowerCase()) ?? each.toLowerCase()))];
  const strange = allows.find((each) => !names.includes(each) && !runnable(each));
  if (strange !== undefined) return failed('NOT_FOUND', texts.nothingCalled(strange, didYouMean(strange, names)));
  await targets.setAllows(tx, target.id, allows);
  // Waiting words may come from a skill that is not allowed any more.
  if (target.allows.some((each) => !allows.includes(each))) await targets.dropWaiting(tx, target.id);
  return done(texts.allows(target.name, allows));
}

async function list({ tx, person, place, conversationId }: TxContext): Promise<ToolResult> {
  if (place.kind !== 'dm') {
    const here = await targets.listTelling(tx, { conversationId });
    const lines = here.map(texts.ofOther);
    return done(here.length === 0 ? texts.noneHere : [texts.here, ...lines].join('\n'), { tainted: here.length > 0 });
  }
  const own = await targets.listOf(tx, person.id);
  const toYou = await targets.listTelling(tx, { personId: person.id });
  const asked = person.role === 'owner' ? await targets.listAsked(tx) : [];
  const parts = [
    own.length === 0 ? texts.none : [texts.yours, ...own.map(texts.own)].join('\n'),
    ...(toYou.length === 0 ? [] : [[texts.toYou, ...toYou.map(texts.ofOther)].join('\n')]),
    ...(asked.length === 0 ? [] : [[texts.waiting, ...asked.map(texts.ofOther)].join('\n')]),
  ];
  return done(parts.join('\n\n'), { tainted: toYou.length + asked.length > 0 });
}

type OtherSide = Pick<Target, 'name' | 'conversationId' | 'toPerson'>;

async function add(
  deps: Deps,
  { kind, name: words }: { kind: TargetKind; name: string },
  ctx: TxContext,
): Promise<ToolResult> {
  const { tx, person, clock } = ctx;
  const wanted = await wantedBy(deps, kind, words, ctx);
  if ('ok' in wanted) return wanted;
  if ((await targets.listOf(tx, person.id)).length >= MOST) return failed('TOO_MANY', texts.tooMany(MOST));
  const isOwn = kind === 'push' || (kind !== 'person' && person.role === 'owner');
  const now = clock.now();
  if (!isOwn && (await targets.wasAskedLately(tx, { personId: person.id, ...wanted }, now)))
    return failed('DENIED', texts.askedLately(wanted.name));
  const state = isOwn ? ('allowed' as const) : ('asked' as const);
  const target = await targets.put(tx, { id: shortId(), personId: person.id, kind, ...wanted, state, allows: [] }, now);
  // Words that wait under this name were for another place.
  await targets.dropWaiting(tx, target.id);
  if (!isOwn) {
    await askOtherSide(deps, target, ctx);
    return done(kind === 'person' ? texts.askedPerson(target.name) : texts.asked(target.name));
  }
  if (kind === 'place') await tellPlace(deps, target, person.name, ctx);
  return done(texts.added(target.name));
}

async function wantedBy(deps: Deps, kind: TargetKind, words: string, ctx: TxContext): Promise<OtherSide | Failed> {
  const { tx, person, place, conversationId, clock } = ctx;
  const now = clock.now();
  const plain = words.trim().replace(/^[#@]/, '').replace(/\s+/g, ' ').slice(0, 60);
  switch (kind) {
    case 'place':
      if (place.kind === 'dm') return failed('NOT_HERE', texts.notShared);
      return plain === ''
        ? failed('INVALID_INPUT', texts.noName)
        : { name: `#${plain}`, conversationId, toPerson: undefined };
    case 'person': {
      const [id, ...others] = plain === '' ? [] : await resolvePeople(tx, plain);
      const other = id === undefined || others.length > 0 || id === person.id ? undefined : await personById(tx, id);
      if (!other) return failed('NOT_FOUND', texts.noPerson(words));
      if ((await conversations.direct(tx, other.id)) === undefined) return failed('NO_DM', texts.noDirect(other.name));
      return { name: plain, conversationId: undefined, toPerson: other.id };
    }
    case 'hook': {
      const service = plain.toLowerCase();
      const at = deps.services.get(service);
      if (at === undefined) {
        const names = [...deps.services.keys()];
        const settings = deps.serviceSettings;
        const { canPush } = deps;
        return failed(
          'NOT_FOUND',
          texts.noHook(plain, { names, settings, isOwner: person.role === 'owner', canPush: canPush() }),
        );
      }
      const opened = await conversations.open(tx, at, person.id, uuid(now), now);
      return { name: service, conversationId: opened, toPerson: undefined };
    }
    case 'push': {
      if (!deps.canPush()) return failed('NOT_CONFIGURED', texts.noPush);
      const opened = await conversations.openBrowsers(tx, person.id, { id: uuid(now), now });
      return { name: 'push', conversationId: opened, toPerson: undefined };
    }
  }
}

/** Asks the other side: the person themselves, of places and services the owners of coda. */
async function askOtherSide(deps: Deps, target: Target, { tx, person, clock }: TxContext): Promise<void> {
  const { id, toPerson } = target;
  const text = await questionOf(deps, target, person.name, tx);
  const binding = { at: boundTo(target), by: target.personId };
  const answer = (yes: boolean) => ({
    label: yes ? texts.yes : texts.no,
    tool: 'target_decide',
    input: { id, yes, ...binding },
    ...(yes && { style: 'primary' as const }),
  });
  const card: Card = { kind: 'notice', text, choices: [answer(true), answer(false)] };
  const directly = toPerson && (await conversations.direct(tx, toPerson));
  const asked =
    toPerson === undefined
      ? await conversations.ownersDirect(tx)
      : directly === undefined
        ? []
        : [{ personId: toPerson, conversationId: directly as string }];
  // Asked anew, it is another question.
  const asking = uuid(clock.now());
  // Others have chosen the names in it.
  const cards = asked.map((each) => ({
    key: `target-asked:${id}:${asking}:${each.personId}`,
    ...each,
    card,
    tainted: true,
  }));
  await deps.outbox.addAll(tx, cards);
}

/** The conversation or the person to which it tells. */
const boundTo = ({ conversationId, toPerson }: Target): string | null => conversationId ?? toPerson ?? null;

/** A name is chosen by who asks, so the place stands beside it as its platform knows it. */
async function questionOf(deps: Deps, target: Target, by: string, tx: TxContext['tx']): Promise<string> {
  const { kind, name: targetName, conversationId } = target;
  if (kind === 'person') return texts.wantsPerson(by);
  if (kind === 'hook') return texts.wantsHook(by, targetName);
  const destination = conversationId === undefined ? undefined : await targets.placeNamed(tx, conversationId);
  if (!destination) return texts.wantsPlace(by, targetName, undefined);
  const { adapter, channel } = destination.place;
  return texts.wantsPlace(by, targetName, {
    platform: adapter,
    place: destination.name ?? channel,
    link: deps.places.linkTo(destination.place),
  });
}

/** The other side of a target: may it be decided by this person? */
function mayDecide({ kind, toPerson }: Target, { person }: TxContext): boolean {
  return kind === 'person' ? toPerson === person.id : person.role === 'owner';
}

interface Decision {
  id: string;
  yes: boolean;
  at?: string | null | undefined;
  by?: string | undefined;
}

async function decide(deps: Deps, { id, yes, at, by }: Decision, ctx: TxContext): Promise<ToolResult> {
  const { tx } = ctx;
  const target = await targets.findById(tx, id.trim());
  if (!target || target.state === 'removed') return failed('NOT_FOUND', texts.unknown(id));
  if (!mayDecide(target, ctx)) return failed('DENIED', texts.notYours);
  const isAnother = by !== undefined && (at !== boundTo(target) || by !== target.personId);
  if (yes && isAnother) return failed('CHANGED', texts.another);
  await applyDecision(deps, target, yes, ctx);
  return done(texts.decided(yes));
}

async function applyDecision(deps: Deps, target: Target, yes: boolean, ctx: TxContext): Promise<void> {
  const { tx, person, clock } = ctx;
  if (target.state === (yes ? 'allowed' : 'refused')) return;
  await targets.noteAnswer(tx, target.id, yes ? 'allowed' : 'refused', clock.now());
  if (!yes) await targets.dropWaiting(tx, target.id);
  const by = await personById(tx, target.personId);
  if (yes && target.kind === 'place') await tellPlace(deps, target, by?.name ?? '', ctx);
  const conversationId = target.personId === person.id ? undefined : await conversations.direct(tx, target.personId);
  if (conversationId === undefined) return;
  const text = yes ? texts.nowAllowed(target.name) : texts.nowRefused(target.name);
  const key = `target-decided:${target.id}:${uuid(clock.now())}`;
  const notice = { key, conversationId, personId: target.personId, card: { kind: 'notice' as const, text } };
  await deps.outbox.addAll(tx, [notice]);
}

/** Tells readers of a shared place, once, that what others plan is told there. */
async function tellPlace({ outbox }: Deps, target: Target, by: string, { tx, clock }: TxContext): Promise<void> {
  const { conversationId, personId } = target;
  if (conversationId === undefined) return;
  const key = `target-here:${target.id}:${uuid(clock.now())}`;
  const card = { kind: 'notice' as const, text: texts.tellsHere(by) };
  await outbox.addAll(tx, [{ key, conversationId, personId, card, tainted: true }]);
}

async function remove(deps: Deps, input: { name: string }, ctx: TxContext): Promise<ToolResult> {
  const { tx, person } = ctx;
  const [own, ...others] = await targets.listNamed(tx, person.id, input.name);
  if (others.length > 0) return failed('AMBIGUOUS', texts.ambiguous(input.name));
  if (own) {
    await targets.setState(tx, own.id, 'removed');
    await targets.dropWaiting(tx, own.id);
    return done(texts.removed(own.name));
  }
  const other = await targets.findById(tx, input.name.trim());
  if (!other || other.state === 'removed') return failed('NOT_FOUND', texts.unknown(input.name));
  if (!mayDecide(other, ctx)) return failed('DENIED', texts.notYours);
  await applyDecision(deps, other, false, ctx);
  return done(texts.decided(false));
}
