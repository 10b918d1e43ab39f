/** The box at the bottom. What is written is kept for each conversation until it is sent. */
import type { RefObject } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { sizeOf } from '../app/format.ts';
import { person } from '../app/session.ts';
import { act, say } from '../app/toasts.tsx';
import { Button } from '../parts/button.tsx';
import type { Conversation } from './conversation.ts';
import { canRecord, RecorderLine, type Recording, startRecording } from './recorder.tsx';

const MOST_FILES = 10;
/** Bytes of all files together: what coda takes in one request, unless it is told otherwise. */
const MOST_BYTES = 7_000_000;

const draftKey = (id: string) => `draft ${person().person.id} ${id}`;
const isTouch = () => matchMedia('(pointer: coarse)').matches;

const bytesOf = (files: readonly File[]): number => files.reduce((sum, { size }) => sum + size, 0);

interface ComposerProps {
  conversation: Conversation;
  field: RefObject<HTMLTextAreaElement>;
  /** Words to edit and ask again. */
  edited: { text: string } | undefined;
}

export function Composer({ conversation, field, edited }: ComposerProps) {
  const { id } = conversation;
  const [text, setText] = useState(() => sessionStorage.getItem(draftKey(id)) ?? '');
  const [files, setFiles] = useState<readonly File[]>([]);
  const [isOver, setOver] = useState(false);
  const [recording, setRecording] = useState<Recording>();
  const isHere = useRef(true);
  const picker = useRef<HTMLInputElement>(null);
  const isBusy = conversation.isBusy.value;

  useEffect(() => {
    if (text === '') sessionStorage.removeItem(draftKey(id));
    else sessionStorage.setItem(draftKey(id), text);
  }, [id, text]);
  useEffect(() => {
    if (!edited) return;
    // Words that are being written are not lost for it.
    setText((before) => (before.trim() === '' ? edited.text : `${before}\n${edited.text}`));
    field.current?.focus();
  }, [edited]);
  useEffect(() => {
    if (!isTouch()) field.current?.focus();
  }, [id]);
  const wasRecording = useRef(false);
  useLayoutEffect(() => {
    const area = field.current;
    if (!area) return;
    if (wasRecording.current && !isTouch()) area.focus();
    wasRecording.current = false;
    area.style.height = 'auto';
    area.style.height = `${Math.min(area.scrollHeight + 2, innerHeight * 0.4)}px`;
  }, [text, recording]);

  const add = (given: readonly File[]) => {
    const all = [...files, ...given];
    if (recording && all.length >= MOST_FILES)
      say(`At most ${MOST_FILES - 1} files beside a recording.`, { isBad: true });
    else if (all.length > MOST_FILES) say(`At most ${MOST_FILES} files at once.`, { isBad: true });
    else if (bytesOf(all) > MOST_BYTES) say(`Files of at most ${sizeOf(MOST_BYTES)} together.`, { isBad: true });
    else setFiles(all);
  };
  /** False where the files leave no room for it: it waits until one of them is taken out. */
  const sendSpoken = (spoken: File): boolean => {
    if (files.length >= MOST_FILES || bytesOf([...files, spoken]) > MOST_BYTES) {
      const most = `At most ${MOST_FILES - 1} files beside a recording, and ${sizeOf(MOST_BYTES)} together`;
      say(`${most}. Take one out, and send it then.`, { isBad: true });
      return false;
    }
    void conversation.say(text.trim(), files, { voice: spoken });
    setText('');
    setFiles([]);
    endRecording();
    return true;
  };
  const endRecording = () => {
    wasRecording.current = true;
    setRecording(undefined);
  };
  const submit = () => {
    const words = text.trim();
    if (words === '' && files.length === 0) return;
    void conversation.say(words, files);
    setText('');
    setFiles([]);
    field.current?.focus();
  };
  const { voice } = person();
  useEffect(
    () => () => {
      isHere.current = false;
    },
    [],
  );
  const record = async () => {
    const begun = await startRecording();
    // The microphone was granted after the person had gone to another page.
    if (isHere.current) setRecording(begun);
    else begun?.discard();
  };
  const stop = () => void act(() => conversation.stop());

  return (
    <form
      class={`composer ${isOver ? 'over' : ''}`}
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        add([...(event.dataTransfer?.files ?? [])]);
      }}
    >
      {files.length > 0 && (
        <ul class="chips">
          {files.map((file, index) => (
            <li key={`${file.name} ${index}`} class="tag">
              {file.name} <span class="faint">{sizeOf(file.size)}</span>
              <Button
                icon="x"
                label={`Take out ${file.name}`}
                kind="quiet"
                onClick={() => setFiles(files.filter((each) => each !== file))}
              />
            </li>
          ))}
        </ul>
      )}
      {recording && voice ? (
        <RecorderLine recording={recording} longest={voice.longest} onSend={sendSpoken} onDiscard={endRecording} />
      ) : (
        <div class="line">
          <input
            ref={picker}
            type="file"
            multiple
            hidden
            onChange={(event) => {
              add([...(event.currentTarget.files ?? [])]);
              event.currentTarget.value = '';
            }}
          />
          <Button icon="clip" label="Add files" kind="quiet" onClick={() => picker.current?.click()} />
          {voice && canRecord() && files.length < MOST_FILES && (
            <Button icon="mic" label="Record a voice message" kind="quiet" onClick={() => void record()} />
          )}
          <label class="grow">
            <span class="unseen">Message</span>
            <textarea
              ref={field}
              rows={1}
              maxLength={100_000}
              value={text}
              placeholder="Say something"
              aria-description="Enter sends, Shift and Enter begins a new line."
              onInput={(event) => setText(event.currentTarget.value)}
              onPaste={(event) => {
                const pasted = [...(event.clipboardData?.files ?? [])];
                if (pasted.length === 0) return;
                event.preventDefault();
                add(pasted);
              }}
              onKeyDown={(event) => {
                if (event.key === 'Escape' && isBusy) stop();
                // Safari ends a composition before its Enter, which has this code alone.
                const isComposing = event.isComposing || event.keyCode === 229;
                if (event.key !== 'Enter' || event.shiftKey || isComposing || isTouch()) return;
                event.preventDefault();
                submit();
              }}
            />
          </label>
          {isBusy && (
            <Button icon="stop" onClick={stop}>
              Stop
            </Button>
          )}
          {(!isBusy || text.trim() !== '' || files.length > 0) && (
            <Button
              type="submit"
              kind="primary"
              icon="send"
              label="Send"
              disabled={text.trim() === '' && files.length === 0}
            />
          )}
        </div>
      )}
    </form>
  );
}
