/** Words that coda does not have yet, kept on this device. */

import { ownName } from '../app/base.ts';

/** A message without its files, which a browser keeps for no later page. */
export interface StoredMessage {
  id: string;
  text: string;
  at: string;
  fileNames: readonly string[];
  /** Why coda refused it; undefined: it may be on its way. */
  refusal?: string | undefined;
}

const DRAFT = ownName('coda.draft');
const UNSENT = ownName('coda.unsent');
const TEMPORARY = ownName('coda.temporary');

type DeviceStorage = Pick<Storage, 'getItem' | 'setItem' | 'removeItem' | 'key' | 'length'>;

const keysIn = (storage: DeviceStorage): string[] =>
  Array.from({ length: storage.length }, (_, index) => storage.key(index) ?? '');

/** Words of a person that coda does not have yet, by conversation: on this device until they are sent, or the person signs out. */
export class Drafts {
  private readonly storage: DeviceStorage;
  private readonly personId: string;

  constructor(storage: DeviceStorage, personId: string) {
    this.storage = storage;
    this.personId = personId;
  }

  read(conversationId: string): string {
    return this.storage.getItem(`${DRAFT} ${this.personId} ${conversationId}`) ?? '';
  }

  keep(conversationId: string, text: string): void {
    const key = `${DRAFT} ${this.personId} ${conversationId}`;
    if (text === '') this.storage.removeItem(key);
    else this.write(key, text);
  }

  /** Messages on their way, the oldest first; each has a key of its own, since several tabs write here. */
  messages(conversationId: string): readonly StoredMessage[] {
    const prefix = this.prefixOf(conversationId);
    const texts = keysIn(this.storage).flatMap((key) =>
      key.startsWith(prefix) ? [this.storage.getItem(key) ?? ''] : [],
    );
    return texts.flatMap(readMessage).sort((a, b) => a.at.localeCompare(b.at));
  }

  /** Conversations with messages on their way. */
  conversations(): readonly string[] {
    const prefix = `${UNSENT} ${this.personId} `;
    const keys = keysIn(this.storage).filter((key) => key.startsWith(prefix));
    return [...new Set(keys.map((key) => key.slice(prefix.length).split(' ')[0] ?? ''))];
  }

  keepMessage(conversationId: string, message: StoredMessage): void {
    this.write(this.prefixOf(conversationId) + message.id, JSON.stringify(message));
  }

  dropMessage(conversationId: string, id: string): void {
    this.storage.removeItem(this.prefixOf(conversationId) + id);
  }

  /** Remembers that this conversation is temporary: its words go from here as well, wherever it is ended. */
  markTemporary(conversationId: string): void {
    this.write(`${TEMPORARY} ${this.personId} ${conversationId}`, '1');
  }

  temporaryOnes(): readonly string[] {
    const prefix = `${TEMPORARY} ${this.personId} `;
    return keysIn(this.storage).flatMap((key) => (key.startsWith(prefix) ? [key.slice(prefix.length)] : []));
  }

  /** Takes all words of a conversation off this device. */
  forget(conversationId: string): void {
    this.keep(conversationId, '');
    for (const { id } of this.messages(conversationId)) this.dropMessage(conversationId, id);
    this.storage.removeItem(`${TEMPORARY} ${this.personId} ${conversationId}`);
  }

  private prefixOf(conversationId: string): string {
    return `${UNSENT} ${this.personId} ${conversationId} `;
  }

  private write(key: string, text: string): void {
    try {
      this.storage.setItem(key, text);
    } catch {
      // The browser gives no room: the words stand in the open page alone.
    }
  }
}

export const draftsOf = (personId: string): Drafts => new Drafts(localStorage, personId);

function readMessage(text: string): StoredMessage[] {
  try {
    return [JSON.parse(text)];
  } catch {
    return [];
  }
}

/** Takes the words of everybody but `personId` off this device. */
export function forgetDrafts(storage: DeviceStorage, personId?: string): void {
  for (const key of keysIn(storage)) {
    const [kind, owner] = key.split(' ');
    if ((kind === DRAFT || kind === UNSENT || kind === TEMPORARY) && owner !== personId) storage.removeItem(key);
  }
}

/** Takes the words of temporary conversations that were ended off this device, on whatever device that was done. */
export async function forgetEnded(
  drafts: Drafts,
  isEnded: (conversationId: string) => Promise<boolean>,
): Promise<void> {
  for (const id of drafts.temporaryOnes()) if (await isEnded(id)) drafts.forget(id);
}
