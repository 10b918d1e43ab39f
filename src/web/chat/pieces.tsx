/** The lines of a conversation, in pieces: one that is out of sight is neither laid out nor painted, and one without news not built anew. */
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { dayName, dayOf } from '../app/format.ts';
import { person } from '../app/session.ts';
import { act } from '../app/toasts.tsx';
import type { Conversation } from './conversation.ts';
import type { Entry } from './entry.ts';
import { EntryView, UnsentView } from './entry.tsx';
import { type Line, linesOf, Pieces } from './lines.ts';

interface LinesProps {
  conversation: Conversation;
  /** Says of answers which model gave them. */
  namesModels: boolean;
  onEdit: (text: string) => void;
}

export function Lines({ conversation, namesModels, onEdit }: LinesProps) {
  const { entries, unsent } = conversation;
  const pieces = useMemo(() => new Pieces(), [conversation]);
  const { zone } = person().person;
  const days = useMemo(() => ({ dayOf: rememberDays(dayOf), nameOf: dayName }), [zone]);
  const all = pieces.cut(linesOf(entries.value, days));
  const waiting = unsent.value.filter(({ id }) => !entries.value.some((entry) => entry.id === id));
  return (
    <>
      {all.map((lines, index) => (
        <Piece
          key={lines[0]?.entry.id}
          lines={lines}
          isNewest={index === all.length - 1}
          conversation={conversation}
          namesModels={namesModels}
          onEdit={onEdit}
        />
      ))}
      {waiting.length > 0 && (
        <ol class="log">
          {waiting.map((each) => (
            <UnsentView key={each.id} unsent={each} conversation={conversation} />
          ))}
        </ol>
      )}
    </>
  );
}

/** Thousands of instants are asked for with each word of an answer that grows. */
function rememberDays(dayOf: (at: string) => string): (at: string) => string {
  const days = new Map<string, string>();
  return (at) => {
    const day = days.get(at) ?? dayOf(at);
    days.set(at, day);
    return day;
  };
}

interface PieceProps extends LinesProps {
  lines: readonly Line[];
  isNewest: boolean;
}

function Piece({ lines, isNewest, conversation, namesModels, onEdit }: PieceProps) {
  const list = useRef<HTMLOListElement>(null);
  useEffect(() => {
    // Its height is known once it was laid out, and holds its place while it is out of sight.
    if (isNewest) list.current?.classList.remove('settled');
    else requestAnimationFrame(() => requestAnimationFrame(() => list.current?.classList.add('settled')));
  }, [isNewest]);
  // The same elements as before are passed over.
  return useMemo(
    () => (
      <ol class="log" ref={list}>
        {lines.map((line) => (
          <LineView key={line.entry.id} {...{ line, conversation, namesModels, onEdit }} />
        ))}
      </ol>
    ),
    [lines, conversation, namesModels, onEdit],
  );
}

function LineView({ line, conversation, namesModels, onEdit }: LinesProps & { line: Line }) {
  const { entry, day, question, isApart, isLast, isQueued } = line;
  const canAskAgain = isLast && question !== undefined && !conversation.isReadOnly.value;
  return (
    <>
      {day !== undefined && (
        <li class="day" aria-label={day}>
          <span>{day}</span>
        </li>
      )}
      <EntryView
        entry={entry}
        conversation={conversation}
        answers={isApart ? question?.text.slice(0, 80) : undefined}
        isQueued={isQueued}
        work={isLast ? question?.work : undefined}
        by={isLast && namesModels ? question?.work?.model : undefined}
        onEdit={onEdit}
        versions={isLast ? question : undefined}
        onAskAgain={canAskAgain ? again(entry, question, conversation) : undefined}
      />
    </>
  );
}

/** In the place of the answer where that can be, else below, as a message of its own. */
function again({ kind }: Entry, question: Entry, conversation: Conversation): (() => void) | undefined {
  if (question.again) return () => void act(() => conversation.askAgain(question.id));
  // Files are gone from the page.
  if (question.files || kind !== 'answer') return undefined;
  return () => void conversation.say(question.text, []);
}
