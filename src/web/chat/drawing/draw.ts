/** Asks the drawer for the colours of code and for formulas, one after the other, and keeps what it has answered. */
import { useEffect, useState } from 'preact/hooks';
import { newDrawer } from '../../app/worker.ts';
import type { Piece } from './code.ts';
import type { Drawing } from './formula.ts';

export interface Task {
  kind: 'code' | 'formula';
  text: string;
  language?: string;
}

interface DrawingOf {
  code: readonly Piece[];
  formula: Drawing;
}

/** The drawer's answer about a text; null: it stays as it was written. */
type Answer = DrawingOf[keyof DrawingOf] | null;

/** Milliseconds that one text may take. */
const LONGEST_MS = 1_000;
/** Milliseconds until its libraries are there: beyond, there is no connection, and the next text asks again. */
const LOADED_MS = 20_000;
const MOST_KEPT = 500;

const keyOf = ({ kind, text, language = '' }: Task): string => `${kind} ${language}\n${text}`;

/** Answers by task; the oldest goes first. */
const answers = new Map<string, Answer>();

function keep(key: string, answer: Answer): void {
  answers.set(key, answer);
  const [oldest] = answers.keys();
  if (answers.size > MOST_KEPT && oldest !== undefined) answers.delete(oldest);
}

interface Waiting {
  task: Task;
  tell: () => void;
  isCancelled: boolean;
}

class Drawer {
  private readonly queue: Waiting[] = [];
  private worker: Worker | undefined;
  private current: Waiting | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;

  ask(task: Task, tell: () => void): () => void {
    const waiting: Waiting = { task, tell, isCancelled: false };
    this.queue.push(waiting);
    this.next();
    return () => {
      waiting.isCancelled = true;
    };
  }

  private next(): void {
    if (this.current) return;
    for (let waiting = this.queue.shift(); waiting; waiting = this.queue.shift()) {
      if (waiting.isCancelled) continue;
      if (answers.has(keyOf(waiting.task))) {
        waiting.tell();
        continue;
      }
      this.current = waiting;
      this.begin(waiting.task);
      return;
    }
  }

  private begin(task: Task): void {
    this.worker ??= this.start();
    this.timer = setTimeout(() => this.giveUp(false), LOADED_MS);
    this.worker.postMessage(task);
  }

  private start(): Worker {
    const worker = newDrawer();
    worker.addEventListener('message', ({ data }: MessageEvent<'begun' | { drawn: Answer | undefined }>) => {
      if (worker !== this.worker) return;
      clearTimeout(this.timer);
      if (data === 'begun') this.timer = setTimeout(() => this.giveUp(true), LONGEST_MS);
      else this.finish(data.drawn ?? null);
    });
    worker.addEventListener('error', () => {
      if (worker === this.worker) this.giveUp(false);
    });
    return worker;
  }

  /** Ends the drawer in the middle of a text; `isKnown`: that text would take too long again. */
  private giveUp(isKnown: boolean): void {
    clearTimeout(this.timer);
    this.worker?.terminate();
    this.worker = undefined;
    this.finish(isKnown ? null : undefined);
  }

  private finish(answer: Answer | undefined): void {
    const done = this.current;
    this.current = undefined;
    if (done && answer !== undefined) keep(keyOf(done.task), answer);
    if (done && !done.isCancelled) done.tell();
    this.next();
  }
}

const drawer = new Drawer();

/** The drawing of a text; undefined while there is none, or where there will be none. */
export function useDrawn<K extends Task['kind']>(task: Task & { kind: K }, isWanted = true): DrawingOf[K] | undefined {
  const key = keyOf(task);
  const [, redraw] = useState(0);
  const answer = answers.get(key);
  useEffect(() => {
    if (!isWanted || answers.has(key)) return;
    return drawer.ask(task, () => redraw((before) => before + 1));
  }, [key, isWanted]);
  return isWanted ? ((answer ?? undefined) as DrawingOf[K] | undefined) : undefined;
}
