import type { z } from 'zod';
import { sleep } from '../../../base/async.ts';
import type { Clock } from '../../../base/clock.ts';
import { CodaError } from '../../../base/errors.ts';
import { uuid } from '../../../base/ids.ts';
import { storable } from '../../../base/text.ts';
import type { Caller } from '../../../chat/index.ts';
import type { AcceptedEvent, IncomingFile, IncomingMessage } from '../../../delivery/index.ts';
import { notHeard } from '../../../sign-in/index.ts';
import { type Artifacts, type Database, readerOf } from '../../../storage/index.ts';
import * as chats from '../chats/store.ts';
import * as store from '../store.ts';
import type { HttpChat } from './adapter.ts';
import { browserChannel, nameOf, partId, placeOf, prefixOf, senderOf } from './places.ts';
import { type answerOut, partShown } from './shapes.ts';

export type Answer = z.output<typeof answerOut>;

export interface TalkDeps {
  adapter: HttpChat;
  database: Database;
  artifacts: Artifacts;
  clock: Clock;
}

export interface SaidMessage {
  caller: Caller;
  conversation: string;
  /** Id of the message; a message that is sent again under it is the same message. */
  id: string;
  text: string;
  files: readonly { name: string; content_type: string; data: string; voice?: true | undefined }[];
}

export interface PressedButton {
  button: string;
  key: string | undefined;
  values: Record<string, string>;
  isConsent: boolean;
}

export interface TakenMessage {
  /** Its answer as it stands after at most `ms`, sooner when it is there or `signal` aborts. */
  answer(ms: number, signal: AbortSignal): Promise<Answer>;
}

/** Milliseconds: how soon an answer is noticed that another process gives, whose hint was lost. */
const LOOK_EVERY_MS = 500;

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export class Talk {
  private readonly deps: TalkDeps;
  private readonly settling = new Map<string, Promise<void>>();

  constructor(deps: TalkDeps) {
    this.deps = deps;
  }

  newId(): string {
    return uuid(this.deps.clock.now());
  }

  /** Resolves after the commit. Throws `HTTP_CONFLICT` when the key was used for other words, `HTTP_NOT_FOUND` for a conversation elsewhere. */
  async say({ caller, conversation, id, text, files }: SaidMessage): Promise<TakenMessage> {
    const { adapter, clock } = this.deps;
    await this.refuseElsewhere(caller, conversation);
    const place = placeOf(caller, conversation);
    const message: IncomingMessage = {
      kind: 'message',
      id,
      place,
      text: storable(text),
      origin: caller.inPerson ? 'person' : 'http',
      sender: senderOf(caller),
      files: await this.storeFiles(files),
      sentAt: clock.now(),
    };
    const accepted = await (await adapter.inbox).accept(message);
    const where = { channel: place.channel, personId: caller.personId };
    if (accepted.outcome === 'duplicate') await this.compare(where, message);
    this.follow(JSON.stringify([place.channel, id]), accepted);
    return { answer: (ms, signal) => this.answer(where, id, ms, signal) };
  }

  /**
   * Presses a button in the name of the caller. Its words may fill the one field that the button asks for. Throws
   * `HTTP_CONFLICT` when the key was used for another button.
   */
  async press(caller: Caller, { button, key, values, isConsent }: PressedButton): Promise<TakenMessage> {
    const { adapter, clock, database } = this.deps;
    const channel = await channelOf(database, caller, button);
    if (channel === undefined) throw nothing('There is no such button in your conversations.');
    const conversation = nameOf(channel);
    const id = key === undefined ? uuid(clock.now()) : `${caller.id} ${key}`;
    const accepted = await (await adapter.inbox).accept({
      kind: 'press',
      id,
      // The person who presses waits for what comes of it.
      replyTo: id,
      button,
      values,
      sentAt: clock.now(),
      place: placeOf(caller, conversation),
      sender: senderOf(caller),
      // A press by a program is no consent, unless its token was made for that.
      origin: isConsent || caller.scopes.includes('consent') ? 'person' : 'http',
    });
    const where = { channel, personId: caller.personId };
    if (accepted.outcome === 'duplicate') await this.comparePress(where, id, button);
    this.follow(JSON.stringify([channel, id]), accepted);
    return { answer: (ms, signal) => this.answer(where, id, ms, signal, true) };
  }

  async find(caller: Caller, conversation: string, id: string): Promise<Answer | undefined> {
    const { channel } = placeOf(caller, conversation);
    const message = await store.findHeard(this.deps.database, { channel, personId: caller.personId }, id);
    return message && answerOf(channel, message);
  }

  /** Refuses the id of a conversation that is held elsewhere, which a new one of that name would hide. Other names are not looked up. */
  private async refuseElsewhere(caller: Caller, conversation: string): Promise<void> {
    if (!UUID.test(conversation)) return;
    const where = { prefix: prefixOf(caller), personId: caller.inPerson ? caller.personId : undefined };
    const chat = await chats.findChat(readerOf(this.deps.database), where, conversation);
    if (chat === undefined || (chat.adapter === 'http' && chat.channel.startsWith(where.prefix))) return;
    throw new CodaError('HTTP_NOT_FOUND', {
      message: 'That conversation is held on another platform.',
      remedy: 'Say it there, or under another name here.',
    });
  }

  private async storeFiles(files: SaidMessage['files']): Promise<IncomingFile[]> {
    const stored: IncomingFile[] = [];
    for (const { name, content_type: type, data, voice } of files) {
      const artifact = await this.deps.artifacts.put(Buffer.from(data, 'base64'));
      stored.push({ name, type, ...artifact, ...(voice && { voice }) });
    }
    return stored;
  }

  private async compare(where: store.ConversationKey, { id, text }: IncomingMessage): Promise<void> {
    const message = await store.findHeard(this.deps.database, where, id);
    if (!message || message.text === text || message.text === '') return;
    throw usedFor('another text', 'message');
  }

  /** A press is known by its key alone: one in another conversation is another press, too. */
  private async comparePress(where: store.ConversationKey, id: string, button: string): Promise<void> {
    const message = await store.findHeard(this.deps.database, where, id, true);
    if (message && (message.button === undefined || message.button === button)) return;
    throw usedFor('another button', 'press');
  }

  /** A second client with the same key waits with the first one. */
  private follow(key: string, { outcome, settled }: AcceptedEvent): void {
    if (outcome === 'duplicate') return;
    const over = settled.finally(() => {
      if (this.settling.get(key) === over) this.settling.delete(key);
    });
    this.settling.set(key, over);
  }

  private async answer(
    where: store.ConversationKey,
    id: string,
    ms: number,
    signal: AbortSignal,
    isPress = false,
  ): Promise<Answer> {
    const { clock, database } = this.deps;
    const until = clock.monotonic() + ms;
    for (;;) {
      const remaining = until - clock.monotonic();
      const here = this.settling.get(JSON.stringify([where.channel, id]));
      if (remaining > 0) await waitBefore(here, here ? remaining : 0, signal);
      const message = await store.findHeard(database, where, id, isPress);
      // Nothing was stored: who speaks has not been let in.
      if (!message) throw notHeard();
      if (message.tooFast || message.error === 'the queue was full') throw tooFast(message);
      const isOver = message.state !== 'received';
      if (isOver || signal.aborted || clock.monotonic() >= until) return answerOf(where.channel, message);
      await waitBefore(undefined, Math.min(LOOK_EVERY_MS, until - clock.monotonic()), signal);
    }
  }
}

/** Channel of the caller's in which a button is pressed: that of its card; for one of their terminal, their chat in the browser. */
export async function channelOf(database: Database, caller: Caller, button: string): Promise<string | undefined> {
  const { inPerson, personId } = caller;
  const channel = await store.channelOfButton(database, button);
  if (channel !== undefined) return channel.startsWith(prefixOf(caller)) ? channel : undefined;
  if (!inPerson || personId === undefined) return undefined;
  return (await store.isTerminalButton(database, button, personId)) ? browserChannel(personId) : undefined;
}

async function waitBefore(over: Promise<void> | undefined, ms: number, signal: AbortSignal): Promise<void> {
  if (ms <= 0) return;
  const stop = new AbortController();
  const stopped = AbortSignal.any([stop.signal, signal]);
  await Promise.race([over ?? new Promise<void>(() => {}), sleep(ms, stopped).catch(() => {})]);
  stop.abort(new Error('no longer waited for'));
}

function answerOf(channel: string, { messageId, state, parts }: store.HeardMessage): Answer {
  const views = parts.map(({ key, content, draft }) => partShown(partId(channel, key), content, draft));
  return {
    id: messageId,
    conversation: nameOf(channel),
    status: state === 'received' ? 'running' : state,
    text: views.map(({ text }) => text).join('\n\n'),
    parts: views,
  };
}

function usedFor(other: string, what: string): CodaError {
  return new CodaError('HTTP_CONFLICT', {
    message: `This Idempotency-Key was used for ${other}.`,
    remedy: `Take a key of its own for each ${what}.`,
  });
}

function tooFast({ parts }: store.HeardMessage): CodaError {
  return new CodaError('HTTP_TOO_FAST', {
    message: parts[0]?.content.text ?? 'You ask for more than you may in this time.',
    remedy: 'Wait, then send it again under another key.',
  });
}

export function nothing(message: string): CodaError {
  return new CodaError('HTTP_NOT_FOUND', { message, remedy: 'GET /v1/conversations shows what there is.' });
}
