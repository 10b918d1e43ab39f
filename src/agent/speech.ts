/** How models that think aloud mark their thoughts in the text itself. */
const OPEN = /<(?:think|thinking|thought|thoughts|reasoning)>|◁think▷/i;
const CLOSE = /<\/(?:think|thinking|thought|thoughts|reasoning)>|◁\/think▷/i;
/** The beginning of such a mark, at the end of what has come so far. */
const BEGUN = /(?:<\/?[a-z]{0,9}|◁\/?[a-z]{0,5})$/i;
/** Longer than any mark. Characters. */
const LONGEST_MARK = 16;

/**
 * What a model says, without what it thinks aloud, while it comes in pieces. Marks are no marks in code and in quotes,
 * so that an answer about them stays whole. A thought without an end is one where the answer began with it.
 */
export class Speech {
  /** What is said so far. */
  text = '';
  /** What was thought and not said. */
  thought = '';
  /** What came and is not decided: the end of a thought that is still open, or what may become a mark. */
  private open = '';
  /** The thought that is still open, before its end. It may turn out to be none. */
  private doubtful = '';
  private isThinking = false;
  private hasThought = false;

  add(piece: string): void {
    this.open += piece;
    while (this.isThinking ? this.closed() : this.opened());
  }

  /** The answer is complete: what was not decided is. */
  end(): void {
    const isThought = this.isThinking && this.text.trim() === '';
    const left = this.doubtful + this.open;
    if (isThought) this.think(left);
    else this.say(left);
    this.open = '';
    this.doubtful = '';
    this.isThinking = false;
  }

  /** Whether a thought ended, after which the rest is looked at again. */
  private closed(): boolean {
    const found = CLOSE.exec(this.open);
    const end = found ? found.index + found[0].length : Math.max(0, this.open.length - LONGEST_MARK);
    this.doubtful += this.open.slice(0, end);
    this.open = this.open.slice(end);
    if (!found) return false;
    this.think(this.doubtful);
    this.doubtful = '';
    this.isThinking = false;
    if (this.text.trim() === '') this.text = '';
    return true;
  }

  private opened(): boolean {
    const found = OPEN.exec(this.open);
    const stray = this.hasThought ? null : CLOSE.exec(this.open);
    if (stray && (!found || stray.index < found.index)) return this.strayed(stray);
    if (found) {
      this.say(this.open.slice(0, found.index));
      this.open = this.open.slice(found.index);
      this.isThinking = !isQuoted(this.text);
      if (this.isThinking) return true;
      this.say(found[0]);
      this.open = this.open.slice(found[0].length);
      return true;
    }
    const kept = BEGUN.exec(this.open.slice(-LONGEST_MARK))?.[0].length ?? 0;
    this.say(this.open.slice(0, this.open.length - kept));
    this.open = this.open.slice(this.open.length - kept);
    return false;
  }

  /** Some servers swallow the opening mark: on a line of its own, the closing one ends a thought all the same. */
  private strayed(found: RegExpExecArray): boolean {
    const end = found.index + found[0].length;
    const before = this.text + this.open.slice(0, found.index);
    if (!isQuoted(before) && /(?:^|\n)[^\S\n]*$/.test(before)) {
      this.text = '';
      this.think(before);
    } else {
      this.say(this.open.slice(0, end));
    }
    this.open = this.open.slice(end);
    return true;
  }

  private say(words: string): void {
    // The empty line after a thought belongs to it.
    this.text += this.hasThought && this.text === '' ? words.trimStart() : words;
  }

  private think(words: string): void {
    this.thought += words;
    this.hasThought = true;
  }
}

/** Whether what stands behind `before` is in code or in quotes. */
function isQuoted(before: string): boolean {
  if ((before.match(/^[^\S\n]*(?:```|~~~)/gm) ?? []).length % 2 === 1) return true;
  const line = before.slice(before.lastIndexOf('\n') + 1);
  return (line.match(/`/g) ?? []).length % 2 === 1 || /["'“‘«„(]$/.test(line);
}
