/** The list above the field while a command is being typed: a hint, without which the words are sent as they are. */
import type { RefObject } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { api, ask } from '../api/client.ts';
import { type CommandHint, chosenCommand, commandsFor, isOfComposition, typedCommand } from './draft.ts';

export interface CommandList {
  rows: readonly CommandHint[];
  /** Index of the row that Enter takes. */
  current: number;
  point(index: number): void;
  take(row: CommandHint): void;
  /** True if the key was the list's. */
  takesKey(event: KeyboardEvent): boolean;
}

/** The commands that fit `text`; none once it is closed with Escape, until the text is another one. */
export function useCommands(
  { text, setText }: { text: string; setText: (text: string) => void },
  field: RefObject<HTMLTextAreaElement>,
): CommandList {
  const prefix = typedCommand(text);
  const commands = useRead(prefix !== undefined);
  const [current, point] = useState(0);
  const [closedFor, setClosedFor] = useState<string>();
  useEffect(() => point(0), [text]);
  const rows = prefix === undefined || closedFor === text ? [] : commandsFor(prefix, commands);
  const take = (row: CommandHint) => {
    const words = chosenCommand(row);
    setClosedFor(words);
    setText(words);
    field.current?.focus();
  };
  const takesKey = (event: KeyboardEvent): boolean => {
    const row = rows[current];
    if (!row || isOfComposition(event)) return false;
    const isWhole = text === `/${row.name}`;
    if (event.key === 'ArrowDown') point(Math.min(rows.length - 1, current + 1));
    else if (event.key === 'ArrowUp') point(Math.max(0, current - 1));
    else if (event.key === 'Escape') setClosedFor(text);
    // A command that stands there whole is sent.
    else if (event.key === 'Tab' ? !event.shiftKey : event.key === 'Enter' && !event.shiftKey && !isWhole) take(row);
    else return false;
    event.preventDefault();
    return true;
  };
  return { rows, current, point, take, takesKey };
}

/** Read at each first slash: what the person may do can have changed. */
function useRead(isWanted: boolean): readonly CommandHint[] {
  const [commands, setCommands] = useState<readonly CommandHint[]>([]);
  useEffect(() => {
    if (!isWanted) return;
    let isOld = false;
    const show = (read: { commands: readonly CommandHint[] }) => isOld || setCommands(read.commands);
    void ask(api.GET('/v1/commands')).then(show, () => {});
    return () => {
      isOld = true;
    };
  }, [isWanted]);
  return commands;
}

export const COMMANDS_ID = 'commands';
export const commandId = (name: string): string => `command-${name}`;

export function Commands({ list: { rows, current, point, take } }: { list: CommandList }) {
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    list.current?.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' });
  }, [current, rows]);
  if (rows.length === 0) return null;
  return (
    <div role="listbox" id={COMMANDS_ID} class="commands" aria-label="Commands" ref={list}>
      {rows.map((row, index) => (
        <button
          key={row.name}
          type="button"
          id={commandId(row.name)}
          role="option"
          tabIndex={-1}
          aria-selected={index === current}
          onClick={() => take(row)}
          onMouseMove={() => point(index)}
        >
          <b>/{row.name}</b> {row.usage !== null && <code>{row.usage}</code>}
          <span class="one-line">{row.summary}</span>
        </button>
      ))}
    </div>
  );
}
