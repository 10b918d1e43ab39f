import type { Command } from '../../chat/index.ts';

export const commands = (): Command[] => [
  {
    name: 'note',
    summary: 'Save a note; #tags file it.',
    hookable: true,
    usage: '<text>',
    private: true,
    run: async (rest) => ({ tool: 'note_save', input: { text: rest } }),
  },
  {
    name: 'notes',
    summary: 'List your notes, by tag, or search them.',
    usage: '[#tag | words] [page]',
    private: true,
    async run(rest) {
      const words = rest.split(/\s+/).filter(Boolean);
      const last = words.at(-1) ?? '';
      const page = /^[1-9]\d{0,4}$/.test(last) ? Number(words.pop()) : 1;
      const [first = ''] = words;
      if (words.length === 0) return { tool: 'note_list', input: { page } };
      if (words.length === 1 && first.startsWith('#'))
        return { tool: 'note_list', input: { tag: first.slice(0, 51), page } };
      return { tool: 'note_search', input: { query: words.join(' ').slice(0, 500), page } };
    },
  },
];
