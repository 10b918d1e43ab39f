/** A conversation that a command holds: with the running daemon, or with a coda that runs in this process for so long. */

import { randomUUID } from 'node:crypto';
import { type Duplex, duplexPair } from 'node:stream';
import type { Output } from '../adapters/console/index.ts';
import { verbFinder } from '../app/index.ts';
import { deferred } from '../base/async.ts';
import { readLines } from '../base/lines.ts';
import type { AskFor, Conversation } from '../chat/operation.ts';
import { attachToDaemon, checkRoot, noDaemon, ofDaemon } from './daemon/daemon.ts';
import { prepare, serve } from './daemon/serve.ts';
import type { Ask } from './daemon/verbs.ts';
import type { Flags } from './flags.ts';
import { logFile } from './logs/file.ts';

const MOST_LINE_BYTES = 16_000_000;
const CONVERSATION = 'skills';

type SaidOutput = Extract<Output, { conversation: string; text: string }>;

/** Lets `use` talk. Without what access.approval_token asks for, presses are no consent. */
export async function withConversation<T>(
  flags: Flags,
  io: NodeJS.Process,
  asking: (ask: Ask) => AskFor,
  use: (conversation: Conversation) => Promise<T>,
): Promise<T> {
  const { config, world } = prepare(flags, io);
  const { dataDir } = config;
  const { approvalToken: token } = flags;
  const there = await attachToDaemon(dataDir, token, { answersOnly: true });
  if (there) {
    await checkRoot(dataDir, flags.root).catch((error) => {
      there.destroy();
      throw error;
    });
    return use(new Lines(there, asking(ofDaemon(dataDir)))).finally(() => there.destroy());
  }
  const { app, stop } = await serve(flags, io, { logTo: () => logFile(dataDir) });
  const [near, far] = duplexPair();
  try {
    void app.console.attach({ input: far, output: far, isProgram: !app.approvals.carries(token), answersOnly: true });
    const findVerb = verbFinder({ app, config, world, isRunning: true });
    return await use(
      new Lines(
        near,
        asking(async (verb, args) => (await findVerb(verb))?.(args)),
      ),
    );
  } finally {
    near.destroy();
    await stop();
  }
}

/** The protocol of docs/jsonl.md, one line after another. */
class Lines implements Conversation {
  readonly ask: AskFor;
  private readonly session: Duplex;
  private readonly parts = new Map<string, SaidOutput>();
  private readonly waiting = new Map<string, ReturnType<typeof deferred<void>>>();
  private isOver = false;

  constructor(session: Duplex, ask: AskFor) {
    [this.session, this.ask] = [session, ask];
    void this.read();
  }

  say(text: string): Promise<string[]> {
    return this.send({ text });
  }

  press(button: string): Promise<string[]> {
    return this.send({ press: button });
  }

  open() {
    return [...this.parts.values()].flatMap((part) =>
      part.type === 'approval' && 'buttons' in part && part.buttons.length > 0 ? [part] : [],
    );
  }

  private async send(what: { text: string } | { press: string }): Promise<string[]> {
    if (this.isOver) throw goneDaemon();
    const id = randomUUID();
    const answered = deferred();
    this.waiting.set(id, answered);
    this.session.write(`${JSON.stringify({ ...what, id, conversation: CONVERSATION })}\n`);
    await answered.promise;
    return [...this.parts.values()].filter((part) => part.in_reply_to === id).map(({ text }) => text);
  }

  private async read(): Promise<void> {
    try {
      for await (const line of readLines(this.session, MOST_LINE_BYTES)) {
        if ('text' in line) this.takeLine(JSON.parse(line.text) as Output);
      }
    } catch {
      // The conversation is over for both ends of it.
    }
    this.isOver = true;
    for (const answered of this.waiting.values()) answered.reject(goneDaemon());
  }

  private takeLine(line: Output): void {
    if (line.type === 'done') {
      this.waiting.get(line.in_reply_to ?? '')?.resolve();
      this.waiting.delete(line.in_reply_to ?? '');
    } else if (line.type === 'delete') this.parts.delete(line.id);
    else if ('conversation' in line && 'text' in line) {
      const before = this.parts.get(line.id);
      this.parts.set(line.id, before ? { ...line, type: before.type, in_reply_to: before.in_reply_to } : line);
    }
  }
}

const goneDaemon = () => noDaemon('this data folder');
