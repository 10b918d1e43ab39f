/** A button with what else can be done: by arrow keys, closed by Escape and by a press elsewhere. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { type Act, isOffered } from '../app/acts.ts';
import { focusIn, useFocus } from '../app/focus.ts';
import type { ButtonProps } from './button.tsx';
import { Icon, type IconName } from './icon.tsx';

interface MenuProps {
  label: string;
  items: readonly Act[];
  icon?: IconName;
  /** Its words; left out: an icon alone. Beside an icon of its own, a phone has room for that alone. */
  text?: string;
  kind?: ButtonProps['kind'];
  opens?: 'up' | 'left';
}

export function Menu({ label, items, icon = 'more', text, kind = 'quiet', opens }: MenuProps) {
  const [isOpen, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const entries = () => [...(root.current?.querySelectorAll<HTMLElement>('[role=menuitem]') ?? [])];
  const close = () => {
    setOpen(false);
    focusIn(root.current, 'button');
  };
  useFocus(root, isOpen, { within: '[role=menuitem]' });
  useEffect(() => {
    if (!isOpen) return;
    const elsewhere = (event: Event) => {
      if (!root.current?.contains(event.target as Node)) setOpen(false);
    };
    addEventListener('pointerdown', elsewhere);
    return () => removeEventListener('pointerdown', elsewhere);
  }, [isOpen]);
  const onKeyDown = (event: KeyboardEvent) => {
    const all = entries();
    const at = all.indexOf(document.activeElement as HTMLElement);
    if (event.key === 'Escape') close();
    else if (event.key === 'ArrowDown') all[(at + 1) % all.length]?.focus();
    else if (event.key === 'ArrowUp') all[(at - 1 + all.length) % all.length]?.focus();
    else if (event.key === 'Tab') return setOpen(false);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div class={['menu', opens].filter(Boolean).join(' ')} ref={root}>
      <button
        type="button"
        class={['button', kind, text === undefined ? 'icon' : icon !== 'more' && 'short'].filter(Boolean).join(' ')}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        aria-label={label}
        onClick={() => setOpen(!isOpen)}
      >
        <Face icon={icon} text={text} />
      </button>
      {isOpen && (
        <div role="menu" tabIndex={-1} aria-label={label} onKeyDown={onKeyDown}>
          {items.filter(isOffered).map((item) => (
            <MenuItem key={item.label} item={item} onChosen={close} onLeft={() => setOpen(false)} />
          ))}
        </div>
      )}
    </div>
  );
}

function Face({ icon, text }: { icon: IconName; text: string | undefined }) {
  if (text === undefined) return <Icon name={icon} />;
  return (
    <>
      {icon !== 'more' && <Icon name={icon} />}
      <span>{text}</span>
      <Icon name="down" />
    </>
  );
}

function MenuItem({ item, onChosen, onLeft }: { item: Act; onChosen: () => void; onLeft: () => void }) {
  const { label, icon, href, isDanger, run } = item;
  const face = (
    <>
      {icon && <Icon name={icon} />}
      {label}
    </>
  );
  if (href !== undefined)
    return (
      <a role="menuitem" href={href} onClick={onLeft}>
        {face}
      </a>
    );
  const choose = () => {
    onChosen();
    run?.();
  };
  return (
    <button type="button" role="menuitem" class={isDanger ? 'bad' : ''} onClick={choose}>
      {face}
    </button>
  );
}
