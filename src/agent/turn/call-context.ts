import { omitUndefined } from '../../base/json.ts';
import { type Item, isPrivate } from '../../delivery/index.ts';
import { rememberedIn } from '../approvals/index.ts';
import { runCall } from '../tools/calls.ts';
import type { CallContext } from '../tools/tool.ts';
import type { AgentOptions } from './options.ts';
import { hasFiles, ownWords } from './store.ts';

/** The context of a call that serves `item`: who asks, where, in whose words, and with which other tools. */
export function callContext(options: AgentOptions, item: Item, signal: AbortSignal, tainted: boolean): CallContext {
  const { world, toolbox } = options;
  const { person, conversation, payload } = item;
  const { place } = conversation;
  return {
    person,
    place,
    conversationId: conversation.id,
    private: isPrivate(item),
    clock: world.clock,
    when: readerOf(options, person),
    signal,
    tainted,
    request: {
      id: item.id,
      origin: item.origin,
      identity: { adapter: place.adapter, externalId: payload.from },
      said: wordsOf(item),
      files: payload.files,
      ownFiles: hasFiles(item),
      ...(payload.tells && { tells: payload.tells.allows }),
      // The person's next words do not refer to what a program brings in.
      ...(item.origin === 'webhook' && { byProgram: true as const }),
    },
    approval: { remembered: rememberedIn(conversation, person.id) },
    turn: { key: item },
    tools: {
      offeredTools: (who = person) => toolbox.specs(who),
      toolsMeant: (names) => toolbox.namesMeant(person, names),
      mayUse: (tool) => toolbox.mayUse(person, tool),
      namesOfAll: () => toolbox.namesOfAll(),
      call: (call, ctx, undoable) => runCall(ctx.tx, toolbox, call, ctx, undoable),
    },
    runner: { spans: world.spans, pace: world.pace, onChange: (tool) => options.onChange(person.id, tool) },
  };
}

/** The instant, zone and manners by which a person's words about time are read. */
export function readerOf(
  { world, time, defaultZone }: Pick<AgentOptions, 'world' | 'time' | 'defaultZone'>,
  { zone, locale, weekStart }: Item['person'],
): CallContext['when'] {
  return {
    ...time,
    now: world.clock.now(),
    zone: zone ?? defaultZone,
    ...omitUndefined({ locale: locale || undefined, weekStart: weekStart || undefined }),
  };
}

/**
 * The asker's own words, which may be consent: a schedule says again what its person once said, and nobody else's words are
 * theirs. Spoken ones may have been misheard, so only what was typed beside them counts.
 */
function wordsOf({ origin, tainted, payload: { text, heard } }: Item): string[] {
  const isTheirs = !tainted && origin !== 'webhook' && origin !== 'skill';
  const own = ownWords(heard?.typed ?? text);
  return isTheirs && own !== '' ? [own] : [];
}
