/** Files of a message: chosen, dropped, pasted, and shown until it is sent. */
import { useRef, useState } from 'preact/hooks';
import { sizeOf } from '../app/format.ts';
import { Button } from '../parts/button.tsx';

type TakeFiles = (files: readonly File[]) => void;

export function FileChips({ files, onTakeOut }: { files: readonly File[]; onTakeOut: (file: File) => void }) {
  if (files.length === 0) return null;
  return (
    <ul class="chips">
      {files.map((file, index) => (
        <li key={`${file.name} ${index}`} class="tag">
          {file.name} <span class="faint">{sizeOf(file.size)}</span>
          <Button icon="x" label={`Take out ${file.name}`} kind="quiet" onClick={() => onTakeOut(file)} />
        </li>
      ))}
    </ul>
  );
}

export function FilePicker({ onFiles }: { onFiles: TakeFiles }) {
  const picker = useRef<HTMLInputElement>(null);
  return (
    <>
      <input
        ref={picker}
        type="file"
        multiple
        hidden
        onChange={(event) => {
          onFiles([...(event.currentTarget.files ?? [])]);
          event.currentTarget.value = '';
        }}
      />
      <Button icon="clip" label="Add files" kind="quiet" onClick={() => picker.current?.click()} />
    </>
  );
}

/** Files may be dropped on an element with these handlers; `isOver` while some are held above it. */
export function useDrop(onFiles: TakeFiles) {
  const [isOver, setOver] = useState(false);
  return {
    isOver,
    onDragOver: (event: DragEvent) => {
      event.preventDefault();
      setOver(true);
    },
    onDragLeave: () => setOver(false),
    onDrop: (event: DragEvent) => {
      event.preventDefault();
      setOver(false);
      onFiles([...(event.dataTransfer?.files ?? [])]);
    },
  };
}
