/** Words and files that are written and not sent yet, and what one message may carry. */
import { sizeOf } from '../app/format.ts';

export const MOST_FILES = 10;
/** Bytes of all files together: what coda takes in one request, unless it is told otherwise. */
const MOST_BYTES = 7_000_000;

interface FileSize {
  size: number;
}

const bytesOf = (files: readonly FileSize[]): number => files.reduce((sum, { size }) => sum + size, 0);

/** Why these files cannot go together; undefined where they can. */
export function refusalOf(files: readonly FileSize[], isRecording: boolean): string | undefined {
  if (isRecording && files.length >= MOST_FILES) return `At most ${MOST_FILES - 1} files beside a recording.`;
  if (files.length > MOST_FILES) return `At most ${MOST_FILES} files at once.`;
  return bytesOf(files) > MOST_BYTES ? `Files of at most ${sizeOf(MOST_BYTES)} together.` : undefined;
}

/** Why a recording cannot go with the files that are there. */
export function refusalOfSpoken(files: readonly FileSize[], spoken: FileSize): string | undefined {
  if (files.length < MOST_FILES && bytesOf([...files, spoken]) <= MOST_BYTES) return undefined;
  const most = `At most ${MOST_FILES - 1} files beside a recording, and ${sizeOf(MOST_BYTES)} together`;
  return `${most}. Take one out, and send it then.`;
}

/** Words to edit come below those that are being written. */
export const withEdited = (before: string, edited: string): string =>
  before.trim() === '' ? edited : `${before}\n${edited}`;

/** A message without its files, which a browser keeps for no later page. */
export interface StoredMessage {
  id: string;
  text: string;
  at: string;
  fileNames: readonly string[];
}

const DRAFT = 'coda.draft';
const UNSENT = 'coda.unsent';

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
    if ((kind === DRAFT || kind === UNSENT) && owner !== personId) storage.removeItem(key);
  }
}

interface FieldKey {
  key: string;
  shiftKey: boolean;
  isComposing: boolean;
  keyCode: number;
}

/** The effect of a key in the field. On a touch screen Enter begins a line. */
export function actOfField(
  { key, shiftKey, isComposing, keyCode }: FieldKey,
  { isBusy, isTouch }: { isBusy: boolean; isTouch: boolean },
): 'send' | 'stop' | undefined {
  if (key === 'Escape') return isBusy ? 'stop' : undefined;
  // Safari ends a composition before its Enter, which has this code alone.
  const isOfComposition = isComposing || keyCode === 229;
  return key === 'Enter' && !shiftKey && !isOfComposition && !isTouch ? 'send' : undefined;
}
