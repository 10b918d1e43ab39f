/** The prompt for people: a client of a console session, as any program could be one. */
import { randomUUID } from 'node:crypto';
import { appendFileSync, chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { clearScreenDown, createInterface, cursorTo, type Interface, moveCursor } from 'node:readline';
import type { Duplex } from 'node:stream';
import widthOf from 'string-width';
import { readLines } from '../../../base/lines.ts';
import { homeFolder } from '../../../base/root.ts';
import type { CommandHint, Output } from '../protocol.ts';
import { chosenLine, LEAVE_HINT, LEAVING_COMMANDS, MORE, PROMPT } from '../texts.ts';
import { Conversation, createStyle, type Style, type View } from './conversation.ts';

/** An answer may carry a whole page many times over. */
const MAX_OUTPUT_LINE_BYTES = 16_000_000;

export interface TerminalOptions {
  session: Duplex;
  stdin: NodeJS.ReadStream;
  stdout: NodeJS.WriteStream;
  env: Readonly<Record<string, string | undefined>>;
  history: string;
}

export function openTerminal(options: TerminalOptions): Promise<'left' | 'ended'> {
  const { stdin, stdout, env } = options;
  const dumb = env.TERM === 'dumb';
  const style = createStyle(stdout.isTTY && !env.NO_COLOR && !dumb);
  return stdin.isTTY && stdout.isTTY && !dumb
    ? new PromptedTalk(options, style).run()
    : new PipedTalk(options, style).run();
}

abstract class Talk {
  protected readonly session: Duplex;
  protected readonly underWay = new Set<string>();
  protected commands: CommandHint[] = [];
  protected abstract readonly conversation: Conversation;

  constructor(session: Duplex) {
    this.session = session;
    session.on('error', () => {});
  }

  protected async listen(): Promise<void> {
    const chunks = this.session.iterator({ destroyOnReturn: false });
    try {
      for await (const line of readLines(chunks, MAX_OUTPUT_LINE_BYTES)) {
        if ('text' in line && line.text !== '') this.hear(JSON.parse(line.text));
      }
    } catch {
      // A session that breaks off has ended.
    }
  }

  protected hear(line: Output): void {
    if (line.type === 'ready') this.commands = line.commands;
    if (line.type === 'done' && line.in_reply_to !== null) this.underWay.delete(line.in_reply_to);
    this.conversation.hear(line);
  }

  /** Sends what was typed: a number presses a button, everything else is said. Gives the label that was pressed. */
  protected tell(text: string): string | undefined {
    const id = randomUUID();
    this.underWay.add(id);
    const button = this.conversation.choose(text);
    this.session.write(`${JSON.stringify(button ? { id, press: button.id } : { id, ...sayingOf(text) })}\n`);
    return button?.label;
  }
}

const ATTACHING = /^\/attach[ \t]+(?:"([^"\n]+)"|'([^'\n]+)'|([^\s"']\S*))([\s\S]*)$/;

/** `/attach PATH words` says the words with a file; everything else is said as it is. */
function sayingOf(text: string): { text: string; files?: { name: string; path: string }[] } {
  const [, quoted, single, bare, words = ''] = ATTACHING.exec(text.trim()) ?? [];
  const quotedPath = quoted ?? single ?? bare;
  if (quotedPath === undefined) return { text };
  const path = quotedPath.replace(/^~(?=\/)/, homeFolder());
  return { text: words.trim(), files: [{ name: basename(path), path }] };
}

class PromptedTalk extends Talk {
  protected readonly conversation: Conversation;
  private readonly options: TerminalOptions;
  private readonly style: Style;
  private readonly screen: Screen;
  private readonly prompt: Prompt;
  private readonly history: ReturnType<typeof openHistory>;
  private pasted: string[] = [];
  private pasting = false;
  private armed = false;
  private leave: (how: 'left' | 'ended') => void = () => {};

  constructor(options: TerminalOptions, style: Style) {
    super(options.session);
    this.options = options;
    this.style = style;
    this.history = openHistory(options.history);
    this.prompt = createInterface({
      input: options.stdin,
      output: options.stdout,
      terminal: true,
      prompt: style.bold(PROMPT),
      history: this.history.lines,
      historySize: 1_000,
      removeHistoryDuplicates: true,
      completer: (line: string) => [this.complete(line), line],
    });
    this.screen = new Screen(options.stdout, this.prompt);
    this.conversation = new Conversation(this.screen, style);
  }

  async run(): Promise<'left' | 'ended'> {
    const { stdin, stdout } = this.options;
    const ending = new Promise<'left' | 'ended'>((resolve) => {
      this.leave = resolve;
    });
    this.prompt.on('line', (line) => this.take(line));
    this.prompt.on('SIGINT', () => this.interrupt());
    this.prompt.on('close', () => this.leave('left'));
    const onKey = (_text: string | undefined, key: { name?: string } | undefined) => this.key(key?.name);
    stdin.on('keypress', onKey);
    // Before readline draws the prompt anew: the terminal has broken the line differently by itself.
    const onResize = () => this.locate();
    stdout.prependListener('resize', onResize);
    stdout.write(BRACKETED_PASTE_ON);
    this.prompt.prompt();
    void this.listen().then(() => this.leave('ended'));
    const how = await ending;
    stdin.off('keypress', onKey);
    stdout.off('resize', onResize);
    this.screen.close(how === 'left');
    this.prompt.close();
    stdout.write(`${BRACKETED_PASTE_OFF}${how === 'left' ? '\n' : ''}`);
    this.session.end();
    return how;
  }

  /** Tells readline in which row of the prompt the cursor stands. */
  private locate(): void {
    this.prompt.prevRows = this.prompt.getCursorPos().rows;
  }

  private key(name: string | undefined): void {
    // Characters that come in one piece, as in a paste, are drawn without it.
    this.locate();
    if (name === 'paste-start') this.pasting = true;
    if (name === 'paste-end') this.pasting = false;
  }

  private take(line: string): void {
    this.armed = false;
    if (this.pasting || line.endsWith('\\')) {
      this.pasted.push(this.pasting ? line : line.slice(0, -1));
      this.prompt.setPrompt(this.style.dim(MORE));
      this.prompt.prompt();
      return;
    }
    const text = [...this.pasted, line].join('\n');
    this.reset();
    if (text.trim() === '') return;
    this.history.add(text);
    if (isLeaving(text)) {
      this.leave('left');
      return;
    }
    const label = this.tell(text);
    if (label !== undefined) this.screen.print([this.style.dim(chosenLine(label)), '']);
  }

  private reset(): void {
    this.pasted = [];
    this.prompt.setPrompt(this.style.bold(PROMPT));
    this.prompt.prompt();
  }

  /** Ctrl-C: first what is typed, then what is being answered, then the terminal itself. */
  private interrupt(): void {
    if (this.prompt.line !== '' || this.pasted.length > 0) {
      this.armed = false;
      this.prompt.write(null, { ctrl: true, name: 'e' });
      this.prompt.write(null, { ctrl: true, name: 'u' });
      this.reset();
      return;
    }
    if (this.armed) {
      this.leave('left');
      return;
    }
    this.armed = true;
    if (this.underWay.size > 0) this.tell('/stop');
    this.screen.print([this.style.dim(LEAVE_HINT)]);
  }

  private complete(line: string): string[] {
    if (!line.startsWith('/') || line.includes(' ')) return [];
    const commands = this.commands.map(({ name }) => `/${name} `);
    return [...commands, '/attach ', ...LEAVING_COMMANDS].filter((command) => command.startsWith(line));
  }
}

const isLeaving = (text: string): boolean => LEAVING_COMMANDS.includes(text.trim().toLowerCase());

const BRACKETED_PASTE_ON = '\u001b[?2004h';
const BRACKETED_PASTE_OFF = '\u001b[?2004l';

class PipedTalk extends Talk {
  protected readonly conversation: Conversation;
  private readonly options: TerminalOptions;
  private readonly view: PlainView;
  private free: () => void = () => {};
  private isOver = false;

  constructor(options: TerminalOptions, style: Style) {
    super(options.session);
    this.options = options;
    this.view = new PlainView((text) => options.stdout.write(text));
    this.conversation = new Conversation(this.view, style);
  }

  async run(): Promise<'left' | 'ended'> {
    const listening = this.listen().finally(() => {
      this.isOver = true;
      this.free();
    });
    // A session that ends takes no more lines, however long stdin stays open.
    const isAnswered = await Promise.race([this.tellAll(), listening.then(() => false)]);
    // The session ends when the last answer is out.
    if (isAnswered) this.session.end();
    else this.options.stdin.destroy();
    await listening;
    this.view.keepLive();
    return isAnswered ? 'left' : 'ended';
  }

  /** Says every line of stdin, one after another, as a script means them. False where one of them has no answer. */
  private async tellAll(): Promise<boolean> {
    for await (const line of readLines(this.options.stdin, MAX_OUTPUT_LINE_BYTES)) {
      if (!('text' in line) || line.text.trim() === '') continue;
      if (this.isOver) return false;
      if (isLeaving(line.text)) break;
      this.tell(line.text);
      await this.whenAnswered();
    }
    return this.underWay.size === 0;
  }

  protected override hear(line: Output): void {
    // A greeting is for people.
    if (line.type === 'ready') return;
    super.hear(line);
    if (line.type === 'done') this.view.keepLive();
    if (this.underWay.size === 0) this.free();
  }

  private async whenAnswered(): Promise<void> {
    if (this.underWay.size === 0) return;
    await new Promise<void>((resolve) => {
      this.free = resolve;
    });
  }
}

const MOST_LINES = 1_000;
const LONGEST_LINE = 2_000;

/**
 * Input history across starts, in a file that only its user may read. A file that cannot be written is done without.
 */
interface History {
  /** Newest first, as readline wants it. */
  lines: string[];
  add(line: string): void;
}

function openHistory(path: string): History {
  const lines = read(path);
  return {
    lines: lines.toReversed(),
    add(line) {
      // A line that begins with a space is not kept, as in a shell.
      if (line.startsWith(' ') || line.length > LONGEST_LINE || line.includes('\n') || line.trim() === '') return;
      quietly(() => appendFileSync(path, `${line}\n`, { mode: 0o600 }));
    },
  };
}

function read(path: string): string[] {
  let lines: string[] = [];
  quietly(() => {
    const all = readFileSync(path, 'utf8').split('\n').filter(Boolean);
    lines = all.slice(-MOST_LINES);
    if (lines.length < all.length) writeFileSync(path, `${lines.join('\n')}\n`, { mode: 0o600 });
    chmodSync(path, 0o600);
  });
  return lines;
}

function quietly(act: () => void): void {
  try {
    act();
  } catch {
    // Nobody should lose a conversation over its history.
  }
}

/** A view without a terminal behind it: a block is written once, when it will not change any more. */
class PlainView implements View {
  readonly width = Number.MAX_SAFE_INTEGER;
  private readonly write: (text: string) => void;
  private live: { id: string; lines: readonly string[] } | undefined;

  constructor(write: (text: string) => void) {
    this.write = write;
  }

  print(lines: readonly string[]): void {
    this.keepLive();
    this.put(lines);
  }

  printAbove(lines: readonly string[]): void {
    this.put(lines);
  }

  begin(id: string, lines: readonly string[]): void {
    this.keepLive();
    this.live = { id, lines };
  }

  isLive(id: string): boolean {
    return this.live?.id === id;
  }

  change(lines: readonly string[]): void {
    if (this.live) this.live.lines = lines;
  }

  remove(): void {
    this.live = undefined;
  }

  say(): void {}

  keepLive(): void {
    const { live } = this;
    this.live = undefined;
    if (live) this.put(live.lines);
  }

  private put(lines: readonly string[]): void {
    this.write(lines.map((line) => `${line}\n`).join(''));
  }
}

/** readline's prompt, with the row of its cursor as of its last drawing: where it believes to begin the next one. */
type Prompt = Interface & { prevRows?: number };

interface Terminal extends NodeJS.WritableStream {
  columns?: number;
  rows?: number;
}

interface Live {
  id: string;
  lines: readonly string[];
  /** Lines of it that have scrolled on and cannot be reached any more. */
  settled: number;
}

/**
 * Writes above the prompt while a person types in it: what they have typed so far, and where the cursor stands in it, stays
 * as it is. From top to bottom the screen holds what will not change any more, one live block, a status and the prompt.
 */
class Screen {
  private readonly output: Terminal;
  private readonly prompt: Prompt;
  private live: Live | undefined;
  private status: string | undefined;
  private closed = false;

  constructor(output: Terminal, prompt: Prompt) {
    this.output = output;
    this.prompt = prompt;
  }

  /** Columns that a line may fill; the last one is left free, because terminals disagree on what follows it. */
  get width(): number {
    return Math.max((this.output.columns ?? 80) - 1, 20);
  }

  print(lines: readonly string[]): void {
    this.redraw(0, lines, this.status);
    this.live = undefined;
  }

  /** Shows lines that will not change above the live block, so that the block can go on growing. */
  printAbove(lines: readonly string[]): void {
    const { live } = this;
    if (!live) {
      this.print(lines);
      return;
    }
    const reach = this.reach(live.lines.slice(live.settled));
    const moved = live.lines.slice(live.lines.length - reach);
    this.live = { ...live, settled: live.lines.length - reach };
    this.redraw(this.rows(moved), [...lines, ...moved], this.status);
  }

  begin(id: string, lines: readonly string[]): void {
    this.redraw(0, lines, this.status);
    this.live = { id, lines, settled: 0 };
  }

  isLive(id: string): boolean {
    return this.live?.id === id;
  }

  change(lines: readonly string[]): void {
    const { live } = this;
    if (!live) return;
    let same = live.settled;
    while (same < live.lines.length && same < lines.length && live.lines[same] === lines[same]) same++;
    const old = live.lines.slice(same);
    const reach = this.reach(old);
    const from = live.lines.length - reach;
    this.redraw(this.rows(live.lines.slice(from)), lines.slice(from), this.status);
    this.live = { ...live, lines, settled: Math.max(live.settled, from > same ? from : live.settled) };
  }

  remove(): void {
    if (this.live) this.change(this.live.lines.slice(0, this.live.settled));
    this.live = undefined;
  }

  say(status: string | undefined): void {
    if (status !== this.status) this.redraw(0, [], status);
  }

  close(keep: boolean): void {
    if (!keep) this.clear(0);
    this.closed = true;
  }

  /** Number of the last of `lines` that are still on the screen, with the prompt below them. */
  private reach(lines: readonly string[]): number {
    const room = (this.output.rows ?? 24) - this.prompt.getCursorPos().rows - 3;
    let count = 0;
    let rows = 0;
    for (let index = lines.length - 1; index >= 0; index--) {
      rows += this.rows([lines[index] as string]);
      if (rows > room) break;
      count++;
    }
    return count;
  }

  private rows(lines: readonly string[]): number {
    const columns = this.output.columns ?? 80;
    return lines.reduce((sum, line) => sum + Math.max(1, Math.ceil(widthOf(line) / columns)), 0);
  }

  private redraw(above: number, lines: readonly string[], status: string | undefined): void {
    this.clear(above);
    this.status = status;
    const text = [...lines, ...(status === undefined ? [] : [status])].map((line) => `${line}\n`).join('');
    this.output.write(text);
    this.prompt.prevRows = 0;
    if (!this.closed) this.prompt.prompt(true);
  }

  private clear(above: number): void {
    const { rows: promptRows } = this.closed ? { rows: 0 } : this.prompt.getCursorPos();
    cursorTo(this.output, 0);
    moveCursor(this.output, 0, -(promptRows + (this.status === undefined ? 0 : 1) + above));
    clearScreenDown(this.output);
  }
}
