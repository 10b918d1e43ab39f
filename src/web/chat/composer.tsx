/** The box at the bottom: a field, files, and a recording in their place. What is written is kept until it is sent. */
import type { RefObject } from 'preact';
import { useEffect, useLayoutEffect, useState } from 'preact/hooks';
import { type Act, useActs } from '../app/acts.ts';
import { isTouch, useFocus } from '../app/focus.ts';
import { person } from '../app/session.ts';
import { act, say } from '../app/toasts.tsx';
import { ActButton, Button, WordButtons } from '../parts/button.tsx';
import { COMMANDS_ID, type CommandList, Commands, commandId, useCommands } from './commands.tsx';
import type { Conversation } from './conversation.ts';
import { actOfField, MOST_FILES, refusalOf, refusalOfSpoken, withEdited } from './draft.ts';
import { FileChips, FilePicker, useDrop } from './files.tsx';
import { ModelField, type ModelState } from './model.tsx';
import { canRecord, RecorderLine, useRecording } from './recorder.tsx';

interface ComposerProps {
  conversation: Conversation;
  field: RefObject<HTMLTextAreaElement>;
  /** Words to edit and ask again. */
  edited: { text: string } | undefined;
  model: ModelState;
}

export function Composer({ conversation, field, edited, model }: ComposerProps) {
  const { text, setText } = useDraft(conversation, edited);
  const list = useCommands({ text, setText }, field);
  const { recording, recorded, record, endRecording } = useRecording();
  const { files, setFiles, add } = useFiles(recording !== undefined);
  const [sends, setSends] = useState(0);
  useFocus(field, conversation.id, { isQuiet: true });
  useFocus(field, edited);
  useFocus(field, sends > 0 && sends);
  // The field comes back where the recording was.
  useFocus(field, recorded > 0 && recording === undefined && recorded, { isQuiet: true });

  const empty = () => {
    setText('');
    setFiles([]);
  };
  /** False where the files leave no room for it: it waits until one of them is taken out. */
  const sendSpoken = (recording: File): boolean => {
    const refusal = refusalOfSpoken(files, recording);
    if (refusal !== undefined) {
      say(refusal, { isBad: true });
      return false;
    }
    void conversation.say(text.trim(), files, { voice: recording });
    empty();
    endRecording();
    return true;
  };
  const isEmpty = text.trim() === '' && files.length === 0;
  const submit = (event?: Event) => {
    event?.preventDefault();
    if (isEmpty) return;
    void conversation.say(text.trim(), files);
    empty();
    setSends(sends + 1);
  };
  const { isOver, ...dropping } = useDrop(add);
  const { voice } = person();

  return (
    <form class={`composer ${isOver ? 'over' : ''}`} onSubmit={submit} {...dropping}>
      <Commands list={list} />
      <FileChips files={files} onTakeOut={(file) => setFiles(files.filter((each) => each !== file))} />
      {recording && voice ? (
        <RecorderLine recording={recording} longest={voice.longest} onSend={sendSpoken} onDiscard={endRecording} />
      ) : (
        <div class="line">
          <FilePicker onFiles={add} />
          {voice && canRecord() && files.length < MOST_FILES && <RecordButton record={record} />}
          <MessageField {...{ field, text, setText, conversation, list }} onFiles={add} onSend={submit} />
          <SendButtons conversation={conversation} isEmpty={isEmpty} />
        </div>
      )}
      <ModelField conversation={conversation} model={model} />
    </form>
  );
}

/** The files beside the words; those that a message has no room for are refused. */
function useFiles(isRecording: boolean) {
  const [files, setFiles] = useState<readonly File[]>([]);
  const add = (more: readonly File[]) => {
    const all = [...files, ...more];
    const refusal = refusalOf(all, isRecording);
    if (refusal === undefined) setFiles(all);
    else say(refusal, { isBad: true });
  };
  return { files, setFiles, add };
}

function useDraft({ id, drafts }: Conversation, edited: { text: string } | undefined) {
  const [text, show] = useState(() => drafts.read(id));
  // Kept at once: the page may go before it is drawn again.
  const setText = (next: string) => {
    drafts.keep(id, next);
    show(next);
  };
  useEffect(() => {
    // Words that are being written are not lost for it.
    if (edited) setText(withEdited(drafts.read(id), edited.text));
  }, [edited]);
  return { text, setText };
}

const stop = (conversation: Conversation) => void act(() => conversation.stop());

interface FieldProps {
  field: RefObject<HTMLTextAreaElement>;
  text: string;
  setText: (text: string) => void;
  conversation: Conversation;
  list: CommandList;
  onFiles: (files: readonly File[]) => void;
  onSend: () => void;
}

/** As high as its words, up to two fifths of the window. */
function MessageField({ field, text, setText, conversation, list, onFiles, onSend }: FieldProps) {
  useLayoutEffect(() => {
    const area = field.current;
    if (!area) return;
    area.style.height = 'auto';
    area.style.height = `${Math.min(area.scrollHeight + 2, innerHeight * 0.4)}px`;
  }, [text]);
  const row = list.rows[list.current];
  return (
    <label class="grow">
      <span class="unseen">Message</span>
      <textarea
        ref={field}
        dir="auto"
        rows={1}
        maxLength={100_000}
        value={text}
        placeholder="Say something"
        aria-description="Enter sends, Shift and Enter begins a new line."
        aria-autocomplete="list"
        aria-controls={row && COMMANDS_ID}
        aria-activedescendant={row && commandId(row.name)}
        onInput={(event) => setText(event.currentTarget.value)}
        onPaste={(event) => {
          const pasted = [...(event.clipboardData?.files ?? [])];
          if (pasted.length === 0) return;
          event.preventDefault();
          onFiles(pasted);
        }}
        onKeyDown={(event) => {
          if (list.takesKey(event)) return;
          const does = actOfField(event, { isBusy: conversation.isBusy.value, isTouch: isTouch() });
          if (does === 'stop') stop(conversation);
          if (does !== 'send') return;
          event.preventDefault();
          onSend();
        }}
      />
    </label>
  );
}

function RecordButton({ record }: { record: () => void }) {
  const spoken: Act = { label: 'Record a voice message', icon: 'mic', run: record };
  useActs([spoken]);
  return <ActButton act={spoken} />;
}

function SendButtons({ conversation, isEmpty }: { conversation: Conversation; isEmpty: boolean }) {
  const isBusy = conversation.isBusy.value;
  const halt: Act = { label: 'Stop', icon: 'stop', when: () => isBusy, run: () => stop(conversation) };
  useActs([halt]);
  return (
    <>
      <WordButtons acts={[halt]} hasIcons />
      {(!isBusy || !isEmpty) && <Button type="submit" kind="primary" icon="send" label="Send" disabled={isEmpty} />}
    </>
  );
}
