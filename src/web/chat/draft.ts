/** Files and keys of the field: what one message may carry, and what sends it. */
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
export function refusalOfSpoken(files: readonly FileSize[], recording: FileSize): string | undefined {
  if (files.length < MOST_FILES && bytesOf([...files, recording]) <= MOST_BYTES) return undefined;
  const most = `At most ${MOST_FILES - 1} files beside a recording, and ${sizeOf(MOST_BYTES)} together`;
  return `${most}. Take one out, and send it then.`;
}

/** Names of files as they are shown: of several with one name each has its number. */
export function namesApart(names: readonly string[]): string[] {
  const counts = new Map<string, number>();
  return names.map((name) => {
    if (names.indexOf(name) === names.lastIndexOf(name)) return name;
    const number = (counts.get(name) ?? 0) + 1;
    counts.set(name, number);
    return `${name} (${number})`;
  });
}

/** Words to edit come below those that are being written. */
export const withEdited = (before: string, edited: string): string =>
  before.trim() === '' ? edited : `${before}\n${edited}`;

interface FieldKey {
  key: string;
  shiftKey: boolean;
  isComposing: boolean;
  keyCode: number;
}

/** True for a key of an input method. Safari ends a composition before its Enter, which has this code alone. */
export const isOfComposition = ({ isComposing, keyCode }: Pick<FieldKey, 'isComposing' | 'keyCode'>): boolean =>
  isComposing || keyCode === 229;

/** The effect of a key in the field. On a touch screen Enter begins a line. */
export function actOfField(
  { key, shiftKey, ...composing }: FieldKey,
  { isBusy, isTouch }: { isBusy: boolean; isTouch: boolean },
): 'send' | 'stop' | undefined {
  if (key === 'Escape') return isBusy ? 'stop' : undefined;
  return key === 'Enter' && !shiftKey && !isOfComposition(composing) && !isTouch ? 'send' : undefined;
}

export interface CommandHint {
  name: string;
  /** The words behind the name; null: none. */
  usage: string | null;
  summary: string;
}

/** The name that is being typed behind a slash, in small letters; undefined where the words are no beginning of a command. */
export const typedCommand = (text: string): string | undefined => /^\/([\w-]{0,32})$/.exec(text)?.[1]?.toLowerCase();

/** Commands whose name begins with what was typed, then those that have it in the name. */
export function commandsFor(typed: string, commands: readonly CommandHint[]): readonly CommandHint[] {
  const beginning = commands.filter(({ name }) => name.startsWith(typed));
  const within = commands.filter(({ name }) => !name.startsWith(typed) && name.includes(typed));
  return [...beginning, ...within];
}

/** The words that a chosen command leaves in the field: one that takes more words waits for them. */
export const chosenCommand = ({ name, usage }: CommandHint): string => (usage === null ? `/${name}` : `/${name} `);
