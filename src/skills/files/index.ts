import { DAY_MS } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import type { Skill, SkillDeps } from '../../chat/index.ts';
import type { FileRef } from '../../delivery/index.ts';
import { applyRule } from '../../jobs/index.ts';
import {
  clearProgramFolders,
  Hearing,
  OfficeConverter,
  openCalendarReader,
  openMedia,
  Programs,
  readsPictures,
} from '../../media/index.ts';
import { setup, speechChecks } from './checks.ts';
import { config, type Settings } from './config.ts';
import { type FileBeginning, FileLibrary } from './library.ts';
import { PassageIndex } from './meaning.ts';
import { offersFor } from './offers.ts';
import type { ToolDeps } from './open-file.ts';
import { speakAnswer, voiceCommand } from './spoken.ts';
import * as store from './store.ts';
import { asidesNote, beginningNote, fileLine, notesBeside, noticesFor, stillReadNote, unread } from './texts.ts';
import { fileTools, takeFitting, withPlaces } from './tools.ts';
import { correctTool, hearVoice } from './voice.ts';

const PRUNE = 'files.prune';
/** Characters of one file that its message's turn begins with. */
const SHOWN = 12_000;

interface Parts extends ToolDeps {
  office: OfficeConverter;
  /** Answers that are being spoken. */
  speaking: Set<Promise<void>>;
}

const made = new WeakMap<SkillDeps<Settings>, Parts>();

function partsOf(deps: SkillDeps<Settings>): Parts {
  const cachedParts = made.get(deps);
  if (cachedParts) return cachedParts;
  const { database, world, sandbox, onClose, config: settings } = deps;
  const { artifacts } = deps.storage;
  const { small: models } = deps.models;
  const stopping = new AbortController();
  const speaking = new Set<Promise<void>>();
  onClose('speech', async () => {
    stopping.abort();
    await Promise.all(speaking);
  });
  const media = openMedia({ artifacts, log: world.log });
  onClose('file reader', () => media.close());
  const calendars = openCalendarReader(world.log);
  onClose('calendar reader', () => calendars.close());
  const hearing = new Hearing(world.log);
  onClose('hearing', () => hearing.close());
  const programs = new Programs(world.env);
  const office = new OfficeConverter({ sandbox, clock: world.clock, log: world.log });
  const letters = { areRead: false };
  const meaning = new PassageIndex(deps);
  onClose('passages by meaning', async () => meaning.close());
  const parts = {
    database,
    library: new FileLibrary({
      database,
      world,
      media,
      calendars,
      artifacts,
      models,
      speech: settings.transcribe,
      hearing,
      programs,
      office,
      signal: stopping.signal,
    }),
    meaning,
    hearing,
    programs,
    office,
    letters,
    speaking,
    signal: stopping.signal,
  };
  made.set(deps, parts);
  return parts;
}

/** Files that people send: read by their kind, with places, and found again. */
export const files: Skill<Settings> = {
  name: 'files',
  config,
  words: { does: 'read files', keeps: 'texts of files' },
  data: { deletionRules: store.deletionRules },
  tools: (deps) => [...fileTools(partsOf(deps)), correctTool(deps.speech.turns)],
  commands: (deps) => [voiceCommand(deps)],
  work: {
    needsTurns: ({ speak }) => speak.kind !== 'none',
    // Beside: the turn's caller and its slot do not wait for what speaks.
    turnOver: async (deps, over) => {
      const { hearing, programs, signal, speaking } = partsOf(deps);
      const speech = speakAnswer({ ...deps, hearing, programs, signal }, over)
        .catch((error: unknown) => {
          if (!signal.aborted)
            deps.world.log.error({ turn: over.id, error: messageOf(error) }, 'an answer was not spoken');
        })
        .finally(() => speaking.delete(speech));
      speaking.add(speech);
    },
    onStart: (deps) => {
      void clearProgramFolders(deps.world.log);
      const { letters } = partsOf(deps);
      void readsPictures(deps.world.env).then((areRead) => Object.assign(letters, { areRead }));
    },
    schedules: [
      {
        name: PRUNE,
        kind: PRUNE,
        cron: '53 3 * * *',
        missed: 'latest',
      },
    ],
    jobs: (deps) => [
      partsOf(deps).meaning.job(),
      {
        kind: PRUNE,
        does: 'forgets what was read of files that are gone',
        // A message that refers to it may not be committed yet.
        run: async (_, signal) => {
          const { database, world } = deps;
          await applyRule(database, store.unusedTexts, new Date(world.clock.now().getTime() - DAY_MS), signal);
        },
      },
    ],
  },
  acts: {
    longestVoice: ({ config: { transcribe } }) => (transcribe.kind === 'none' ? undefined : transcribe.longest),
    hear: (deps, files, speaker, signal) => {
      const { hearing, programs } = partsOf(deps);
      return hearVoice({ ...deps, hearing, programs }, files, speaker, signal);
    },
    showFile: async (deps, file, room, personId) => {
      const most = Math.min(room, SHOWN);
      const beginning = await partsOf(deps).library.openBeginning(file, most, personId);
      const { facts, count } = beginning;
      return { text: shownText(file, beginning, most), notices: facts ? noticesFor(file, facts, count) : [] };
    },
    offerForFiles: (deps, sentFiles, { text }) =>
      offersFor(sentFiles, {
        text,
        hasModel: deps.models.small.available,
        hears: deps.config.transcribe.kind !== 'none',
        readsLetters: partsOf(deps).letters.areRead,
      }),
  },
  views: {
    setup: async () => setup,
    checks: (deps) => speechChecks(deps, partsOf(deps).office),
  },
};

/** The beginning of a file as a model is shown it, with how to read on. */
function shownText(file: FileRef, { facts, passages, count, asides }: FileBeginning, room: number): string {
  if (facts && count === 0) {
    const why = facts.fault ? unread(file, facts, 0) : `${fileLine(file, facts)}; there is no text in it.`;
    return [why, ...notesBeside(facts)].join(' ');
  }
  if (!facts && count === 0) return stillReadNote(file.name);
  const fittingPassages = takeFitting(passages, room);
  const isWhole = facts !== undefined && fittingPassages.length === passages.length;
  const next = (fittingPassages.at(-1)?.number ?? -1) + 1;
  const remaining = facts && count - next;
  return [
    ...(facts ? [`[${fileLine(file, facts)}]`] : []),
    ...(facts?.kind === 'text' && isWhole ? fittingPassages.map(({ text }) => text) : withPlaces(fittingPassages)),
    ...(isWhole ? [] : [beginningNote(file.name, next, fittingPassages.at(-1)?.place ?? '', remaining)]),
    ...(facts?.fault ? [`[${unread(file, facts, count)}]`] : []),
    ...(facts ? notesBeside(facts).map((note) => `[${note}]`) : []),
    asidesNote(asides),
  ]
    .filter((line) => line !== '')
    .join('\n');
}
