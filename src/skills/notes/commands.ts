import type { Command } from '../../chat/index.ts';
import type { saveTool } from './save.ts';
import { listTool } from './tools.ts';

export const commands = (save: ReturnType<typeof saveTool>): Command[] => [
  {
    name: 'note',
    summary: 'Save a note; #tags file it.',
    hookable: true,
    writes: () => ({}),
    usage: '<text>',
    private: true,
    prepare: (rest, asker) => save.prepare?.({ text: rest }, asker as never) ?? Promise.resolve(undefined),
    run: (rest, ctx) => save.run({ text: rest }, ctx),
  },
  {
    name: 'notes',
    summary: 'List your notes, by tag, or search them.',
    usage: '[#tag | words] [page]',
    private: true,
    async run(rest, ctx) {
      const words = rest.split(/\s+/).filter(Boolean);
      const last = words.at(-1) ?? '';
      const page = /^[1-9]\d{0,4}$/.test(last) ? Number(words.pop()) : 1;
      const [first = ''] = words;
      if (words.length === 0) return listTool.run({ page }, ctx);
      if (words.length === 1 && first.startsWith('#')) return listTool.run({ tag: first, page }, ctx);
      return { tool: 'note_search', input: { query: words.join(' ').slice(0, 500), page } };
    },
  },
];
