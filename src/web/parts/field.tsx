import type { ComponentChildren } from 'preact';

/** Takes the focus once, when it appears: what was just opened is what somebody types into. */
const focusOnce = (element: HTMLElement | null) => element?.focus();

interface FieldProps {
  label: string;
  value: string;
  onValue: (value: string) => void;
  name?: string;
  type?: 'text' | 'search' | 'password';
  placeholder?: string | undefined;
  maxLength?: number;
  required?: boolean;
  pattern?: string;
  title?: string;
  /** The id of a list of suggestions. */
  list?: string;
  /** The field that its form is opened for: it has the focus. */
  isFirst?: boolean;
  /** Tells a value when it is complete, not with each key. */
  isSlow?: boolean;
}

/** A line of text with its label. */
export function Field({ label, value, onValue, isFirst, isSlow, type = 'text', ...rest }: FieldProps) {
  const told = (event: { currentTarget: HTMLInputElement }) => onValue(event.currentTarget.value);
  return (
    <label class="field">
      <span>{label}</span>
      <input
        class="input"
        type={type}
        value={value}
        autocomplete="off"
        {...(isSlow ? { onChange: told } : { onInput: told })}
        {...(isFirst && { ref: focusOnce })}
        {...rest}
      />
    </label>
  );
}

interface AreaProps {
  label: string;
  value: string;
  onValue: (value: string) => void;
  isFirst?: boolean;
}

/** Several lines of text. */
export function Area({ label, value, onValue, isFirst }: AreaProps) {
  return (
    <label class="field">
      <span>{label}</span>
      <textarea
        class="input"
        value={value}
        onInput={(event) => onValue(event.currentTarget.value)}
        {...(isFirst && { ref: focusOnce })}
      />
    </label>
  );
}

interface SelectProps {
  label: string;
  value: string;
  onValue: (value: string) => void;
  children: ComponentChildren;
}

export function Select({ label, value, onValue, children }: SelectProps) {
  return (
    <label class="field">
      <span>{label}</span>
      <select class="input" value={value} onChange={(event) => onValue(event.currentTarget.value)}>
        {children}
      </select>
    </label>
  );
}
