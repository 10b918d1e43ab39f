/** Text as speech: by a service that the owner has named, or a program of theirs. */

import { deadline } from '../base/async.ts';
import { messageOf } from '../base/errors.ts';
import { omitUndefined } from '../base/json.ts';
import { fetchService } from '../egress/index.ts';
import { FFMPEG_LIMITS, type HearingLimit } from './hearing.ts';
import { ProgramFault } from './programs.ts';
import { RATE, soundOf } from './sounds.ts';
import { limitsWithin, type SpeechParts } from './speech.ts';

export interface SpeakingSettings {
  kind: 'none' | 'openai-compatible' | 'command';
  base_url?: string | undefined;
  path: string;
  model?: string | undefined;
  voice?: string | undefined;
  api_key?: string | undefined;
  /** The program and its arguments: the text comes on its input; `{file}` is the WAV that it writes, if not to its output. */
  command?: readonly string[] | undefined;
  /** Milliseconds. */
  timeout: number;
}

export interface SpokenText {
  bytes: Buffer;
  extension: string;
  type: string;
  /** Only with Ogg Opus, which platforms show as a voice message. */
  voice?: { seconds: number; waveform: string };
}

export type Speech = ({ ok: true } & SpokenText) | { ok: false; why: string };

const LARGEST = 20 * 1024 * 1024;
const LONGEST_MS = 30 * 60_000;

/** Programs that make Ogg Opus of a WAV, the first that is there. */
const ENCODERS = [
  ['opusenc', '--quiet', '--bitrate', '24', '{wav}', '{opus}'],
  [
    'ffmpeg',
    '-nostdin',
    '-v',
    'quiet',
    '-f',
    'wav',
    '-i',
    '{wav}',
    '-c:a',
    'libopus',
    '-b:a',
    '24k',
    '-f',
    'ogg',
    '{opus}',
  ],
];

/** Never throws for a text: what went wrong is said. */
export async function speak(
  text: string,
  settings: SpeakingSettings,
  parts: SpeechParts,
  signal: AbortSignal,
): Promise<Speech> {
  using limit = deadline(settings.timeout, signal);
  try {
    const synthesize = settings.kind === 'command' ? runCommand : askService;
    const bytes = await synthesize(text, settings, parts, limit);
    const sound = soundOf(bytes);
    if (!sound || bytes.length > LARGEST) return { ok: false, why: 'what speaks gave no recording' };
    const opus = sound.extension === 'wav' ? await encode(bytes, parts, limit) : bytes;
    return { ok: true, ...(await withWaveform(opus ?? bytes, parts, limit)) };
  } catch (error) {
    signal.throwIfAborted();
    return { ok: false, why: limit.signal.aborted ? 'what speaks took too long' : reasonOf(error) };
  }
}

const reasonOf = (error: unknown): string =>
  error instanceof ProgramFault ? `the program that speaks ${error.message}` : messageOf(error);

type Speaks = (text: string, settings: SpeakingSettings, parts: SpeechParts, limit: HearingLimit) => Promise<Buffer>;

const askService: Speaks = async (input, { base_url = '', path, model, voice, api_key }, _, { signal }) => {
  const response = await fetchService(`${base_url.replace(/\/$/, '')}${path}`, {
    method: 'POST',
    signal,
    headers: {
      'content-type': 'application/json',
      ...(api_key !== undefined && { authorization: `Bearer ${api_key}` }),
    },
    body: JSON.stringify({
      input,
      response_format: 'opus',
      ...omitUndefined({ model: model || undefined, voice: voice || undefined }),
    }),
  });
  if (!response.ok) throw new Error(`the service that speaks answered ${response.status}`);
  return Buffer.from(await response.arrayBuffer());
};

const runCommand: Speaks = (input, { command = [], timeout }, { programs, by }, limit) => {
  const writes = command.some((part) => part.includes('{file}')) && { writes: { name: 'file', extension: 'wav' } };
  return programs.run({ command, input, ...writes, limits: limitsWithin(timeout) }, by, limit);
};

/** Undefined where nothing here encodes it. */
async function encode(bytes: Buffer, { programs, by }: SpeechParts, limit: HearingLimit): Promise<Buffer | undefined> {
  for (const command of ENCODERS) {
    try {
      const files = { wav: { extension: 'wav', bytes } };
      const writes = { name: 'opus', extension: 'ogg' };
      return await programs.run({ command, files, writes, limits: FFMPEG_LIMITS }, by, limit);
    } catch {
      limit.signal.throwIfAborted();
    }
  }
  return undefined;
}

async function withWaveform(
  bytes: Buffer,
  { hearing, programs, by }: SpeechParts,
  limit: HearingLimit,
): Promise<SpokenText> {
  const sound = soundOf(bytes);
  const { extension = 'bin', type = 'application/octet-stream' } = sound ?? {};
  const file = { bytes, extension, type };
  if (!sound?.isOpus || extension !== 'ogg') return file;
  const samples = await hearing.decode(bytes, sound, { longest: LONGEST_MS, programs, by }, limit);
  if (!samples || samples.length === 0) return file;
  const seconds = Math.round((samples.length / 2 / RATE) * 10) / 10;
  return { ...file, voice: { seconds, waveform: waveformOf(samples) } };
}

const MOST_POINTS = 256;

/** Loudness over time, ten points a second at most, as Discord shows it: bytes in base64. */
function waveformOf(samples: Buffer): string {
  const count = Math.max(1, Math.min(MOST_POINTS, Math.floor((samples.length / 2 / RATE) * 10)));
  const step = Math.floor(samples.length / 2 / count);
  const points = Buffer.alloc(count);
  for (let point = 0; point < count; point++) {
    let loudest = 0;
    for (let at = point * step; at < (point + 1) * step; at += 8)
      loudest = Math.max(loudest, Math.abs(samples.readInt16LE(at * 2)));
    points[point] = Math.min(255, Math.round(loudest / 128));
  }
  return points.toString('base64');
}
