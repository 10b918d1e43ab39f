import type { ComponentChildren } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { useFocus } from '../app/focus.ts';
import { Button } from './button.tsx';
import { Linked } from './copyable.tsx';
import { useFault } from './faults.ts';

interface FieldProps {
  label: string;
  value: string;
  onValue: (value: string) => void;
  name?: string;
  type?: 'text' | 'search' | 'password' | 'time' | 'date' | 'number';
  min?: number | string;
  max?: number | string;
  placeholder?: string | undefined;
  maxLength?: number;
  required?: boolean;
  pattern?: string;
  title?: string;
  /** The id of a list of suggestions. */
  list?: string;
  /** The field that its form is opened for: it has the focus. */
  isFirst?: boolean;
  /** The fields of the request that it fills, with spaces between: their faults stand beside it. */
  of?: string | undefined;
  /** Left out: a browser fills nothing in. */
  autocomplete?: 'username' | 'current-password' | 'new-password';
  /** Beneath it. */
  hint?: string | undefined;
}

const Fault = ({ id, words }: { id: string; words: string | undefined }) =>
  words === undefined ? null : (
    <em id={id} class="bad" role="alert">
      {words}
    </em>
  );

/** A line of text with its label; one that is hidden can be shown to whoever types it. */
export function Field({ label, value, onValue, isFirst, of, hint, type = 'text', ...rest }: FieldProps) {
  const input = useRef<HTMLInputElement>(null);
  const [isShown, setShown] = useState(false);
  useFocus(input, isFirst);
  const { id, words, attributes } = useFault(of);
  const isHidden = type === 'password';
  const line = (
    <label>
      <span>{label}</span>
      <input
        class="input"
        dir="auto"
        type={isHidden && isShown ? 'text' : type}
        value={value}
        autocomplete="off"
        // A spelling checker may send what it reads elsewhere.
        spellcheck={isHidden ? false : undefined}
        onInput={(event) => onValue(event.currentTarget.value)}
        ref={input}
        {...rest}
        {...attributes}
      />
    </label>
  );
  return (
    <div class="field">
      {isHidden ? (
        <div class="secret">
          {line}
          <Button onClick={() => setShown(!isShown)}>
            {isShown ? 'Hide' : 'Show'}
            <span class="unseen"> {label}</span>
          </Button>
        </div>
      ) : (
        line
      )}
      {hint !== undefined && (
        <small class="faint">
          <Linked text={hint} />
        </small>
      )}
      <Fault id={id} words={words} />
    </div>
  );
}

interface AreaProps {
  label: string;
  value: string;
  onValue: (value: string) => void;
  isFirst?: boolean;
  placeholder?: string;
  of?: string;
}

/** Several lines of text. */
export function Area({ label, value, onValue, isFirst, placeholder, of }: AreaProps) {
  const area = useRef<HTMLTextAreaElement>(null);
  useFocus(area, isFirst);
  const { id, words, attributes } = useFault(of);
  return (
    <div class="field">
      <label>
        <span>{label}</span>
        <textarea
          class="input"
          dir="auto"
          value={value}
          placeholder={placeholder}
          onInput={(event) => onValue(event.currentTarget.value)}
          ref={area}
          {...attributes}
        />
      </label>
      <Fault id={id} words={words} />
    </div>
  );
}

interface SelectProps {
  label: string;
  value: string;
  onValue: (value: string) => void;
  children: ComponentChildren;
  of?: string;
}

export function Select({ label, value, onValue, children, of }: SelectProps) {
  const { id, words, attributes } = useFault(of);
  return (
    <div class="field">
      <label>
        <span>{label}</span>
        <select class="input" value={value} onChange={(event) => onValue(event.currentTarget.value)} {...attributes}>
          {children}
        </select>
      </label>
      <Fault id={id} words={words} />
    </div>
  );
}

interface CheckProps {
  label: string;
  isOn: boolean;
  onTurn: (on: boolean) => void;
}

export const Check = ({ label, isOn, onTurn }: CheckProps) => (
  <label class="check">
    <input type="checkbox" checked={isOn} onChange={(event) => onTurn(event.currentTarget.checked)} /> {label}
  </label>
);
