/** Writes of a turn that text from elsewhere, or a file, could have led: named to the person, with an Undo. Pure. */
import { canonicalJson } from '../../base/json.ts';
import { shorten } from '../../base/text.ts';
import type { Choice, Item } from '../../delivery/index.ts';
import * as texts from '../texts.ts';
import { type Call, type Done, undoChoice } from '../tools/tool.ts';
import type { Toolbox } from '../tools/toolbox.ts';
import { UNDO_ALL } from '../undo/index.ts';
import type { Turn } from './turn.ts';

/** Characters of what a call said of itself, where nothing else names what it wrote. */
const LONGEST_NAME = 80;
/** So many are named, the rest counted: whoever leads a turn shall not bury its answer. */
const MOST_NAMED = 20;

/** One thing that was written; `undo`: what takes it back. */
interface Write {
  name: string;
  undo?: Call;
}

/** A turn, as it ends. */
export interface LedTurn {
  turn: Turn;
  item: Item;
  toolbox: Toolbox;
  /** The person's own files are shown in the conversation. */
  files: boolean;
}

/** The notice, and the button for all that can be taken back, unless `shown` has it already. */
export function ledBy(led: LedTurn, shown: readonly Choice[] = []): { notices: string[]; choices: Choice[] } {
  const writes = writesOf(led);
  if (writes.length === 0) return { notices: [], choices: [] };
  const names = writes.slice(0, MOST_NAMED).map(({ name }) => name);
  const notice = texts.writtenMeanwhile(names, writes.length - names.length);
  return { notices: [notice], choices: undoOf(writes, shown) };
}

/** The last one first, as they are to be taken back. */
function writesOf({ turn, item, toolbox, files }: LedTurn): Write[] {
  if (!turn.tainted && !files) return [];
  // The person's own command or words made the calls; no model chose them.
  if (turn.isByName && item.origin === 'person') return [];
  return turn.all().flatMap((each) =>
    each
      .came()
      .flatMap(({ call, result }) => {
        const tool = toolbox.get(call.name);
        // A tool that reads instructions in (`impersonal`) has written nothing of the person's.
        const hasWritten = tool?.effect === 'write' && (result.undo !== undefined || !tool.impersonal);
        return hasWritten ? [writeOf(result)] : [];
      })
      .reverse(),
  );
}

function writeOf({ undo, text }: Done): Write {
  if (!undo) return { name: shorten(text.replace(/\s+/g, ' ').trim(), LONGEST_NAME) };
  return { name: undo.label, undo: { tool: undo.tool, input: undo.input } };
}

function undoOf(writes: readonly Write[], shown: readonly Choice[]): Choice[] {
  const calls = writes.flatMap(({ undo }) => (undo ? [undo] : []));
  const [only, ...others] = calls;
  if (!only) return [];
  if (others.length > 0) return [{ label: 'Undo all', tool: UNDO_ALL, input: { calls } }];
  const isShown = shown.some(
    ({ tool, input }) => tool === only.tool && canonicalJson(input) === canonicalJson(only.input),
  );
  return isShown ? [] : [undoChoice(only)];
}
