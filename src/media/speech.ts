/** Recordings as text: by a service that the owner has named, a program of theirs, or a model of theirs in a process of its own. */
import { access } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { deadline } from '../base/async.ts';
import { ChildFault } from '../base/child/index.ts';
import { messageOf } from '../base/errors.ts';
import { plural } from '../base/text.ts';
import { fetchService } from '../egress/index.ts';
import { DecodingFault, type Hearing, type HearingFor, type HearingLimit } from './hearing.ts';
import { ProgramFault, type ProgramLimits } from './programs.ts';
import { asWave, halveRate, isSilent, RATE, type Sound, soundOf } from './sounds.ts';
import { readTranscript, withoutSounds, withoutTimes } from './transcript.ts';

export interface SpeechSettings {
  kind: 'none' | 'openai-compatible' | 'command' | 'sherpa-onnx';
  base_url?: string | undefined;
  path: string;
  model?: string | undefined;
  language?: string | undefined;
  prompt?: string | undefined;
  api_key?: string | undefined;
  /** The program and its arguments; `{file}` stands for the recording, `{wav}` for it as 16 kHz WAV. */
  command?: readonly string[] | undefined;
  /** `sherpa-onnx-node`, or where it is installed; and the files of its model, as it calls them. */
  module: string;
  model_config?: Readonly<Record<string, unknown>> | undefined;
  /** Milliseconds. */
  timeout: number;
  longest: number;
}

export interface SpeechParts extends HearingFor {
  hearing: Hearing;
}

export interface TranscribeParts extends SpeechParts {
  /** Has `work` done, which hears a recording of so many milliseconds; undefined where nothing more may be spent. */
  pay<T>(lengthMs: number, work: () => Promise<T>): Promise<T | undefined>;
}

/** `why`: a clause that goes on after "because". `isPassing`: another try may go well. */
export type Transcript = { ok: true; text: string } | { ok: false; why: string; isPassing?: boolean };

/** Services take no more. */
const LARGEST = 25 * 1024 * 1024;
const LONGEST_OUTPUT = 1_000_000;
const REFUSED = ['amr', 'aac', 'caf', 'aiff', 'wma', 'mp2', 'au', 'w64'];
/** Bytes of samples in a WAV: 13 minutes, and 27 at the rate of telephones. */
const LARGEST_SAMPLES = LARGEST - 1_000;
const TOO_LONG_AS_WAVE =
  'services take such a recording only as WAV, which at this length is more than 25 MB; send it in parts';
const NOTHING_HEARD: Transcript = { ok: false, why: 'I heard nothing in it' };

/** Bytes of a millisecond (128 kbit/s): of a recording that nothing here decodes, a shorter length is not believed. */
const MOST_BYTES = 16;

interface Recording {
  bytes: Buffer;
  sound: Sound;
  /** Or why there are none, in a clause. */
  samples: Buffer | string;
}

/** Hears a recording. Never throws for one: what went wrong is said. */
export async function transcribe(
  bytes: Buffer,
  settings: SpeechSettings,
  { hearing, programs, by, pay }: TranscribeParts,
  signal: AbortSignal,
): Promise<Transcript> {
  if (settings.kind === 'none')
    return { ok: false, why: 'nothing that turns speech into text is set up (speech.transcribe)' };
  if (bytes.length > LARGEST) return { ok: false, why: 'it is larger than 25 MB' };
  const sound = soundOf(bytes);
  if (!sound) return { ok: false, why: 'it is no recording that I know' };
  const { longest } = settings;
  const tooLong: Transcript = { ok: false, why: `it is longer than ${plural(Math.round(longest / 60_000), 'minute')}` };
  if ((sound.lengthMs ?? 0) > longest) return tooLong;
  using limit = deadline(settings.timeout, signal);
  try {
    // A recording that only its own service can read is handed on as it is.
    const decoded = await hearing.decode(bytes, sound, { longest, programs, by }, limit).catch((error: unknown) => {
      if (error instanceof DecodingFault && ['unknown', 'long'].includes(error.reason)) return error;
      throw error;
    });
    const samples = decoded instanceof DecodingFault ? decoded.message : decoded;
    if (typeof samples !== 'string') {
      if (samples.length > (longest / 1_000) * RATE * 2) return tooLong;
      // Models invent words for a silence.
      if (isSilent(samples)) return NOTHING_HEARD;
    }
    if (settings.kind === 'openai-compatible' && REFUSED.includes(sound.extension) && isTooLongAsWave(decoded))
      return { ok: false, why: TOO_LONG_AS_WAVE };
    const hears = HEARINGS[settings.kind];
    const transcript = await pay(lengthOf({ bytes, sound, samples }, longest), () =>
      hears({ bytes, sound, samples }, settings, { hearing, programs, by }, limit),
    );
    if (transcript === undefined) return { ok: false, why: 'the budget for models is used up', isPassing: true };
    const text = withoutSounds(transcript);
    return text === '' ? NOTHING_HEARD : { ok: true, text };
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof DecodingFault)
      return { ok: false, why: error.message, ...(error.reason === 'limits' && { isPassing: true }) };
    return { ok: false, why: limit.signal.aborted ? 'what hears it took too long' : reasonOf(error), isPassing: true };
  }
}

/** Milliseconds that are paid for: as decoded, else as a container may claim, else the longest that is taken. */
function lengthOf({ bytes, sound: { lengthMs = 0 }, samples }: Recording, longest: number): number {
  if (typeof samples !== 'string') return (samples.length / 2 / RATE) * 1_000;
  return lengthMs > 0 ? Math.min(longest, Math.max(lengthMs, bytes.length / MOST_BYTES)) : longest;
}

function reasonOf(error: unknown): string {
  if (error instanceof ProgramFault) return `the program that hears it ${error.message}`;
  if (!(error instanceof ChildFault)) return messageOf(error);
  return error.code === 'MODULE_NOT_FOUND'
    ? 'sherpa-onnx-node is not installed'
    : 'what hears it stopped; its model may be broken, or not named as sherpa-onnx names it (speech.transcribe.model_config)';
}

type Hears = (
  recording: Recording,
  settings: SpeechSettings,
  parts: SpeechParts,
  limit: HearingLimit,
) => Promise<string>;

const isTooLongAsWave = (decoded: Buffer | DecodingFault): boolean =>
  decoded instanceof DecodingFault ? decoded.reason === 'long' : decoded.length / 2 > LARGEST_SAMPLES;

/** Forms of telephones that services refuse: as a WAV where they could be decoded, at half the rate where it is too large. */
function forService({ bytes, sound: { extension, type }, samples }: Recording) {
  if (!REFUSED.includes(extension) || typeof samples === 'string') return { bytes, extension, type };
  const wave = samples.length > LARGEST_SAMPLES ? asWave(halveRate(samples), RATE / 2) : asWave(samples);
  return { bytes: wave, extension: 'wav', type: 'audio/wav' };
}

const askService: Hears = async (recording, settings, _, { signal }) => {
  const { bytes, extension, type } = forService(recording);
  const form = new FormData();
  form.append('file', new Blob([new Uint8Array(bytes)], { type }), `recording.${extension}`);
  form.append('response_format', 'json');
  for (const field of ['model', 'language', 'prompt'] as const) {
    const value = settings[field];
    if (value !== undefined) form.append(field, value);
  }
  const response = await fetchService(`${(settings.base_url ?? '').replace(/\/$/, '')}${settings.path}`, {
    method: 'POST',
    body: form,
    signal,
    headers: settings.api_key === undefined ? {} : { authorization: `Bearer ${settings.api_key}` },
  });
  return readTranscript(response, settings.api_key);
};

/**
 * Limits of a program of the owner's, which ends with its time: one that leaves its group for good does so, too, once all
 * processors have worked for it that long.
 */
export const limitsWithin = (timeoutMs: number): ProgramLimits => ({
  cpuSeconds: (timeoutMs / 1_000) * availableParallelism(),
});

const runCommand: Hears = async (recording, { command = [], timeout }, { programs, by }, limit) => {
  const {
    bytes,
    sound: { extension },
  } = recording;
  const wantsWave = command.some((part) => part.includes('{wav}'));
  const wav = wantsWave && { wav: { extension: 'wav', bytes: asWave(samplesOf(recording)) } };
  const files = { file: { extension, bytes }, ...wav };
  const output = await programs.run({ command, files, limits: limitsWithin(timeout) }, by, limit);
  return withoutTimes(output.toString('utf8', 0, LONGEST_OUTPUT));
};

const recognize: Hears = async (recording, { module, model_config: model = {} }, { hearing, by }, limit) => {
  const missing = await missingFileOf(model);
  if (missing !== undefined)
    throw new Error(`the model that hears it has no file ${missing} (speech.transcribe.model_config)`);
  return hearing.recognize(samplesOf(recording), { module, model }, by, limit);
};

/** The first file that a model is said to have and that is not there. sherpa-onnx ends its process for some of them. */
export async function missingFileOf(model: Readonly<Record<string, unknown>>): Promise<string | undefined> {
  for (const file of pathsIn(model)) {
    const isMissing = await access(file).then(
      () => false,
      () => true,
    );
    if (isMissing) return file;
  }
  return undefined;
}

function pathsIn(value: unknown): string[] {
  if (typeof value === 'string') return value.includes('/') ? [value] : [];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(pathsIn) : [];
}

function samplesOf({ samples }: Recording): Buffer {
  if (typeof samples === 'string') throw new Error(samples);
  return samples;
}

const HEARINGS: Record<Exclude<SpeechSettings['kind'], 'none'>, Hears> = {
  'openai-compatible': askService,
  command: runCommand,
  'sherpa-onnx': recognize,
};
