/** What the scripted server is told to answer, as data. */

export interface SceneCall {
  name: string;
  input?: unknown;
  /** The arguments as text instead, broken or not. */
  raw?: string;
  /** The arguments come as an object, where the API says text. */
  object?: true;
  id?: string;
  /** What the service wants back with it. */
  signature?: string;
}

export type Fault =
  | 'rate_limited'
  | 'server_error'
  | 'overloaded'
  /** The stream begins, then says that the service is overloaded. */
  | 'overloaded_midway'
  /** The connection ends in the middle of the answer. */
  | 'cut'
  /** The answer begins only after `release()`. */
  | 'held'
  /** Half of the answer comes, and then nothing more. */
  | 'stalls'
  | 'invalid_json'
  | 'invalid_utf8'
  | 'html'
  /** Signs of life, but never an answer. */
  | 'never_ends'
  /** Text without an end. */
  | 'endless_text'
  | 'megabyte'
  | 'unauthorized'
  | 'no_such_model'
  | 'too_long'
  | 'no_credit'
  | 'bad_request'
  /** The answer is whole, but nothing says why it ended. */
  | 'no_reason'
  /** The stream says why it ended, and its last event is missing. */
  | 'no_end'
  /** Requests with tools are refused, as Ollama does for models that cannot call them. */
  | 'no_tools'
  /** Nothing but comments, without an end. */
  | 'heartbeats';

export interface Scene {
  /** Only requests that fit are answered with it: the model's name, and a piece of the last message. */
  when?: { model?: string; says?: string };
  /** Several pieces are streamed one by one. */
  text?: string | readonly string[];
  /** Between what is streamed, in milliseconds; only a bench has time for that. */
  pace?: number;
  reasoning?: string;
  calls?: readonly SceneCall[];
  stop?: 'length' | 'refused' | 'window';
  /** `every`: what stands in the place of each count. */
  usage?: { input: number; cached?: number; output: number } | { every: unknown } | 'missing';
  /** Sent as it stands instead of an answer: a body, or what the events of a stream hold. */
  sends?: {
    status?: number;
    type?: string;
    body: string | readonly unknown[];
    headers?: Record<string, string>;
    /** The bytes before the body. */
    before?: string;
    /** What is done to the bytes: `gzip`. */
    packed?: (bytes: Buffer) => Buffer;
    /** The connection stays open behind it. */
    open?: true;
  };
  fault?: Fault;
  /** Seconds, with `rate_limited`. */
  retryAfter?: number;
  /** How often it is played; default once. */
  times?: number;
}

/** A scene with everything filled in, as the two APIs play it. */
export interface Play {
  pieces: readonly string[];
  reasoning: string;
  calls: readonly { id: string; name: string; json: string; object: boolean; signature: string | undefined }[];
  stop: 'end' | 'tools' | 'length' | 'refused' | 'window' | 'unsaid';
  usage: { input: number; cached: number; output: number } | { every: unknown } | undefined;
}

export function playOf(scene: Scene, request: string, nextId: () => string): Play {
  const pieces = typeof scene.text === 'string' ? [scene.text] : (scene.text ?? []);
  const calls = (scene.calls ?? []).map(({ id, name, input, raw, object, signature }) => ({
    id: id ?? nextId(),
    name,
    json: raw ?? JSON.stringify(input ?? {}),
    object: object === true,
    signature,
  }));
  const length = pieces.join('').length + calls.reduce((sum, { json }) => sum + json.length, 0);
  const counted = { input: Math.ceil(request.length / 4), cached: 0, output: Math.ceil(length / 4) };
  return {
    pieces,
    reasoning: scene.reasoning ?? '',
    calls,
    stop: scene.fault === 'no_reason' ? 'unsaid' : (scene.stop ?? (calls.length > 0 ? 'tools' : 'end')),
    usage: scene.usage === 'missing' ? undefined : { ...counted, ...scene.usage },
  };
}
