/** A list is a note whose items stand behind a colon, between commas or on lines of their own. */
import { z } from 'zod';
import { dataTool, failed, privately } from '../../agent/index.ts';
import { isFormOf, wordsIn } from '../../base/word-forms.ts';
import type { SkillDeps } from '../../chat/index.ts';
import { change } from './change.ts';
import type { Settings } from './config.ts';
import { isFromElsewhere } from './note.ts';
import type { Wrote } from './parts.ts';
import { saveNew } from './save.ts';
import { texts } from './texts.ts';
import { findWhich } from './which.ts';

/** Puts an item on a list, or takes one off. */
export const itemTool = ({ config }: Pick<SkillDeps<Settings>, 'config'>, wrote: Wrote) =>
  dataTool({
    name: 'note_item',
    topic: 'note',
    description: 'Puts an item on a list that is a note, or takes one off.',
    effect: 'write',
    hidden: true,
    redact: privately('which', 'add', 'remove', 'make'),
    input: z.object({
      which: z.string().max(200),
      add: z.string().max(500).optional(),
      remove: z.string().max(200).optional(),
      /** A list that is not there is begun under this name. */
      make: z.string().max(100).optional(),
    }),

    async run({ which, add, remove, make }, ctx) {
      const found = await findWhich(ctx, which, { tool: 'note_item', input: { add, remove } });
      if ('ok' in found) {
        const isNew = found.code === 'NOT_FOUND' && make !== undefined && add !== undefined;
        return isNew ? saveNew(ctx, `${make}: ${add}`, config, wrote) : found;
      }
      const text = add === undefined ? without(found.text, remove ?? '') : withItem(found.text, add);
      if (text === undefined) {
        const tainted = isFromElsewhere(found, ctx.person.id);
        return failed('NOT_FOUND', texts.notInList(found, remove ?? ''), { tainted });
      }
      if (text.length > config.longest) return failed('TOO_LONG', texts.tooLong(config.longest));
      return change(ctx, found, { ...found, text }, texts.edited, wrote);
    },
  });

function withItem(list: string, item: string): string {
  const isLine = !list.includes('\n') && /[:,]/.test(list);
  return `${list}${isLine ? (/[:,]\s*$/.test(list) ? ' ' : ', ') : '\n'}${item.trim()}`;
}

/** The list without the one item that `item` names; undefined where it names none or several. */
function without(list: string, item: string): string | undefined {
  // Neither the hour of "10:30" nor an address ends the head.
  const [, head = '', body = list] = /^([^:\n]{1,60}(?::(?=\s)| -)\s*)(.+)$/s.exec(list) ?? [];
  const parts = body.split(/(\s*(?:[,;\n]|\band\b)\s*)/i);
  const wanted = wordsIn(item.replace(/^(?:the|a|an|some|my)\s+/i, ''));
  const fits = (part: string) => {
    const own = wordsIn(part);
    return wanted.length > 0 && wanted.every((word) => own.some((one) => isFormOf(word, one)));
  };
  const places = parts.flatMap((part, at) => (at % 2 === 0 && fits(part) ? [at] : []));
  const [place] = places;
  if (place === undefined || places.length > 1 || (head === '' && parts.length === 1)) return undefined;
  // The name of the list may stand before its first item with no mark between them.
  if (place === 0 && head === '' && /:|\blist\b/i.test(parts[0] ?? '')) return undefined;
  parts.splice(place === 0 ? 0 : place - 1, 2);
  return `${head}${parts.join('')}`.trim();
}
