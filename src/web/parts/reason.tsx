/** Why something did not work, as a service, a platform or a program has said it. */
import { hasWords } from '../app/words.ts';

interface ReasonProps {
  reason: string;
  /** The sentence where the reason is one for programs. */
  otherwise?: string;
}

/** The reason where it is in words; else a sentence, with the reason under Details. */
export function Reason({ reason, otherwise = 'It did not work.' }: ReasonProps) {
  if (hasWords(reason)) return <span class="bad"> {reason}</span>;
  return (
    <span class="reason">
      <span class="bad"> {otherwise}</span>
      <details>
        <summary>Details</summary>
        <pre class="diff">{reason}</pre>
      </details>
    </span>
  );
}
