import { canonicalJson } from '../../base/json.ts';
import { shorten } from '../../base/text.ts';
import type { Choice } from '../../delivery/index.ts';
import { type ToolResult, undoChoice } from './tool.ts';

/** Characters of a thing's text in a button's label. */
const LONGEST_SUBJECT = 40;

/**
 * The buttons of an answer, an Undo for each change that can be taken back among them; those that several results bring say
 * what they are about: "Undo: call mum".
 */
export function choicesOf(results: readonly ToolResult[]): Choice[] {
  const all = results.flatMap((result) =>
    withUndo(result).map((choice) => ({ choice, about: result.ok ? result.subject : undefined })),
  );
  const seen = new Map<string, number>();
  return all.map(({ choice, about }) => {
    const isShared = all.filter((one) => one.choice.label === choice.label).length > 1;
    const said = isShared && about !== undefined ? about.replace(/\s+/g, ' ') : undefined;
    const label = said ? `${choice.label.replace(/…$/, '')}: ${shorten(said, LONGEST_SUBJECT)}` : choice.label;
    const times = (seen.get(label) ?? 0) + 1;
    seen.set(label, times);
    return times === 1 ? { ...choice, label } : { ...choice, label: `${label} (${times})` };
  });
}

/** Its own buttons, and Undo where none of them is that. */
function withUndo(result: ToolResult): readonly Choice[] {
  const { choices = [] } = result;
  if (!result.ok || !result.undo) return choices;
  const undo = undoChoice(result.undo);
  const isThere = choices.some(
    ({ tool, input }) => tool === undo.tool && canonicalJson(input) === canonicalJson(undo.input),
  );
  return isThere ? choices : [...choices, undo];
}
