/** Everything by keyboard: the keys of every page, and those that a page adds while it is shown. */
import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { newChat } from '../chat/list.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { type Act, actOfKey, actsOfRow, keysOf, listRows, pageActs, rowInFocus } from './acts.ts';
import { openPalette, palette } from './palette-state.ts';
import { go } from './router.ts';
import { canUndo, undoLast } from './toasts.tsx';

const isHelpShown = signal(false);

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || /^(?:INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

/** Runs an act, or goes where it leads. */
export function perform({ run, href }: Act): void {
  if (href !== undefined) go(href);
  else run?.();
}

function moveRow(by: 1 | -1): void {
  const all = listRows();
  const at = all.findIndex((row) => row.contains(document.activeElement));
  const next = all[Math.max(0, Math.min(all.length - 1, at < 0 ? 0 : at + by))];
  next?.focus();
  next?.scrollIntoView({ block: 'nearest' });
}

/** Acts of every page. */
export const EVERYWHERE: readonly Act[] = [
  {
    label: 'Search everything, and all actions',
    key: '/',
    run: openPalette,
  },
  { label: 'New conversation', icon: 'plus', key: 'n', run: newChat },
  { label: 'Take back the last change', icon: 'undo', key: 'z', when: canUndo, run: undoLast },
  { label: 'Next row', key: 'j', run: () => moveRow(1) },
  { label: 'Previous row', key: 'k', run: () => moveRow(-1) },
  {
    label: 'All keys',
    icon: 'key',
    key: '?',
    run: () => {
      isHelpShown.value = true;
    },
  },
];

/** The row in focus knows Enter: a button within it has an Enter of its own. */
function runKey(key: string): boolean {
  const row = rowInFocus();
  if (key === 'Enter' && document.activeElement !== row) return false;
  const act = actOfKey(key, actsOfRow(row), pageActs.value, EVERYWHERE);
  if (!act) return false;
  perform(act);
  return true;
}

export function Keys() {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() === 'k' && (event.ctrlKey || event.metaKey)) {
        event.preventDefault();
        if (palette.value) palette.value = false;
        else openPalette();
        return;
      }
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      if (document.querySelector('dialog[open], [role=menu]')) return;
      if (runKey(event.key)) event.preventDefault();
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
          {shownKeys().map(([key, does]) => (
            <>
              <dt>
                <kbd>{key}</kbd>
              </dt>
              <dd>{does}</dd>
            </>
          ))}
        </dl>
      </div>
    </Dialog>
  );
}

/** Keys that hold here: those of the page's rows stand before what holds everywhere. */
function shownKeys(): [key: string, does: string][] {
  const ofRows = listRows().map(actsOfRow);
  return [
    ...keysOf(...ofRows, pageActs.value, EVERYWHERE),
    ['Ctrl K', 'Search everything, and all actions'],
    ['Escape', 'Stop an answer, close what is open'],
  ];
}
