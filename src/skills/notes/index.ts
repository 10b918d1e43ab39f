import type { TxContext } from '../../agent/index.ts';
import { DAY_MS } from '../../base/clock.ts';
import {
  type AgendaSection,
  type AgendaSpan,
  type Command,
  type HomeReader,
  type HomeSection,
  type Skill,
  type SkillDeps,
  verbsOf,
} from '../../chat/index.ts';
import { applyRule } from '../../jobs/index.ts';
import { newestLists, noteCollection } from './collection.ts';
import { config, type Settings } from './config.ts';
import { isFromElsewhere } from './note.ts';
import { noteOperations } from './operations.ts';
import { useTrigrams } from './search.ts';
import { type Services, servicesOf } from './services.ts';
import * as store from './store.ts';
import { excerpt, texts } from './texts.ts';
import { noteTools } from './tools.ts';

export { noteOperations } from './operations.ts';

const PURGE = 'notes.purge';

const made = new WeakMap<SkillDeps<Settings>, Services>();

function parts(deps: SkillDeps<Settings>): Services {
  const services = made.get(deps) ?? servicesOf(deps);
  made.set(deps, services);
  return services;
}

export const notes: Skill<Settings> = {
  name: 'notes',
  config,
  acts: {
    forPrograms: { except: [] },
    verbs: (deps) => verbsOf(noteOperations, { ...deps, ...parts(deps) }, deps.world),
  },
  words: { does: 'take notes', keeps: 'notes' },
  data: {
    tables: ['notes'],
    changes: { calls: 'notes', commits: { 'notes.import': ['all', 'notes'] } },
    deletionRules: store.deletionRules,
    mergeRules: store.mergeRules,
  },
  tools: (deps) => noteTools(deps, parts(deps)),
  views: {
    collections: (deps) => [noteCollection(parts(deps).meaning)],
    listTimeless: (_, reader) => newestLists(reader),
    agenda: (_, ctx, span) => agenda(ctx, span),
    home: (_, reader) => home(reader),
  },
  commands: () => commands(),
  work: {
    schedules: [
      {
        name: PURGE,
        kind: PURGE,
        cron: '41 3 * * *',
        missed: 'latest',
      },
    ],
    jobs: (deps) => [
      parts(deps).meaning.job(),
      {
        kind: PURGE,
        does: 'removes for good what was deleted a while ago',
        async run(_, signal) {
          const { database, world, config } = deps;
          await applyRule(
            database,
            store.purge,
            new Date(world.clock.now().getTime() - config.trash_days * DAY_MS),
            signal,
          );
          // Texts left by a process that died, or while an embedder was away.
          await database.tx('notes.upkeep', (tx) => parts(deps).meaning.embedSoon(tx));
        },
      },
    ],
    onStart: (deps) => {
      parts(deps).context.refresh();
      void useTrigrams(deps);
    },
  },
  prompt: {
    person: (deps, asked) => parts(deps).context.alwaysSection(asked),
    message: async (deps, asked) => parts(deps).context.passingSection(asked),
  },
};

const MOST = 20;
/** Notes with this tag belong into the briefing of every day, until they lose it. */
const TODAY = 'today';

async function agenda({ tx, person, conversationId }: TxContext, { kind, from }: AgendaSpan): Promise<AgendaSection[]> {
  const narrowing = kind === 'day' ? { tags: [TODAY] } : { from };
  const { notes } = await store.listNotes(tx, { personId: person.id, conversationId }, narrowing, {
    limit: MOST,
    offset: 0,
  });
  return [
    {
      title: kind === 'day' ? texts.agenda.today : texts.agenda.week,
      lines: notes.map(excerpt),
      tainted: notes.some((note) => isFromElsewhere(note, person.id)),
    },
  ];
}

const AT_HOME = 5;

async function home({ db, person }: HomeReader): Promise<HomeSection[]> {
  const reader = { personId: person.id, conversationId: store.NOWHERE };
  const { notes } = await store.listNotes(db, reader, {}, { limit: AT_HOME, offset: 0 });
  return [{ title: texts.home.title, items: notes.map((note) => ({ text: excerpt(note) })), none: texts.home.none }];
}

const commands = (): Command[] => [
  {
    name: 'note',
    topic: 'Notes',
    summary: 'Save a note; #tags file it.',
    hookable: true,
    usage: '<text>',
    private: true,
    run: async (rest) => ({ tool: 'note_save', input: { text: rest } }),
  },
  {
    name: 'notes',
    topic: 'Notes',
    summary: 'List your notes, by tag, or search them.',
    overtakes: true,
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
