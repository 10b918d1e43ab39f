/** Acts on conversations: in the menu of a row, of the list and of the head, and by Ctrl-K. */
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { api, ask } from '../api/client.ts';
import type { Act } from '../app/acts.ts';
import { dayOf, longDay } from '../app/format.ts';
import { go } from '../app/router.ts';
import { person } from '../app/session.ts';
import { act, say } from '../app/toasts.tsx';
import { Button } from '../parts/button.tsx';
import { Question } from '../parts/dialog.tsx';
import { Field } from '../parts/field.tsx';
import { conversationOf } from './conversation.ts';
import { draftsOf } from './device.ts';
import { type Chat, MAIN } from './entry.ts';

interface OwnChat {
  chat: Chat | undefined;
  title: string;
  isCurrent: boolean;
  onDone: () => void;
}

interface ChatActs {
  acts: readonly Act[];
  /** Named apart: it is also what a press on the title does. */
  rename: Act | undefined;
  /** The question that an act has begun. */
  question: ComponentChildren;
}

const change = (id: string, body: { title?: string; pinned?: boolean; archived?: boolean }) =>
  ask(api.PATCH('/v1/chats/{id}', { params: { path: { id } }, body }));

/** The acts that there are for a conversation: none for one that is held elsewhere, or that everybody begins with. */
export function useChatActs({ chat, title, isCurrent, onDone }: OwnChat): ChatActs {
  const [asked, setAsked] = useState<'rename' | 'delete'>();
  if (!chat || chat.place || chat.id === MAIN) return { acts: [], rename: undefined, question: undefined };
  if (chat.temporary) {
    const end: Act = {
      label: 'End conversation',
      icon: 'x',
      isDanger: true,
      run: () => void endChat(chat.id, isCurrent),
    };
    return { acts: [end], rename: undefined, question: undefined };
  }
  const rename: Act = { label: 'Rename', icon: 'pencil', run: () => setAsked('rename') };
  const acts: Act[] = [
    rename,
    pinAct(chat, onDone),
    archiveAct(chat, onDone),
    { label: 'Delete', icon: 'trash', isDanger: true, run: () => setAsked('delete') },
  ];
  const onClose = () => setAsked(undefined);
  const question =
    asked === 'rename' ? (
      <RenameQuestion {...{ id: chat.id, title, onClose, onDone }} />
    ) : asked === 'delete' ? (
      <DeleteQuestion {...{ id: chat.id, title, isCurrent, onClose, onDone }} />
    ) : undefined;
  return { acts, rename, question };
}

function pinAct({ id, pinned }: Chat, onDone: () => void): Act {
  const pin = async (isPinned: boolean) => {
    await change(id, { pinned: isPinned });
    onDone();
  };
  return { label: pinned ? 'Unpin' : 'Pin', icon: 'pin', run: () => void act(() => pin(!pinned)) };
}

function archiveAct({ id, archived }: Chat, onDone: () => void): Act {
  const archive = async (isArchived: boolean) => {
    await change(id, { archived: isArchived });
    onDone();
  };
  return {
    label: archived ? 'Bring back from the archive' : 'Archive',
    icon: 'archive',
    run: () =>
      void act(() => archive(!archived), {
        done: archived ? 'It is in the list again.' : 'Archived. A new message brings it back.',
        undo: () => archive(archived === true),
      }),
  };
}

interface QuestionProps {
  id: string;
  title: string;
  onClose: () => void;
  onDone: () => void;
}

function RenameQuestion({ id, title: before, onClose, onDone }: QuestionProps) {
  const [title, setTitle] = useState(before);
  return (
    <Question
      title="Rename the conversation"
      yes="Rename"
      onClose={onClose}
      onYes={() => change(id, { title })}
      onDone={onDone}
    >
      <Field label="Title" value={title} onValue={setTitle} maxLength={120} required />
    </Question>
  );
}

function DeleteQuestion({ id, title, isCurrent, onClose, onDone }: QuestionProps & { isCurrent: boolean }) {
  return (
    <Question
      title={`Delete “${title}”?`}
      yes="Delete"
      isDanger
      onClose={onClose}
      onYes={() => ask(api.DELETE('/v1/chats/{id}', { params: { path: { id } } }))}
      onDone={() => {
        say('Deleted.');
        if (isCurrent) go('/chat', { replace: true });
        onDone();
      }}
    >
      <p>What was said in it is forgotten. Reminders, notes and lists that came of it stay.</p>
    </Question>
  );
}

/** Deletes the words of a temporary conversation, also those that were not sent. */
const endChat = (id: string, isCurrent: boolean): Promise<boolean> =>
  act(
    async () => {
      await ask(api.DELETE('/v1/chats/{id}', { params: { path: { id } } }));
      const drafts = draftsOf(person().person.id);
      conversationOf(id, drafts).dropAll();
      drafts.forget(id);
      if (isCurrent) go('/chat', { replace: true });
    },
    { done: 'Ended. What was said in it is deleted.' },
  );

/** Acts of the list. */
export const LIST_ACTS: readonly Act[] = [
  {
    label: 'New temporary conversation',
    icon: 'clock',
    run: () =>
      void act(async () => {
        const { id } = await ask(api.POST('/v1/chats', { body: { temporary: true } }));
        go(`/chat/${id}`);
      }),
  },
  { label: 'Import a conversation', icon: 'upload', run: () => chooseFile((file) => void act(() => bringIn(file))) },
];

async function bringIn(file: File): Promise<void> {
  const { importChat } = await import('./export.ts');
  go(`/chat/${await importChat(file)}`);
}

function chooseFile(take: (file: File) => void): void {
  const input = document.createElement('input');
  input.type = 'file';
  input.accept = '.md,.json,text/markdown,application/json';
  input.addEventListener('change', () => {
    const [file] = input.files ?? [];
    if (file) take(file);
  });
  input.click();
}

/** Says at the head of a conversation what is special about it. */
export function ChatNote({ chat }: { chat: Chat | undefined }) {
  if (chat?.temporary)
    return (
      <div class="chat-note" role="note">
        <p>
          Temporary: nothing of it is remembered, and its words are deleted when you end it, or with the next night.
        </p>
        <Button onClick={() => void endChat(chat.id, true)}>End</Button>
      </div>
    );
  const words = [
    chat?.imported && `Imported on ${longDay(dayOf(chat.imported))}.`,
    chat?.archived && 'Archived: a new message brings it back into the list.',
  ].filter(Boolean);
  if (words.length === 0) return null;
  return (
    <div class="chat-note" role="note">
      <p>{words.join(' ')}</p>
    </div>
  );
}
