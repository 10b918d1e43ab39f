import type { HealthCheck, SkillDeps, SpeechDeps } from '../chat/index.ts';
import { conversations, type Outgoing } from '../delivery/index.ts';
import { type Queryable, readerOf, type Transaction } from '../storage/index.ts';
import type { Improvement } from './config.ts';
import * as store from './store.ts';
import * as texts from './texts.ts';

type ChannelSettings = Pick<Improvement, 'approval_channel'>;

export interface Destination {
  personId: string;
  conversationId: string;
}

/**
 * `approval_channel`, for the owner who came first, where coda has been spoken to in it; else the direct conversation of
 * each owner, on the platform that `approval_channel` names where they have one there. Empty: no owner can be written to.
 */
async function approvalPlaces(config: ChannelSettings, tx: Transaction): Promise<readonly Destination[]> {
  const conversationId = await channelOf(config, tx);
  const personId = await store.firstOwner(tx);
  if (conversationId === undefined || personId === undefined) return conversations.ownersDirect(tx, platformOf(config));
  return [{ personId, conversationId }];
}

type OwnersMessage = Pick<Outgoing, 'key' | 'card' | 'tainted' | 'notBefore'> & {
  /** Holds what somebody has said: each owner is told in their direct conversation, whatever `approval_channel` names. */
  isPrivate?: true;
};

/** Sends a card to owners, where they are asked about proposals; false: none can be written to. */
export async function tellOwners(
  { config, speech }: { config: ChannelSettings; speech: Pick<SpeechDeps, 'outbox'> },
  tx: Transaction,
  { key, isPrivate, ...message }: OwnersMessage,
): Promise<boolean> {
  const places = isPrivate
    ? await conversations.ownersDirect(tx, platformOf(config))
    : await approvalPlaces(config, tx);
  await speech.outbox.addAll(
    tx,
    places.map((place) => ({ key: `${key}:${place.personId}`, ...place, ...message })),
  );
  return places.length > 0;
}

/** The platform that `approval_channel` names, with a channel or alone. */
const platformOf = ({ approval_channel: named }: ChannelSettings) => named?.split(':')[0];

/** The conversation of `approval_channel`; undefined: there is none, or coda has not been spoken to in it. */
async function channelOf({ approval_channel: named }: ChannelSettings, db: Queryable): Promise<string | undefined> {
  if (named === null || !named.includes(':')) return undefined;
  const at = named.indexOf(':');
  return store.conversationIn(db, { adapter: named.slice(0, at), channel: named.slice(at + 1) });
}

export function approvalChannelCheck({
  config,
  database,
}: Pick<SkillDeps<Improvement>, 'config' | 'database'>): HealthCheck[] {
  const { approval_channel: named } = config;
  if (named === null || !named.includes(':')) return [];
  return [
    {
      name: 'self-improvement approval channel',
      async check() {
        if ((await channelOf(config, readerOf(database))) !== undefined)
          return { ok: true, says: texts.channelReady(named) };
        return {
          ok: false,
          severity: 'warning' as const,
          says: texts.channelUnheard(named),
          remedy: texts.channelRemedy(),
        };
      },
    },
  ];
}
