/** A question over the page: one at a time, closed by Escape, with the focus inside and back where it was. */
import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { type Failure, failureOf } from '../api/client.ts';
import { focusIn } from '../app/focus.ts';
import { say } from '../app/toasts.tsx';
import { Button } from './button.tsx';
import { Faults, isFaultOf } from './faults.ts';

interface DialogProps {
  title: string;
  children: ComponentChildren;
  onClose: () => void;
  class?: string;
}

export function Dialog({ title, children, onClose, class: kind }: DialogProps) {
  const element = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const dialog = element.current;
    dialog?.showModal();
    // A press that begins within it, and ends beside it, has marked words.
    dialog?.addEventListener('pointerdown', ({ clientX: x, clientY: y }) => {
      const { left, right, top, bottom } = dialog.getBoundingClientRect();
      if (x < left || x > right || y < top || y > bottom) dialog.close();
    });
  }, []);
  return (
    <dialog ref={element} class={kind} aria-label={title} onClose={onClose}>
      {children}
    </dialog>
  );
}

interface QuestionProps {
  title: string;
  children?: ComponentChildren;
  yes: string;
  isDanger?: boolean;
  /** Does it. Where that fails, the question stays open with the reason, and with what was typed. */
  onYes: () => unknown;
  onDone?: () => void;
  onClose: () => void;
}

/** Asks before what cannot be taken back, or for what a press needs: `yes` says what will be done. */
export const Question = ({ title, children, ...rest }: QuestionProps) => (
  <Dialog title={title} onClose={rest.onClose}>
    <Answers {...rest}>
      <h2>{title}</h2>
      {children}
    </Answers>
  </Dialog>
);

/** The same in the place of what is changed. */
export const InPlace = ({ title, ...rest }: QuestionProps) => (
  <fieldset
    class="in-place"
    aria-label={title}
    onKeyDown={(event) => {
      if (event.key !== 'Escape') return;
      event.stopPropagation();
      rest.onClose();
    }}
  >
    <Answers {...rest} />
  </fieldset>
);

function Answers({ children, yes, isDanger, onYes, onDone, onClose }: Omit<QuestionProps, 'title'>) {
  const [isRunning, setRunning] = useState(false);
  const [refusal, setRefusal] = useState<Failure>();
  const form = useRef<HTMLFormElement>(null);
  // After the paint: a field learns of its fault later than this form.
  useEffect(() => {
    form.current?.querySelector('[aria-invalid]')?.closest('details')?.setAttribute('open', '');
    focusIn(form.current, '[aria-invalid]');
  }, [refusal]);
  const isOpen = useRef(true);
  useEffect(
    () => () => {
      isOpen.current = false;
    },
    [],
  );
  const answer = async () => {
    setRunning(true);
    setRefusal(undefined);
    try {
      await onYes();
    } catch (error) {
      const failure = failureOf(error);
      // Whoever has closed it believes that it was done.
      if (!isOpen.current) return say(failure.sentence, { isBad: true });
      setRefusal(failure);
      setRunning(false);
      return;
    }
    if (isOpen.current) onClose();
    onDone?.();
  };
  return (
    <form
      ref={form}
      class="body"
      onSubmit={(event) => {
        event.preventDefault();
        if (!isRunning) void answer();
      }}
    >
      <Faults.Provider value={refusal?.fields ?? []}>{children}</Faults.Provider>
      {refusal && !isBesideFields(refusal, form.current) && (
        <p class="failure" role="alert">
          {refusal.sentence}
        </p>
      )}
      <div class="buttons">
        <Button type="submit" kind={isDanger ? 'danger' : 'primary'} disabled={isRunning}>
          {yes}
        </Button>
        <Button onClick={onClose}>Cancel</Button>
      </div>
    </form>
  );
}

/** True if each fault stands beside a field of the form. */
function isBesideFields({ fields }: Failure, form: HTMLFormElement | null): boolean {
  const inputs = [...(form?.querySelectorAll<HTMLElement>('[data-of]') ?? [])];
  return (
    fields.length > 0 && fields.every(({ field }) => inputs.some(({ dataset: { of = '' } }) => isFaultOf(of, field)))
  );
}
