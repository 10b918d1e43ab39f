import { z } from 'zod';
import { dataTool, failed, privately } from '../../agent/index.ts';
import type { SkillDeps } from '../../chat/index.ts';
import { change } from './change.ts';
import type { Settings } from './config.ts';
import { withItem, without } from './list.ts';
import { isFromElsewhere } from './note.ts';
import type { Wrote } from './parts.ts';
import { findListNamed } from './resolve.ts';
import { saveNew } from './save.ts';
import { texts } from './texts.ts';

/** Puts an item on a list, takes one off, or both. */
export const itemTool = ({ config }: Pick<SkillDeps<Settings>, 'config'>, wrote: Wrote) =>
  dataTool({
    name: 'note_item',
    dialogue: { thing: 'note' },
    description: 'Puts an item on a list that is a note, or takes one off.',
    effect: 'write',
    hidden: true,
    redact: privately('which', 'add', 'remove', 'make'),
    input: z.object({
      which: z.string().max(200).describe('The name of the list.'),
      add: z.string().max(500).optional(),
      remove: z.string().max(200).optional(),
      /** A list that is not there is begun under this name. */
      make: z.string().max(100).optional(),
    }),

    async run({ which, add, remove, make }, ctx) {
      const wanted = { tool: 'note_item', input: { add, remove } };
      const found = await findListNamed(ctx, which, wanted);
      if ('ok' in found) {
        const isNew = found.code === 'NOT_FOUND' && make !== undefined && add !== undefined;
        return isNew ? saveNew(ctx, withItem(`${make}:`, add), config, wrote) : found;
      }
      const left = remove === undefined ? found.text : without(found.text, remove);
      const text = left === undefined || add === undefined ? left : withItem(left, add);
      if (text === undefined) {
        const tainted = isFromElsewhere(found, ctx.person.id);
        return failed('NOT_FOUND', texts.notInList(found, remove ?? ''), { tainted });
      }
      if (text.length > config.longest) return failed('TOO_LONG', texts.tooLong(config.longest));
      return change(ctx, found, { ...found, text }, texts.edited, wrote);
    },
  });
