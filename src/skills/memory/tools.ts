import { z } from 'zod';
import {
  type AnyTool,
  askIfUnnamed,
  buryTellings,
  type CallContext,
  changeTool,
  dataTool,
  done,
  dropTool,
  failed,
  privately,
  quoteRows,
  type ToolResult,
  type TxContext,
  tokensIn,
  undoChoice,
} from '../../agent/index.ts';
import { omitUndefined } from '../../base/json.ts';
import { lexemesOf } from '../../base/lexemes.ts';
import { addDays, beginningOf } from '../../time/index.ts';
import { day, memoryFields, TYPES } from './fields.ts';
import { type KeptMemory, keep, type Service, saveInput, slotOf } from './keep.ts';
import type { Memory } from './memory.ts';
import type { Filter } from './person-index.ts';
import type { Hit } from './recall.ts';
import * as store from './store.ts';
import { FRAME, line, memoryLine, texts } from './texts.ts';

/** Milliseconds that a search waits for the vectors of its words; the first use loads the embedder. */
const PATIENCE_MS = 800;
const PAGE = 10;

const which = z.string().min(1).max(200).describe('Its id, or words of it.');
const filter = {
  type: z.enum(TYPES).optional(),
  tag: z.string().max(50).optional(),
  since: day.optional().describe('Not before this day, YYYY-MM-DD.'),
  until: day.optional().describe('Not after this day.'),
};

export function tools(service: Service): AnyTool[] {
  return [
    saveTool(service),
    searchTool(service),
    contextTool(service),
    listTool,
    deleteTool(service),
    correctTool(service),
    changeOfMemory,
    keepTool(service),
    restoreTool(service),
    ignoreTool(service),
    aboutTool(service),
  ];
}

/** Memories nearest to the words, where only their person reads. */
async function findNear(
  { recall }: Service,
  ctx: CallContext,
  words: string,
  filter: Filter,
  most: number,
  patienceMs = PATIENCE_MS,
): Promise<readonly Hit[]> {
  return ctx.private ? recall.searchAll(ctx.person.id, words, filter, most, patienceMs) : [];
}

/** A word that tells, in any of its forms, is in both. */
function sharesWord(one: string, other: string): boolean {
  const words = new Set(lexemesOf(other));
  return lexemesOf(one).some((word) => words.has(word));
}

const saveTool = (service: Service) =>
  dataTool({
    name: 'memory_save',
    group: 'always',
    dialogue: { thing: 'memory' },
    form: { shows: ['text', 'type'] },
    description: 'Remembers what the person is, likes or lives through.',
    effect: 'write',
    policy: { act: { act: 'create', among: ['forget'] } },
    record: { redact: privately('text') },
    input: saveInput,
    // Equal memories have the same words: a write waits for no embedding.
    prepare: ({ text }, ctx) => findNear(service, ctx, text, {}, 8, 0),
    async run(input, ctx) {
      const unmeant =
        askIfUnnamed(ctx, { text: input.text, yes: { tool: 'memory_save', input } }) ??
        (await askIfTemporary(ctx, input));
      if (unmeant) return unmeant;
      const values = await memoryFields.read(input, ctx);
      if ('ok' in values) return values;
      const wish = { ...memoryFields.standard, ...values, text: input.text };
      const outcome = await keep(service, ctx, wish, preparedHits(ctx));
      return 'ok' in outcome ? outcome : savedResult(outcome, ctx);
    },
  });

/** The question before a model keeps something of a conversation of which nothing is to be remembered; undefined: it is not such a one. */
async function askIfTemporary(
  { tx, conversationId, turn: { chosen } }: TxContext,
  input: z.output<typeof saveInput>,
): Promise<ToolResult | undefined> {
  if (!chosen || !(await store.isTemporary(tx, conversationId))) return undefined;
  const question = texts.rememberAnyway(input.text);
  const yes = { label: 'Remember it', tool: 'memory_save', input };
  return failed('AMBIGUOUS', question, {
    notices: [question],
    choices: [yes, { label: 'No', tool: dropTool.name, input: {} }],
  });
}

function savedResult({ memory, before, against, isNew }: KeptMemory, ctx: TxContext): ToolResult {
  const { id } = memory;
  if (!isNew) return quoteRows(done(texts.known(memory), { subject: memory.text, id }), [memory]);
  const undo = { tool: 'memory_restore', input: { id: memory.id, forget: true, back: before.map(({ id }) => id) } };
  // Memories of somebody are told only where they read alone.
  const opposite = ctx.private ? against : [];
  const result = done(
    [texts.saved(memory, before), ...(opposite.length > 0 ? [texts.opposite(opposite)] : [])].join(' '),
    {
      id,
      undo: { ...undo, label: texts.undo(memory) },
      choices: [
        ...opposite.slice(0, 3).map((each) => ({
          label: texts.forget(each),
          tool: 'memory_delete',
          input: { which: each.id },
          style: 'danger' as const,
        })),
        undoChoice(undo),
      ],
      ...(ctx.private && { subject: memory.text }),
    },
  );
  return quoteRows(result, [...before, ...opposite]);
}

const preparedHits = (ctx: TxContext) => (ctx.prepared ?? []) as readonly Hit[];

const searchTool = (service: Service) =>
  dataTool({
    name: 'memory_search',
    group: 'always',
    dialogue: { thing: 'memory' },
    form: { shows: ['query'] },
    description: 'Searches what you remember of the person.',
    effect: 'read',
    flow: { ofPlace: true },
    record: { redact: privately('query') },
    input: z.object({
      query: z.string().max(1_000).default('').describe('Words; none: all.'),
      ...filter,
      past: z.boolean().default(false),
      most: z.int().min(1).max(30).default(8),
    }),
    prepare: async ({ query, type, tag, since, until, past, most }, ctx) =>
      query.trim() === ''
        ? []
        : findNear(service, ctx, query, { type, tag, past, ...daysBetween(ctx.when.zone, since, until) }, most),
    async run({ query, type, tag, since, until, past }, ctx) {
      if (!ctx.private) return failed('NOT_HERE', texts.notHere);
      if (query.trim() === '') {
        const isNarrowed = since !== undefined || until !== undefined || past;
        if (isNarrowed || !ctx.tools.mayUse('memory_list')) return failed('NO_TEXT', texts.noWords());
        return listTool.run({ type, tag, page: 1 }, ctx);
      }
      const memories = await read(ctx, preparedHits(ctx));
      if (memories.length === 0) return done(texts.nothing(query));
      const older = await olderThan(ctx, memories.slice(0, 3));
      return listMemories(ctx, [texts.found(query)], memories, older);
    },
  });

/** The days from `since` to `until`, both included, as the person's zone has them. */
function daysBetween(
  zone: string,
  since: string | undefined,
  until: string | undefined,
): Pick<Filter, 'since' | 'before'> {
  const toBound = (day: string) => ({ day: Date.parse(day), instant: beginningOf(day, zone).getTime() });
  return {
    ...omitUndefined({
      since: since === undefined ? undefined : toBound(since),
      before: until === undefined ? undefined : toBound(addDays(until, 1)),
    }),
  };
}

async function read(ctx: TxContext, hits: readonly Hit[]): Promise<Memory[]> {
  const memories = await store.findByIds(
    ctx.tx,
    ctx.person.id,
    hits.map(({ id }) => id),
  );
  return memories.filter(({ state }) => state === 'current' || state === 'past');
}

async function olderThan(ctx: TxContext, memories: readonly Memory[]): Promise<Memory[]> {
  const older = await Promise.all(memories.map(({ id }) => store.readHistory(ctx.tx, ctx.person.id, id)));
  const listedIds = new Set(memories.map(({ id }) => id));
  return older.flat().filter(({ id }) => !listedIds.has(id));
}

function listMemories(
  ctx: TxContext,
  heading: string[],
  memories: readonly Memory[],
  older: readonly Memory[],
): ToolResult {
  const lines = (some: readonly Memory[]) => some.map((memory) => line(memory, ctx.when.zone));
  const before = older.length > 0 ? [texts.before(), ...lines(older)] : [];
  const tainted = [...memories, ...older].some((memory) => memory.tainted);
  const [only, ...others] = memories;
  return done([...heading, ...lines(memories), ...before].join('\n'), {
    tainted,
    ...(only && others.length === 0 && { subject: only.text }),
  });
}

const contextTool = (service: Service) =>
  dataTool({
    name: 'memory_context',
    group: 'unshown',
    description: 'Assembles what you remember about something within so many tokens.',
    effect: 'read',
    flow: { ofPlace: true },
    record: { redact: privately('about') },
    input: z.object({ about: z.string().min(1).max(1_000), tokens: z.int().min(50).max(4_000).default(600) }),
    prepare: ({ about }, ctx) => findNear(service, ctx, about, {}, 60),
    async run({ about, tokens }, ctx) {
      if (!ctx.private) return failed('NOT_HERE', texts.notHere);
      const memories = await read(ctx, preparedHits(ctx));
      const lines = linesWithin(memories, tokens, ctx.when.zone);
      if (lines.length === 0) return done(texts.nothing(about));
      return done([FRAME, ...lines].join('\n'), { tainted: memories.some(({ tainted }) => tainted) });
    },
  });

export function linesWithin(memories: readonly Memory[], tokens: number, zone: string): string[] {
  let remaining = tokens - tokensIn(FRAME);
  return memories.flatMap((memory) => {
    const text = memoryLine(memory, zone);
    const size = tokensIn(text) + 1;
    if (size > remaining) return [];
    remaining -= size;
    return [text];
  });
}

const page = z.int().min(1).max(100_000).default(1);
const MOST_NAMED = 500;

const listTool = dataTool({
  name: 'memory_list',
  // A search without words lists them.
  group: 'unshown',
  dialogue: {
    thing: 'memory',
    async listNamed({ db, personId, private: isPrivate }) {
      if (!isPrivate) return [];
      return store.listMadeBefore(db, personId, {}, { at: undefined, id: '', limit: MOST_NAMED });
    },
  },
  description: 'Lists what you remember of the person, newest first.',
  effect: 'read',
  input: z.object({ type: z.enum(TYPES).optional(), tag: z.string().max(50).optional(), page }),
  async run(input, ctx) {
    if (!ctx.private) return failed('NOT_HERE', texts.notHere);
    const { type, tag } = input;
    const at = (page: number) =>
      store.listMemories(ctx.tx, ctx.person.id, { type, tag }, { limit: PAGE, offset: (page - 1) * PAGE });
    const listing = await at(input.page);
    const { total } = listing.total === 0 && input.page > 1 ? await at(1) : listing;
    if (listing.total < total) return failed('NO_PAGE', texts.noPage(input.page, Math.ceil(total / PAGE)));
    if (total === 0) return done(type || tag ? texts.noneOf(tag ? `#${tag}` : `type ${type}`) : texts.none());
    const pages = Math.ceil(listing.total / PAGE);
    const turn = (label: string, to: number) => ({ label, tool: 'memory_list', input: { ...input, page: to } });
    const result = listMemories(ctx, [texts.heading(listing.total)], listing.memories, []) as Extract<
      ToolResult,
      { ok: true }
    >;
    return {
      ...result,
      text: pages > 1 ? `${result.text}\n\n${texts.more(input.page, pages)}` : result.text,
      choices: [
        ...listing.memories.slice(0, MOST_WITH_BUTTONS).flatMap(buttonsOf),
        ...(input.page > 1 ? [turn('Back', input.page - 1)] : []),
        ...(input.page < pages ? [turn('More', input.page + 1)] : []),
      ],
    };
  },
});

/** Platforms show 25 buttons at most. */
const MOST_WITH_BUTTONS = 7;

function buttonsOf(memory: Memory) {
  const { id, state } = memory;
  // Buttons of the other memories stay when one is pressed.
  const press = (what: string, tool: string, input: Record<string, unknown>) => {
    return { label: `${what} ${id}`, tool, input, group: id };
  };
  return [
    ...(state === 'proposed' ? [press('Keep', 'memory_keep', { id })] : []),
    press('Forget', 'memory_delete', { which: id }),
    press('Correct', 'memory_correct', { which: id }),
  ];
}

async function findMeant(ctx: TxContext, which: string, tool: string): Promise<Memory | ToolResult> {
  const id = which.trim().replace(/^`|`$/g, '');
  const [byId] = await store.findByIds(ctx.tx, ctx.person.id, [id]);
  if (byId && byId.state !== 'deleted') return byId;
  const memories = await read(ctx, preparedHits(ctx));
  const [only, ...others] = memories;
  if (!only) return failed('NOT_FOUND', texts.notFound(which));
  const [first, second] = preparedHits(ctx);
  if (others.length === 0 || (first && second && first.score >= 1.2 && second.score < first.score - 0.15)) return only;
  const choices = memories.slice(0, 5).map((memory) => ({
    label: memory.text.slice(0, 60),
    tool,
    input: { which: memory.id },
  }));
  return quoteRows(failed('AMBIGUOUS', texts.which, { choices }), memories);
}

const toldBy = ({ text, saidAt, message }: Memory) => ({ text, at: saidAt, message });

const deleteTool = (service: Service) =>
  dataTool({
    name: 'memory_delete',
    group: 'unshown',
    dialogue: { thing: 'memory' },
    policy: { deletes: () => 1 },
    description: 'Forgets something that you remember of the person.',
    effect: 'write',
    record: { redact: privately('which') },
    input: z.object({ which }),
    prepare: ({ which }, ctx) => findNear(service, ctx, which, {}, 5),
    async run({ which }, ctx) {
      const memory = await findMeant(ctx, which, 'memory_delete');
      if ('ok' in memory) return memory;
      const unnamed = askIfUnnamed(ctx, {
        text: memory.text,
        yes: { tool: 'memory_delete', input: { which: memory.id } },
      });
      if (unnamed) return quoteRows(unnamed, [memory]);
      await buryTellings(ctx, [toldBy(memory)]);
      await store.setState(ctx.tx, ctx.person.id, [memory.id], 'deleted', { now: ctx.clock.now() });
      service.onWrite(ctx.tx, ctx.person.id);
      const undo = { tool: 'memory_restore', input: { id: memory.id, as: memory.state } };
      const extras = { undo: { ...undo, label: texts.undo(memory) }, id: memory.id };
      return quoteRows(done(texts.deleted([memory]), extras), [memory]);
    },
  });

const correctTool = (service: Service) =>
  dataTool({
    name: 'memory_correct',
    group: 'unshown',
    dialogue: { thing: 'memory', asks: { NO_TEXT: 'text' } },
    description:
      'Puts right something that you remember, or what stands beside it: the new one takes its place, and the old one stays on record.',
    effect: 'write',
    record: { redact: privately('which', 'text') },
    input: z.object({
      which,
      text: z.string().default('').describe('What is right, as a whole sentence.'),
      ...memoryFields.inputs,
    }),
    prepare: ({ which }, ctx) => findNear(service, ctx, which, {}, 5),
    async run({ which, text, ...changes }, ctx) {
      const memory = await findMeant(ctx, which, 'memory_correct');
      if ('ok' in memory) return memory;
      const yes = { tool: 'memory_correct', input: { which: memory.id, text, ...changes } };
      const unnamed = askIfUnnamed(ctx, { text: memory.text, yes });
      if (unnamed) return quoteRows(unnamed, [memory]);
      if (memory.state === 'past') return quoteRows(failed('PAST', texts.past(memory)), [memory]);
      const isSameText = text.trim() === '' || text.trim() === memory.text;
      if (isSameText && Object.keys(memoryFields.pickGiven(changes)).length === 0)
        return failed('NO_TEXT', texts.askCorrect);
      const values = await memoryFields.read(changes, ctx);
      if ('ok' in values) return values;
      const wish = { ...memory, ...values, text: isSameText ? memory.text : text };
      const outcome = await keep(service, ctx, wish, [], [memory.id]);
      if ('ok' in outcome) return outcome;
      // The message that said it wrong must not say it again.
      if (!isSameText) await buryTellings(ctx, [toldBy(memory)]);
      const undo = { tool: 'memory_restore', input: { id: outcome.memory.id, forget: true, back: [memory.id] } };
      const { id } = outcome.memory;
      const extras = { undo: { ...undo, label: texts.undo(memory) }, id };
      const answer = isSameText ? texts.keptSo(memory) : texts.corrected(memory, outcome.memory);
      return quoteRows(done(answer, extras), [memory]);
    },
  });

const keepTool = (service: Service) =>
  dataTool({
    name: 'memory_keep',
    dialogue: { thing: 'memory' },
    description: 'Keeps a memory that was proposed.',
    effect: 'write',
    callers: 'buttons',
    input: z.object({ id: z.string().max(50) }),
    async run({ id }, ctx) {
      const [memory] = await store.findByIds(ctx.tx, ctx.person.id, [id]);
      if (memory?.state !== 'proposed') return failed('NOT_FOUND', texts.notFound(id).message);
      const now = ctx.clock.now();
      const before = await givingWay(ctx, memory);
      await store.setState(ctx.tx, ctx.person.id, [id], 'current', { now });
      await store.setState(ctx.tx, ctx.person.id, before, 'past', { by: id, now });
      service.onWrite(ctx.tx, ctx.person.id);
      return quoteRows(done(texts.kept(memory)), [memory]);
    },
  });

/** Ids of the memories that a kept one takes the place of: those said before it, where only one can hold at a time. */
async function givingWay({ tx, person }: TxContext, { text, type, saidBy, saidAt }: Memory): Promise<string[]> {
  const slot = type === 'event' ? undefined : slotOf(text, saidBy);
  const filling = slot === undefined ? [] : await store.findInSlot(tx, person.id, slot);
  return filling.filter((each) => each.saidAt <= saidAt).map(({ id }) => id);
}

const restoreTool = (service: Service) =>
  dataTool({
    name: 'memory_restore',
    dialogue: { thing: 'memory' },
    description: 'Takes back what was done to a memory.',
    effect: 'write',
    callers: 'buttons',
    input: z.object({
      id: z.string().max(50),
      as: z.enum(['current', 'past', 'proposed']).default('current'),
      /** The memory was new: it goes, and what it took the place of comes back. */
      forget: z.boolean().default(false),
      back: z.array(z.string().max(50)).max(20).default([]),
    }),
    async run({ id, as, forget, back }, ctx) {
      const { tx, person, clock } = ctx;
      const [memory] = await store.findByIds(tx, person.id, [id]);
      if (!memory) return failed('NOT_FOUND', texts.notFound(id).message);
      const now = clock.now();
      if (forget && memory.state !== 'deleted') await buryTellings(ctx, [toldBy(memory)]);
      await store.setState(tx, person.id, [id], forget ? 'deleted' : as, { now });
      // The memories that it replaced may have been forgotten by itself since.
      const stands = await store.findByIds(tx, person.id, back);
      const past = stands.filter(({ state }) => state === 'past').map((each) => each.id);
      await store.setState(tx, person.id, past, 'current', { now });
      service.onWrite(tx, person.id);
      return quoteRows(done(forget ? texts.deleted([memory]) : texts.restored(memory)), [memory]);
    },
  });

const ignoreTool = (service: Service) =>
  dataTool({
    name: 'memory_ignore',
    group: 'memory',
    dialogue: { thing: 'memory' },
    description: 'Remembers nothing of what was said in this conversation up to now, where the person asks for that.',
    effect: 'write',
    policy: { act: { act: 'forget', among: [] } },
    input: z.object({}),
    async run(_, ctx) {
      const unnamed = askIfUnnamed(ctx, { text: texts.conversation, yes: { tool: 'memory_ignore', input: {} } });
      if (unnamed) return unnamed;
      const count = await service.ignore(ctx);
      service.onWrite(ctx.tx, ctx.person.id);
      return done(texts.ignored(count));
    },
  });

/** Models are shown it for all that changes a memory. */
const changeOfMemory = changeTool({
  name: 'memory_change',
  group: 'memory',
  description: 'Corrects or forgets a memory of the person.',
  which: 'Its id, or words of it.',
  says: 'correct: `text` takes its place. forget: remove it.',
  fields: { text: z.string().optional().describe('correct: what is right, as a whole sentence.') },
  verbs: {
    correct: {
      tool: 'memory_correct',
      act: 'replace',
      takes: ['text'],
      input: ({ text }) => (text ? { text } : undefined),
      needs: '`text`',
    },
    forget: { tool: 'memory_delete', act: 'forget', takes: [], input: () => ({}) },
  },
});

/** As many as `note_recall` shows where none is sure. */
const MOST_NOTES = 3;

const aboutTool = (service: Service) =>
  dataTool({
    name: 'memory_about',
    dialogue: { thing: 'memory' },
    description: 'Tells what is remembered and noted about something.',
    effect: 'read',
    callers: 'buttons',
    record: { redact: privately('what') },
    input: z.object({
      what: z.string().min(1).max(200),
      most: z.int().min(1).max(8).default(8).describe('Memories and notes in all, of a question.'),
    }),
    prepare: ({ what }, ctx) => findNear(service, ctx, what, {}, 8),
    async run({ what, most }, ctx) {
      if (ctx.private && /^(?:me|myself|i)$/i.test(what)) return listTool.run({ page: 1 }, ctx);
      const hits = preparedHits(ctx);
      const best = hits[0]?.score ?? 0;
      const memories = (
        await read(
          ctx,
          hits.filter(({ score }) => score >= best * 0.6 && score >= 0.3),
        )
      ).slice(0, most);
      const rest = Math.min(MOST_NOTES, Math.max(1, most - memories.length));
      const notes = await ctx.tools.call({ tool: 'note_recall', input: { query: what, most: rest } }, ctx);
      const also = notes.ok ? [texts.alsoNotes(), notes.text] : [];
      if (memories.length === 0) return notes.ok ? notes : failed('NOT_FOUND', texts.nothingAtAll(what));
      const heading = memories.some(({ text }) => sharesWord(what, text)) ? texts.found(what) : texts.nearest;
      const result = listMemories(ctx, [heading], memories, await olderThan(ctx, memories.slice(0, 3)));
      if (!result.ok) return result;
      const tainted = result.tainted === true || (notes.ok && notes.tainted === true);
      return { ...result, text: [result.text, ...also].join('\n'), tainted };
    },
  });
