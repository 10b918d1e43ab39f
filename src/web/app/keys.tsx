/** Everything by keyboard: the keys of every page, and those that a page adds while it is shown. */
import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { newChat } from '../chat/list.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { palette } from './palette-state.ts';
import { undoLast } from './toasts.tsx';

const isHelpShown = signal(false);

const KEYS: readonly (readonly [keys: string, does: string])[] = [
  ['/ or Ctrl K', 'search everything, and all actions'],
  ['j k', 'next and previous row'],
  ['Enter', 'open the row'],
  ['e', 'done'],
  ['z', 'take back the last change'],
  ['n', 'new conversation'],
  ['Escape', 'stop an answer, close what is open'],
  ['?', 'these keys'],
];

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || /^(?:INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

/** The rows of a page that j and k go through. */
const rows = (): HTMLElement[] => [...document.querySelectorAll<HTMLElement>('main [data-row]')];

function moveRow(by: 1 | -1): void {
  const all = rows();
  const at = all.findIndex((row) => row.contains(document.activeElement));
  const next = all[Math.max(0, Math.min(all.length - 1, at < 0 ? 0 : at + by))];
  next?.focus();
  next?.scrollIntoView({ block: 'nearest' });
}

/** Presses the button of the row in focus that has this key (`data-key`). */
function pressRow(key: string): boolean {
  const row = rows().find((each) => each.contains(document.activeElement));
  const button = row?.querySelector<HTMLElement>(`[data-key="${key}"]`);
  button?.click();
  return button !== null && button !== undefined;
}

export function Keys() {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() === 'k' && (event.ctrlKey || event.metaKey)) {
        event.preventDefault();
        palette.value = !palette.value;
        return;
      }
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      if (document.querySelector('dialog[open], [role=menu]')) return;
      const isKnown = run(event.key);
      if (isKnown) event.preventDefault();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
  if (!isHelpShown.value) return null;
  return (
    <Dialog
      title="Keys"
      onClose={() => {
        isHelpShown.value = false;
      }}
    >
      <div class="body">
        <h2>Keys</h2>
        <dl class="facts">
          {KEYS.map(([keys, does]) => (
            <>
              <dt>
                <kbd>{keys}</kbd>
              </dt>
              <dd>{does}</dd>
            </>
          ))}
        </dl>
      </div>
    </Dialog>
  );
}

function run(key: string): boolean {
  switch (key) {
    case '/':
      palette.value = true;
      return true;
    case '?':
      isHelpShown.value = true;
      return true;
    case 'n':
      newChat();
      return true;
    case 'z':
      return undoLast();
    case 'j':
      moveRow(1);
      return true;
    case 'k':
      moveRow(-1);
      return true;
    case 'e':
      return pressRow('e');
    case 'Enter':
      return document.activeElement?.hasAttribute('data-row') === true && pressRow('Enter');
    default:
      return false;
  }
}
