/** A text to copy, with the button that copies it, and addresses in a text as links. */
import type { ComponentChildren } from 'preact';
import { say } from '../app/toasts.tsx';
import { Button } from './button.tsx';
import { Dialog } from './dialog.tsx';

interface CopyableProps {
  /** Its name, where it is not the only one. */
  label?: string;
  text: string;
  /** Further buttons. */
  children?: ComponentChildren;
}

export const Copyable = ({ label, text, children }: CopyableProps) => (
  <>
    <section aria-label={label ?? 'To copy'}>
      <pre class="diff" tabIndex={0}>
        {text}
      </pre>
    </section>
    <div class="buttons">
      <Button icon="copy" kind={label === undefined ? 'primary' : 'quiet'} onClick={() => void copy(text)}>
        {label === undefined ? 'Copy' : `Copy ${label}`}
      </Button>
      {children}
    </div>
  </>
);

interface DialogProps {
  title: string;
  text: string;
  children: ComponentChildren;
  onClose: () => void;
}

/** Shows a text that is to be taken elsewhere: a link, a secret, a line for a terminal. */
export const CopyDialog = ({ title, text, children, onClose }: DialogProps) => (
  <Dialog title={title} onClose={onClose}>
    <div class="body">
      <h2>{title}</h2>
      {children}
      <Copyable text={text}>
        <Button onClick={onClose}>Close</Button>
      </Copyable>
    </div>
  </Dialog>
);

export async function copy(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    say('Copied.');
  } catch {
    say('This browser does not let pages copy here: select the text and copy it.', { isBad: true });
  }
}

const ADDRESS = /https?:\/\/[^\s<>"]+/g;

/** A sentence of coda's own, in which each address is a link. */
export function Linked({ text }: { text: string }) {
  const parts: ComponentChildren[] = [];
  let from = 0;
  for (const { 0: match, index } of text.matchAll(ADDRESS)) {
    const address = match.replace(/[.,;:!?)]{1,3}$/, '');
    parts.push(
      text.slice(from, index),
      <a key={index} href={address} target="_blank" rel="noreferrer noopener">
        {address}
      </a>,
    );
    from = index + address.length;
  }
  return (
    <>
      {parts}
      {text.slice(from)}
    </>
  );
}
