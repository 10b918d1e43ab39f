/** Voice messages: recorded in the box, sent with a press, and gone without one. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { useFocus } from '../app/focus.ts';
import { say } from '../app/toasts.tsx';
import { Button } from '../parts/button.tsx';

/** Formats that browsers make, by the ending that a file of each has. */
const FORMATS = [
  ['audio/ogg;codecs=opus', 'ogg'],
  ['audio/webm;codecs=opus', 'webm'],
  ['audio/mp4', 'm4a'],
] as const;
/** Speech is clear at this, and a quarter of an hour has 3 MB. */
const BITS_PER_SECOND = 24_000;
/** Milliseconds between two pieces, and how often the time is shown anew. */
const PIECE_MS = 1_000;

const formatHere = () =>
  typeof MediaRecorder === 'undefined' ? undefined : FORMATS.find(([type]) => MediaRecorder.isTypeSupported(type));

/** False in an old browser, and on a page that came without encryption. */
export const canRecord = (): boolean =>
  navigator.mediaDevices?.getUserMedia !== undefined && formatHere() !== undefined;

/** A microphone that records until it is stopped. */
interface Recording {
  /** The file of what was spoken. */
  finish(): Promise<File>;
  /** Lets go of the microphone. */
  discard(): void;
  /** Ends it where its microphone is gone: Chromium does so only with the next piece, which may not come. */
  endWithMicrophone(): void;
  /** Calls `listen` with each piece that has come, and `ended` when it stops without being asked to. */
  watch(listen: () => void, ended: () => void): void;
}

/** Undefined where the microphone cannot be had, which has been said. */
async function startRecording(): Promise<Recording | undefined> {
  const [type, ending] = formatHere() ?? FORMATS[0];
  let stream: MediaStream | undefined;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    return recordingOf(stream, type, ending);
  } catch (error) {
    for (const track of stream?.getTracks() ?? []) track.stop();
    say(whyNot(error), { isBad: true });
    return undefined;
  }
}

function recordingOf(stream: MediaStream, type: string, ending: string): Recording {
  const recorder = new MediaRecorder(stream, { mimeType: type, audioBitsPerSecond: BITS_PER_SECOND });
  const pieces: Blob[] = [];
  let isAskedToStop = false;
  const ended = new Promise<void>((resolve) => recorder.addEventListener('stop', () => resolve(), { once: true }));
  recorder.addEventListener('dataavailable', ({ data }) => pieces.push(data));
  recorder.start(PIECE_MS);
  const letGo = () => {
    isAskedToStop = true;
    if (recorder.state !== 'inactive') recorder.stop();
    for (const track of stream.getTracks()) track.stop();
  };
  return {
    async finish() {
      letGo();
      await ended;
      return new File(pieces, `voice message.${ending}`, { type: type.split(';', 1).join() });
    },
    discard: letGo,
    endWithMicrophone() {
      const isGone = stream.getTracks().every(({ readyState }) => readyState === 'ended');
      if (isGone && recorder.state !== 'inactive') recorder.stop();
    },
    watch(listen, onGone) {
      recorder.addEventListener('dataavailable', listen);
      void ended.then(() => {
        if (!isAskedToStop) onGone();
      });
    },
  };
}

function whyNot(error: unknown): string {
  const { name = '' } = error instanceof DOMException ? error : {};
  if (name === 'NotAllowedError') return 'The microphone was refused. Allow it for this page in the browser.';
  return name === 'NotFoundError' ? 'There is no microphone.' : 'The microphone cannot be used now.';
}

/** The recording that goes on in the box; `recorded` counts those that are over. */
export function useRecording() {
  const [recording, setRecording] = useState<Recording>();
  const [recorded, setRecorded] = useState(0);
  const isHere = useRef(true);
  useEffect(
    () => () => {
      isHere.current = false;
    },
    [],
  );
  const record = async () => {
    const newRecording = await startRecording();
    // The microphone was granted after the person had gone to another page.
    if (isHere.current) setRecording(newRecording);
    else newRecording?.discard();
  };
  const endRecording = () => {
    setRecorded(recorded + 1);
    setRecording(undefined);
  };
  return { recording, recorded, record: () => void record(), endRecording };
}

interface RecorderProps {
  recording: Recording;
  /** The longest that is heard, in seconds. */
  longest: number;
  /** Returns false where it cannot be sent as things are: it is kept. */
  onSend: (voice: File) => boolean;
  onDiscard: () => void;
}

/** The seconds that were recorded, up to `longest`, where the recording ends by itself; it is discarded with its line. */
function useRecorded(recording: Recording, longest: number) {
  const [seconds, setSeconds] = useState(0);
  const [full, setFull] = useState<Promise<File>>();
  const [isGone, setGone] = useState(false);
  /** Nothing more is recorded. */
  const isEnded = useRef(false);
  useEffect(() => {
    const startedAt = performance.now();
    // By the pieces as well: a page in the background has few timers.
    const look = () => {
      if (isEnded.current) return;
      recording.endWithMicrophone();
      const passed = Math.floor((performance.now() - startedAt) / 1_000);
      setSeconds(passed);
      if (passed < longest) return;
      isEnded.current = true;
      setFull(recording.finish());
    };
    const timer = setInterval(look, PIECE_MS);
    recording.watch(look, () => {
      isEnded.current = true;
      setGone(true);
    });
    return () => {
      isEnded.current = true;
      clearInterval(timer);
      recording.discard();
    };
  }, [recording]);
  return { seconds, full, setFull, isGone, isEnded };
}

/** The line of the box while it records. At its longest the recording ends by itself, and waits to be sent. */
export function RecorderLine({ recording, longest: limit, onSend, onDiscard }: RecorderProps) {
  // The end of a recording may come late, and a longer one is not heard at all.
  const longest = Math.max(1, limit - 2);
  const { seconds, full, setFull, isGone, isEnded } = useRecorded(recording, longest);
  const [isWaiting, setWaiting] = useState(false);
  const isOver = useRef(false);
  const group = useRef<HTMLElement>(null);
  useFocus(group, recording, { within: '.primary' });
  const discard = () => {
    if (isOver.current) return;
    isOver.current = true;
    onDiscard();
  };
  useEffect(() => {
    const leave = (event: KeyboardEvent) => {
      if (event.key === 'Escape') discard();
      // The key that began the recording is still held.
      else if (event.key === 'Enter' && event.repeat) event.preventDefault();
    };
    group.current?.addEventListener('keydown', leave);
  }, [recording]);
  const send = async () => {
    if (isOver.current) return;
    isOver.current = true;
    isEnded.current = true;
    const file = full ?? recording.finish();
    if (onSend(await file)) return;
    setFull(file);
    setWaiting(true);
    isOver.current = false;
  };
  return (
    <section ref={group} class="line recording" aria-label="Voice message">
      <Button icon="x" label="Discard the recording" kind="quiet" onClick={discard} />
      <p class="grow">
        <span role="status">{stateOf({ isGone, isWaiting, isFull: full !== undefined })}</span>{' '}
        <span role="timer">
          {minutes(Math.min(seconds, longest))} / {minutes(longest)}
        </span>
      </p>
      <Button icon="send" label="Send the recording" kind="primary" onClick={() => void send()} />
    </section>
  );
}

function stateOf({ isGone, isWaiting, isFull }: { isGone: boolean; isWaiting: boolean; isFull: boolean }): string {
  if (isGone) return 'The microphone is gone; what was heard until then can be sent.';
  if (isWaiting) return 'It waits to be sent.';
  return isFull ? 'It cannot be longer.' : 'Recording…';
}

const minutes = (seconds: number): string => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
