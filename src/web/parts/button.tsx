import type { ComponentChildren, JSX } from 'preact';
import { type Act, isOffered } from '../app/acts.ts';
import { Icon, type IconName } from './icon.tsx';

export interface ButtonProps {
  children?: ComponentChildren;
  icon?: IconName | undefined;
  /** Its name where it shows an icon alone. */
  label?: string | undefined;
  kind?: 'primary' | 'danger' | 'quiet' | undefined;
  type?: 'button' | 'submit';
  disabled?: boolean | undefined;
  /** True for the chosen one of several. */
  isPressed?: boolean;
  title?: string;
  onClick?: ((event: JSX.TargetedMouseEvent<HTMLButtonElement>) => void) | undefined;
}

export function Button({ children, icon, label, kind, type = 'button', isPressed, ...rest }: ButtonProps) {
  const isIcon = children === undefined && icon !== undefined;
  return (
    <button
      type={type}
      class={['button', kind, isIcon && 'icon'].filter(Boolean).join(' ')}
      aria-label={label}
      title={isIcon ? label : undefined}
      aria-pressed={isPressed}
      {...rest}
    >
      {icon && <Icon name={icon} />}
      {children}
    </button>
  );
}

export function LinkButton({
  href,
  icon,
  children,
  kind,
  ...rest
}: ButtonProps & { href: string; download?: boolean }) {
  return (
    <a class={['button', kind].filter(Boolean).join(' ')} href={href} {...(rest as object)}>
      {icon && <Icon name={icon} />}
      {children}
    </a>
  );
}

/** An act as a button: an icon alone where it has one, and its name is read aloud. */
export const ActButton = ({ act }: { act: Act }) =>
  act.icon ? (
    <Button icon={act.icon} label={act.label} kind="quiet" onClick={act.run} />
  ) : (
    <WordButton act={act} hasIcon={false} />
  );

/** An act as a button with its words. */
export const WordButton = ({ act, hasIcon = true }: { act: Act; hasIcon?: boolean }) => {
  const { label, short, icon, run, isFirst, isDanger, isBusy } = act;
  const kind = isFirst ? 'primary' : isDanger ? 'danger' : undefined;
  return (
    <Button icon={hasIcon ? icon : undefined} label={short && label} kind={kind} disabled={isBusy} onClick={run}>
      {short ?? label}
    </Button>
  );
};

/** The acts that can be done now, each a button with its words. */
export const WordButtons = ({ acts, hasIcons = false }: { acts: readonly Act[]; hasIcons?: boolean }) => (
  <>
    {acts.filter(isOffered).map((act) => (
      <WordButton key={act.label} act={act} hasIcon={hasIcons} />
    ))}
  </>
);

interface SwitchProps {
  /** What is on or off. */
  label: string;
  on: boolean;
  onTurn: (on: boolean) => void;
}

export const Switch = ({ label, on, onTurn }: SwitchProps) => (
  <button
    type="button"
    class="switch"
    role="switch"
    aria-checked={on}
    aria-label={label}
    title={on ? 'On' : 'Off'}
    onClick={() => onTurn(!on)}
  >
    <span />
  </button>
);
