/** Recordings as text: by a service that the owner has named, or a program of theirs. */
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deadline } from '../base/async.ts';
import { messageOf } from '../base/errors.ts';
import { parseJson } from '../base/json.ts';
import { plural } from '../base/text.ts';
import { fetchService } from '../egress/index.ts';

export interface SpeechSettings {
  kind: 'none' | 'openai-compatible' | 'command';
  base_url?: string | undefined;
  path: string;
  model?: string | undefined;
  language?: string | undefined;
  prompt?: string | undefined;
  api_key?: string | undefined;
  /** The program and its arguments; `{file}` stands for the recording. */
  command?: readonly string[] | undefined;
  /** Milliseconds. */
  timeout: number;
  longest: number;
}

/** `why`: a clause that goes on after "because". `isPassing`: another try may go well. */
export type Transcript = { ok: true; text: string } | { ok: false; why: string; isPassing?: boolean };

/** Services take no more. */
const LARGEST = 25 * 1024 * 1024;
const LONGEST_ANSWER = 1_000_000;
/** A recording of 16-bit samples that are all softer is silence. */
const SILENCE = 200;

const SOUNDS: readonly (readonly [starts: string, at: number, extension: string, type: string])[] = [
  ['OggS', 0, 'ogg', 'audio/ogg'],
  ['ID3', 0, 'mp3', 'audio/mpeg'],
  ['\xff\xfb', 0, 'mp3', 'audio/mpeg'],
  ['\xff\xf3', 0, 'mp3', 'audio/mpeg'],
  ['fLaC', 0, 'flac', 'audio/flac'],
  ['#!AMR', 0, 'amr', 'audio/amr'],
  ['\x1a\x45\xdf\xa3', 0, 'webm', 'audio/webm'],
  ['WAVE', 8, 'wav', 'audio/wav'],
  ['ftyp', 4, 'm4a', 'audio/mp4'],
];

export interface Sound {
  extension: string;
  type: string;
  /** Milliseconds, where the container says so. */
  lengthMs?: number | undefined;
  isSilent: boolean;
}

/** The container by its bytes: names and types of platforms say little. Undefined for what is no recording. */
export function soundOf(bytes: Buffer): Sound | undefined {
  const head = bytes.toString('latin1', 0, 16);
  const [, , extension, type] = SOUNDS.find(([starts, at]) => head.startsWith(starts, at)) ?? [];
  if (extension === undefined || type === undefined) return undefined;
  const wave = extension === 'wav' ? waveOf(bytes) : undefined;
  const lengthMs = wave?.lengthMs ?? (extension === 'ogg' ? oggLength(bytes) : movieLength(bytes));
  return { extension, type, lengthMs, isSilent: wave?.isSilent ?? false };
}

/** Samples of a recording that are looked at for how loud it is. */
const LOOKED_AT = 200_000;

function waveOf(bytes: Buffer): { lengthMs: number; isSilent: boolean } | undefined {
  const [format, data] = [bytes.indexOf('fmt '), bytes.indexOf('data')];
  if (format < 0 || data < 0 || data + 8 > bytes.length || format + 24 > bytes.length) return undefined;
  const perSecond = bytes.readUInt32LE(format + 16);
  const bits = bytes.readUInt16LE(format + 22);
  const samples = bytes.subarray(data + 8);
  if (perSecond === 0) return undefined;
  let loudest = 0;
  // A recording that is heard is loud in more than one of a hundred thousand places.
  const step = Math.max(1, Math.floor(samples.length / 2 / LOOKED_AT)) * 2;
  for (let at = 0; bits === 16 && at + 1 < samples.length; at += step)
    loudest = Math.max(loudest, Math.abs(samples.readInt16LE(at)));
  return { lengthMs: (samples.length / perSecond) * 1_000, isSilent: bits === 16 && loudest < SILENCE };
}

/** Opus counts samples of 48 kHz; the last page says how many there are. */
function oggLength(bytes: Buffer): number | undefined {
  const last = bytes.lastIndexOf('OggS');
  if (last < 0 || last + 14 > bytes.length || !bytes.includes('OpusHead')) return undefined;
  return Number(bytes.readBigUInt64LE(last + 6) / 48n);
}

function movieLength(bytes: Buffer): number | undefined {
  const at = bytes.indexOf('mvhd');
  if (at < 0 || at + 24 > bytes.length || bytes[at + 4] !== 0) return undefined;
  const scale = bytes.readUInt32BE(at + 16);
  return scale === 0 ? undefined : (bytes.readUInt32BE(at + 20) / scale) * 1_000;
}

/** Hears a recording. Never throws for one: what went wrong is said. */
export async function transcribe(
  bytes: Buffer,
  settings: SpeechSettings,
  env: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
): Promise<Transcript> {
  if (settings.kind === 'none')
    return { ok: false, why: 'nothing that turns speech into text is set up (speech.transcribe)' };
  if (bytes.length > LARGEST) return { ok: false, why: 'it is larger than 25 MB' };
  const sound = soundOf(bytes);
  if (!sound) return { ok: false, why: 'it is no recording that I know' };
  if ((sound.lengthMs ?? 0) > settings.longest)
    return { ok: false, why: `it is longer than ${plural(Math.round(settings.longest / 60_000), 'minute')}` };
  if (sound.isSilent) return { ok: false, why: 'I heard nothing in it' };
  using limit = deadline(settings.timeout, signal);
  try {
    const said = settings.kind === 'command' ? runCommand : askService;
    const text = withoutMarks(await said(bytes, sound, settings, env, limit.signal));
    return text === '' ? { ok: false, why: 'I heard nothing in it' } : { ok: true, text };
  } catch (error) {
    signal.throwIfAborted();
    const why = limit.signal.aborted ? 'what hears it took too long' : messageOf(error);
    return { ok: false, why, isPassing: true };
  }
}

/** Without the marks that programs set for what is no speech. */
const withoutMarks = (text: string): string =>
  text
    .replace(/\[(?:BLANK_AUDIO|MUSIC|SILENCE|NOISE)\]/gi, '')
    .replace(/\s+/g, ' ')
    .trim();

type Hearing = (
  bytes: Buffer,
  sound: Sound,
  settings: SpeechSettings,
  env: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
) => Promise<string>;

const askService: Hearing = async (bytes, { extension, type }, settings, _, signal) => {
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
  const answer = (await response.text()).slice(0, LONGEST_ANSWER);
  if (response.status === 413) throw new Error('the service that hears it takes no recording of this size');
  if (!response.ok) throw new Error(`the service that hears it answered ${response.status}`);
  if (!answer.trimStart().startsWith('{')) return answer;
  const { text } = parseJson(answer) as { text?: unknown };
  if (typeof text !== 'string') throw new Error('the service that hears it gave no text');
  return text;
};

const INHERITED = ['PATH', 'HOME', 'LANG', 'LC_ALL', 'TMPDIR'];

/** Runs the owner's program on a file of its own, in a process group that ends with it. */
const runCommand: Hearing = async (bytes, { extension }, { command = [] }, env, signal) => {
  const folder = await mkdtemp(join(tmpdir(), 'coda-speech-'));
  try {
    const file = join(folder, `recording.${extension}`);
    await writeFile(file, bytes, { mode: 0o600 });
    const [program = '', ...args] = command.map((part) => part.replaceAll('{file}', file));
    const own = Object.fromEntries(INHERITED.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])));
    return await outputOf(program, args, own, signal);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

function outputOf(
  program: string,
  args: readonly string[],
  env: Record<string, string | undefined>,
  signal: AbortSignal,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'ignore'], detached: true });
    let text = '';
    const kill = () => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      } catch {
        // The whole group is gone already.
      }
    };
    signal.addEventListener('abort', kill, { once: true });
    child.stdout.setEncoding('utf8').on('data', (piece: string) => {
      text += piece;
      if (text.length > LONGEST_ANSWER) kill();
    });
    child.once('error', () => reject(new Error('the program that hears it could not be started')));
    child.once('close', (code) => {
      signal.removeEventListener('abort', kill);
      if (code === 0) resolve(text);
      else reject(new Error(`the program that hears it ended with ${code === null ? 'a signal' : `status ${code}`}`));
    });
  });
}
