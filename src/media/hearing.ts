import { z } from 'zod';
import { type Deadline, deadline, FairQueue, unlessAborted } from '../base/async.ts';
import { Child, sendBytes, takeBytes } from '../base/child/index.ts';
import type { Log } from '../base/log.ts';
import { ProgramFault, type Programs } from './programs.ts';
import { plainSamples, RATE, type Sound } from './sounds.ts';

const IDLE_MS = 60_000;
/** Models of gigabytes are read from a disk, and fifteen minutes of speech worked through. */
const PATIENCE_MS = 5 * 60_000;
const LARGEST_LINE = 8 * 1024 * 1024;
const FFMPEG_WITHIN_MS = 30_000;
/** Bytes that ffmpeg may take at once: a header may claim anything. */
const FFMPEG_BLOCK = 64 * 1024 * 1024;
export const FFMPEG_LIMITS = { memoryMb: 1_024, cpuSeconds: FFMPEG_WITHIN_MS / 1_000 };

/** Formats of ffmpeg: none is guessed, so that a file cannot be a list of other files. */
const DEMUXERS: Readonly<Record<string, string>> = {
  ogg: 'ogg',
  mp3: 'mp3',
  flac: 'flac',
  amr: 'amr',
  webm: 'matroska',
  wav: 'wav',
  m4a: 'mov',
  aac: 'aac',
  caf: 'caf',
  aiff: 'aiff',
  wma: 'asf',
  mp2: 'mp3',
  au: 'au',
  w64: 'w64',
};

/** Decoders of ffmpeg: those of pictures, which would look into a clip's first frames, are not even opened. */
const DECODERS = [
  'aac,aac_fixed,libfdk_aac,alac,ac3,eac3,amrnb,amrwb,flac,vorbis,opus,libopus,speex,libspeex,gsm,gsm_ms',
  'mp1,mp1float,mp2,mp2float,mp3,mp3float,adpcm_ms,adpcm_ima_wav,adpcm_ima_qt,pcm_mulaw,pcm_alaw,pcm_u8,pcm_s8',
  'wmav1,wmav2,wmapro,wmavoice,wmalossless',
  'pcm_s16le,pcm_s16be,pcm_s24le,pcm_s24be,pcm_s32le,pcm_s32be,pcm_f32le,pcm_f32be,pcm_f64le,pcm_f64be',
];

/** As ffmpeg 5 to 8 say that they have no reader of the format, or no decoder of the sound that may be used. */
const UNKNOWN_FORMAT = /Unknown input format|[Dd]ecoder [^\n]{0,80} not found|no decoder found/;
const REFUSED_DECODER = ['not on whitelist', 'Error while opening decoder'];
const OUT_OF_MEMORY = /Cannot allocate memory/;

/** The message is a clause. */
export class DecodingFault extends Error {
  /** `unknown` and `long`: nothing here decodes it, which says nothing against it. `limits`: another try may go well. */
  readonly reason: 'unknown' | 'long' | 'broken' | 'limits';

  constructor(reason: DecodingFault['reason'], message: string) {
    super(message);
    this.name = 'DecodingFault';
    this.reason = reason;
  }
}

const brokenSound = () => new DecodingFault('broken', 'I cannot decode it: it is broken, or there is no sound in it');

const size = z.strictObject({ size: z.int() });
const recognized = z.strictObject({ text: z.string() });

/** A recording’s own time: its wait for others is not held against it. */
export type HearingLimit = Pick<Deadline, 'signal' | 'hold'>;

/** The person for whom something is heard, and the programs that help. */
export interface HearingFor {
  programs: Programs;
  /** The person: their recordings are heard one at a time, and those of others beside. */
  by: string;
}

export interface RecognizerSettings {
  /** `sherpa-onnx-node`, or where it is installed. */
  module: string;
  /** As sherpa-onnx calls it: `modelConfig`. */
  model: Readonly<Record<string, unknown>>;
}

/** Samples of recordings, and their words by models of the owner's: both in a process of its own that ends when idle. */
export class Hearing {
  private readonly child: Child;
  private readonly queue = new FairQueue(1);

  constructor(log: Log, program = new URL('./speech-worker.js', import.meta.url)) {
    const limits = { idleMs: IDLE_MS, patienceMs: PATIENCE_MS, mostRequests: 4, largestBytes: LARGEST_LINE };
    this.child = new Child({ name: 'speech', program, ...limits, log });
  }

  close(): Promise<void> {
    return this.child.close();
  }

  /**
   * The samples (16 bits, 16 kHz, one channel) of a recording, no more than of `longest` milliseconds and one second.
   * Throws `DecodingFault`, also for one that holds no sound, and the signal's reason.
   */
  async decode(
    bytes: Buffer,
    { extension, isOpus }: Sound,
    { longest, programs, by }: HearingFor & { longest: number },
    limit: HearingLimit,
  ): Promise<Buffer> {
    const most = Math.ceil(longest / 1_000 + 1) * RATE * 2;
    const plain = plainSamples(bytes);
    if (plain) return plain.subarray(0, most);
    const opus = isOpus && (await this.readOpus(bytes, most, { by, limit }));
    if (opus) return opus;
    using within = deadline(FFMPEG_WITHIN_MS, limit.signal);
    const begin = limit.hold();
    const hold = () => {
      const end = within.hold();
      return () => {
        begin();
        end();
      };
    };
    const input = {
      command: decodingBy(extension, most),
      files: { file: { extension, bytes } },
      keepsErrors: true,
      limits: FFMPEG_LIMITS,
    };
    try {
      const samples = await programs.run(input, by, { signal: within.signal, hold });
      // The program ends well with nothing where no piece of a broken recording can be decoded.
      if (samples.length === 0) throw brokenSound();
      return samples;
    } catch (error) {
      limit.signal.throwIfAborted();
      throw error instanceof ProgramFault ? decodingFaultOf(error, extension) : error;
    } finally {
      begin();
    }
  }

  /** The words that a model of the owner's finds in samples. */
  recognize(samples: Buffer, settings: RecognizerSettings, by: string, limit: HearingLimit): Promise<string> {
    return this.inOrder(by, limit, async () => {
      await sendBytes(this.child, samples, limit.signal);
      return (await this.child.ask({ do: 'recognize', settings }, recognized, limit.signal)).text;
    });
  }

  /** A recording that is given up takes the process along, which would work on it with the next ones waiting behind. */
  private inOrder<T>(by: string, { signal, hold }: HearingLimit, task: () => Promise<T>): Promise<T> {
    const begin = hold();
    const result = this.queue.run(by, async () => {
      begin();
      signal.throwIfAborted();
      try {
        return await task();
      } finally {
        if (signal.aborted) await this.child.close();
      }
    });
    return unlessAborted(signal, result);
  }

  /** Undefined for what the reader here refuses (laced blocks, cut short, other streams before it): ffmpeg knows more of them. */
  private async readOpus(
    bytes: Buffer,
    most: number,
    { by, limit }: { by: string; limit: HearingLimit },
  ): Promise<Buffer | undefined> {
    try {
      return await this.inOrder(by, limit, () => this.decodeOpus(bytes, most, limit.signal));
    } catch {
      limit.signal.throwIfAborted();
      return undefined;
    }
  }

  private async decodeOpus(bytes: Buffer, most: number, signal: AbortSignal): Promise<Buffer> {
    await sendBytes(this.child, bytes, signal);
    const samples = await this.child.ask({ do: 'decode', most }, size, signal);
    return takeBytes(this.child, samples.size, signal);
  }
}

function decodingFaultOf({ details }: ProgramFault, extension: string): DecodingFault {
  const { isMissing, isTooLong, isKilled, errors = '' } = details;
  if (isMissing) return new DecodingFault('unknown', `I cannot decode ${extension} here: ffmpeg is not installed`);
  if (isTooLong) return new DecodingFault('long', 'its samples are more than 64 MB, which is half an hour');
  if (isKilled || OUT_OF_MEMORY.test(errors))
    return new DecodingFault('limits', 'I cannot decode it: ffmpeg did not finish with its 30 seconds and 1 GB');
  return UNKNOWN_FORMAT.test(errors) || REFUSED_DECODER.every((words) => errors.includes(words))
    ? new DecodingFault('unknown', `I cannot decode this ${extension} here: ffmpeg has no decoder for it`)
    : brokenSound();
}

/** Samples on its output, of the named format alone: nothing else is opened, and nothing longer or larger is made. */
function decodingBy(extension: string, most: number): string[] {
  const only = ['-protocol_whitelist', 'file', '-codec_whitelist', DECODERS.join(',')];
  const from = ['-f', DEMUXERS[extension] ?? extension, ...only, '-i', '{file}'];
  const to = ['-vn', '-sn', '-dn', '-t', String(most / RATE / 2), '-ac', '1', '-ar', String(RATE)];
  // Threads for its filters, one for each processor, would take the memory of a large machine.
  const bounds = ['-threads', '1', '-filter_threads', '1', '-max_alloc', String(FFMPEG_BLOCK)];
  return ['ffmpeg', '-nostdin', '-v', 'error', ...bounds, ...from, ...to, '-fs', String(most), '-f', 's16le', 'pipe:1'];
}
