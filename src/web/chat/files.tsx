/** Files of a message: chosen, dropped, pasted, and shown until it is sent. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { type Act, useActs } from '../app/acts.ts';
import { sizeOf } from '../app/format.ts';
import { ActButton, Button } from '../parts/button.tsx';
import { namesApart } from './draft.ts';

type TakeFiles = (files: readonly File[]) => void;

export function FileChips({ files, onTakeOut }: { files: readonly File[]; onTakeOut: (file: File) => void }) {
  if (files.length === 0) return null;
  const names = namesApart(files.map(({ name }) => name));
  return (
    <ul class="chips">
      {files.map((file, index) => (
        <li key={`${names[index]} ${file.lastModified}`} class="tag">
          {PICTURE.test(file.type) && <Preview file={file} />}
          {names[index]} <span class="faint">{sizeOf(file.size)}</span>
          <Button icon="x" label={`Take out ${names[index]}`} kind="quiet" onClick={() => onTakeOut(file)} />
        </li>
      ))}
    </ul>
  );
}

/** Types of pictures that every browser shows. */
export const PICTURE = /^image\/(?:png|jpeg|gif|webp)$/;

/** A picture that is not sent yet, small. Its name stands beside it. */
function Preview({ file }: { file: File }) {
  const [address, setAddress] = useState<string>();
  useEffect(() => {
    const objectUrl = URL.createObjectURL(file);
    setAddress(objectUrl);
    return () => URL.revokeObjectURL(objectUrl);
  }, [file]);
  return address === undefined ? null : <img class="preview" src={address} alt="" />;
}

export function FilePicker({ onFiles }: { onFiles: TakeFiles }) {
  const picker = useRef<HTMLInputElement>(null);
  const pick: Act = { label: 'Add files', icon: 'clip', run: () => picker.current?.click() };
  useActs([pick]);
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
      <ActButton act={pick} />
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
