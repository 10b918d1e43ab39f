import { shorten } from '../base/text.ts';
import type { Choice } from '../delivery/index.ts';
import type { ToolResult } from './tool.ts';

/** Characters of a thing's text in a button's label. */
const LONGEST_SUBJECT = 40;

/** The buttons of an answer; those that several results bring say what they are about: "Undo: call mum". */
export function choicesOf(results: readonly ToolResult[]): Choice[] {
  const all = results.flatMap((result) =>
    (result.choices ?? []).map((choice) => ({ choice, about: result.ok ? result.subject : undefined })),
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
