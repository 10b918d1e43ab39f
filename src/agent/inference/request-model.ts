import { shortId } from '../../base/ids.ts';
import { requestTokens } from '../context/fit.ts';
import { tokensIn } from '../context/tokens.ts';
import { joinAtSeam, mendCall, toolNamed } from '../tools/repair.ts';
import {
  type KeptBlocks,
  type Model,
  ModelError,
  type ModelImage,
  type ModelMessage,
  type ModelRequest,
  type ModelToolCall,
  type ModelUsage,
  NoModel,
  type StopReason,
  type ToolSpec,
} from './model.ts';
import { THOUGHT_TAGS, type ThoughtFormat } from './strip-thinking/thought-formats.ts';
import { type Block, rawOf, type Speech, ThinkingStripper } from './strip-thinking.ts';
import { callsIn, settleBlocks, type WrittenCalls, withoutCalls } from './text-calls.ts';

export interface ModelUse {
  /** `provider/model`. */
  model: string;
  usage: ModelUsage;
  /** The service did not say; this is what it must have been at most. */
  estimated?: boolean;
  /** Milliseconds from its request to its first word. */
  firstMs?: number;
}

export type Repair =
  | 'arguments'
  | 'call_id'
  | 'continued'
  | 'asked_again'
  | 'cut_call'
  | 'text_call'
  | 'retried'
  | 'fallback'
  | 'wrong_call'
  | 'loop';

/** Usage and repairs of an answer, as they happen: they hold also when the answer then fails. */
export interface AnswerCost {
  used: ModelUse[];
  repairs: Repair[];
}

export interface Answer extends AnswerCost {
  text: string;
  calls: ModelToolCall[];
  model: string;
  keep?: KeptBlocks;
  notices: string[];
  /** Made by the model. */
  pictures: Omit<ModelImage, 'name'>[];
  /** A filter has cut it off. */
  refused?: true;
}

export interface RequestModelOptions {
  /** An empty answer is one: it is not asked for another. */
  maySaySilence?: boolean;
  taken: ReadonlySet<string>;
  cost?: AnswerCost;
  /** Number of times an answer that was cut at the token limit is continued; default 5. */
  continuations?: number;
  onText?(text: string): void;
  /** Models whose answers begin within a thought, since their server swallows its beginning. Learnt here. */
  swallowing?: Map<string, ThoughtFormat>;
}

const CONTINUATIONS = 5;
/** Characters: nobody reads along with more, and each piece is shown with all that came before it. */
export const LONGEST_SHOWN = 20_000;
const GO_ON = 'You were cut off. Go on exactly where you stopped; repeat nothing and say nothing about it.';
const AGAIN = 'Your answer was empty. Answer the message before, or call a tool.';
const SHORTER = 'Your tool call was cut off because it was too long. Make it in smaller pieces.';
const NOT_MADE =
  'No tool was called: your last answer held a call as text that could not be made. Call a tool that you were given, with all of its arguments, or answer in words. If you meant to show such a call, put it into a block of code.';

/**
 * Asks `model` and puts right what came: broken arguments, calls that share an id, an answer that was cut at the token
 * limit, an empty one. Throws the model's `ModelError`.
 */
export async function requestModel(
  model: Model,
  request: ModelRequest,
  signal: AbortSignal,
  options: RequestModelOptions,
): Promise<Answer> {
  const asking = new Asking(model, request, signal, options);
  return asking.run();
}

interface Reply extends Speech {
  text: string;
  /** Tokens, about: what it thought and did not say, and blocks of calls. */
  thoughts: number;
  /** The end of its thoughts, in which some models write their call. */
  thought: string;
  calls: ModelToolCall[];
  stop: StopReason;
  /** Tokens of it by the service's count. */
  output?: number | undefined;
}

/** Tokens: fewer are no thought that has used up the room for an answer. */
const LEAST_THOUGHT = 16;

class Asking {
  private readonly model: Model;
  private readonly request: ModelRequest;
  private readonly signal: AbortSignal;
  private readonly options: RequestModelOptions;
  private readonly answer: Answer;
  /** By the process's own timer: the clock of a test stands still meanwhile. */
  private askedAt = 0;
  private firstMs: number | undefined;

  constructor(model: Model, request: ModelRequest, signal: AbortSignal, options: RequestModelOptions) {
    this.model = model;
    // Text added below must not be taken for the question.
    const asked = request.asked ?? request.messages.findLastIndex(({ role }) => role === 'user');
    this.request = { ...request, asked };
    this.signal = signal;
    this.options = options;
    const { used, repairs } = options.cost ?? { used: [], repairs: [] };
    this.answer = { text: '', calls: [], model: model.name, used, repairs, notices: [], pictures: [] };
  }

  async run(): Promise<Answer> {
    let reply = this.withThoughtCalls(await this.requestOnce([], ''));
    if (this.isEmpty(reply) && !(this.options.maySaySilence && reply.stop === 'end')) {
      if (this.hasNoRoom(reply))
        throw new ModelError('context_overflow', `${this.answer.model} had no room for an answer.`);
      this.answer.repairs.push('asked_again');
      reply = this.withThoughtCalls(await this.requestOnce([{ role: 'user', text: AGAIN }], ''));
      if (this.isEmpty(reply) && reply.stop === 'length') throw this.thoughtTooLong();
    }
    if (reply.stop === 'length' && isCalling(reply)) reply = await this.afterCutCall(reply);
    const { continuations = CONTINUATIONS } = this.options;
    for (let more = 0; reply.stop === 'length' && !isCalling(reply) && more < continuations; more++) {
      if (reply.text.trim() === '') break;
      this.answer.repairs.push('continued');
      reply = await this.goOn(reply);
    }
    if (reply.stop === 'refused' && reply.text.trim() === '') {
      throw new ModelError('refused', `${this.answer.model} declined.`);
    }
    if (reply.stop === 'refused') {
      this.answer.text = `${reply.text.trimEnd()} …`;
      this.answer.refused = true;
      return this.answer;
    }
    const textCalls = reply.calls.length > 0 ? undefined : callsIn(reply, this.callable);
    if (textCalls) reply = await this.withWritten(reply, textCalls);
    this.answer.text = reply.text;
    this.answer.calls = this.distinct(reply.calls.map((call) => this.mendReplyCall(call)));
    return this.answer;
  }

  /** The rest of an answer that was cut off; where no model can give it any more, the person is told so. */
  private async goOn(reply: Reply): Promise<Reply> {
    const { text } = reply;
    const messages: ModelMessage[] = [
      { role: 'assistant', text },
      { role: 'user', text: GO_ON },
    ];
    try {
      const next = await this.requestOnce(messages, text);
      return { ...next, ...continueSpeech(text, next) };
    } catch (error) {
      if (!(error instanceof NoModel)) throw error;
      const whole = `${text.trimEnd()} …\n\n${error.why}`;
      this.options.onText?.(whole);
      return { ...reply, text: whole, stop: 'end' };
    }
  }

  /** An answer without a word whose thought ends with a call: the model closed its thought too late. */
  private withThoughtCalls(reply: Reply): Reply {
    if (!this.isEmpty(reply) || reply.stop === 'length') return reply;
    const blocks = blocksAtEnd(reply.thought);
    const textCalls = blocks.length === 0 ? undefined : callsIn({ text: '', blocks }, this.callable);
    return textCalls && textCalls.problem === undefined ? this.withTextCalls(reply, textCalls) : reply;
  }

  private isEmpty({ text, calls, blocks, stop }: Reply): boolean {
    const isNothing = text.trim() === '' && calls.length === 0 && blocks.length === 0;
    return isNothing && stop !== 'refused' && this.answer.pictures.length === 0;
  }

  /** Cut before its first word, although it has not thought: the request has filled the window. */
  private hasNoRoom({ stop, thoughts, output }: Reply): boolean {
    return stop === 'length' && thoughts === 0 && output !== undefined && output < LEAST_THOUGHT;
  }

  private thoughtTooLong(): ModelError {
    return new ModelError('malformed_output', `${this.answer.model} only thought.`, { reason: 'thoughts' });
  }

  /** Half a call must not run: what came whole does, else the model is asked for something smaller once. */
  private async afterCutCall(reply: Reply): Promise<Reply> {
    const calls = reply.calls.filter(({ input }) => typeof input !== 'string');
    const blocks = reply.blocks.filter(({ isClosed }) => isClosed);
    const isWhole = (each: Reply) =>
      each.blocks.every(({ isClosed }) => isClosed) && each.calls.every(({ input }) => typeof input !== 'string');
    if (isWhole(reply)) return reply;
    this.answer.repairs.push('cut_call');
    if (calls.length > 0 || blocks.length > 0) return { ...reply, calls, blocks };
    const next = await this.askAgain(reply, SHORTER);
    if (next.stop === 'length' && !isWhole(next)) {
      throw new ModelError('malformed_output', `${this.answer.model} could not finish its tool call.`);
    }
    return next;
  }

  private askAgain({ text }: Reply, wrong: string): Promise<Reply> {
    const messages: ModelMessage[] = text.trim() === '' ? [] : [{ role: 'assistant', text }];
    return this.requestOnce([...messages, { role: 'user', text: wrong }], '');
  }

  private async requestOnce(more: readonly ModelMessage[], before: string): Promise<Reply> {
    const { messages } = this.request;
    const request = { ...this.request, messages: more.length === 0 ? messages : [...messages, ...more] };
    const reply: Reply = { ...emptyReply(), stop: 'end' };
    let speech = new ThinkingStripper(this.options.swallowing?.get(this.answer.model));
    let usage: ModelUsage | undefined;
    let attempts = 0;
    this.askedAt = performance.now();
    this.firstMs = undefined;
    try {
      for await (const event of this.model.generate(request, this.signal)) {
        if (event.type === 'begin') {
          if (++attempts > 1) this.answer.repairs.push(event.model === this.answer.model ? 'retried' : 'fallback');
          this.finishReply(reply, speech);
          this.countHalf(request, reply);
          Object.assign(reply, emptyReply());
          this.answer.model = event.model;
          this.askedAt = performance.now();
          this.firstMs = undefined;
          speech = new ThinkingStripper(this.options.swallowing?.get(event.model));
          delete this.answer.keep;
          this.answer.pictures = [];
          if (event.notice && !this.answer.notices.includes(event.notice)) this.answer.notices.push(event.notice);
        } else if (event.type === 'text') {
          speech.add(event.text);
          this.hear(reply, speech, before);
        } else if (event.type === 'reasoning') {
          reply.thoughts += tokensIn(event.text);
          reply.thought = endOfThought(reply.thought + event.text);
        } else if (event.type === 'call') reply.calls.push(event.call);
        else if (event.type === 'keep') this.answer.keep = event.keep;
        else if (event.type === 'picture') this.seePicture(event.picture);
        else if (event.type === 'usage') usage = event.usage;
        else if (event.type === 'charged') this.answer.used.push({ model: event.model, usage: event.usage });
        else if (event.type === 'stop') reply.stop = event.reason;
      }
      this.finishReply(reply, speech);
      const { swallowing } = this.options;
      if (speech.swallowed) swallowing?.set(this.answer.model, speech.swallowed);
      else if (speech.text.trim() !== '') swallowing?.delete(this.answer.model);
    } catch (error) {
      this.finishReply(reply, speech);
      if (usage) this.count(request, reply, usage);
      else this.countHalf(request, reply);
      const isCutOff = error instanceof ModelError && error.fault === 'refused' && reply.text.trim() !== '';
      if (!isCutOff) throw error;
      // The words before it stand, and are marked as cut.
      return { ...reply, calls: [], blocks: [], stop: 'refused' };
    }
    this.count(request, reply, usage);
    reply.output = usage?.output;
    return reply;
  }

  private hear(reply: Reply, { text, hasWords, blocks }: ThinkingStripper, before: string): void {
    if (text === reply.text) return;
    reply.text = text;
    if (!hasWords) return;
    this.noteFirst();
    const { onText } = this.options;
    if (!onText || text.length > LONGEST_SHOWN) return;
    const visibleText = withoutCalls(
      before === '' ? { text, blocks } : continueSpeech(before, { text, blocks }),
      this.callable,
    );
    if (visibleText.trim() !== '') onText(visibleText);
  }

  private noteFirst(): void {
    this.firstMs ??= Math.round(performance.now() - this.askedAt);
  }

  /** Some services hand over a picture with each piece that comes behind it. */
  private seePicture(picture: Answer['pictures'][number]): void {
    const { pictures } = this.answer;
    if (!pictures.some(({ base64 }) => base64 === picture.base64)) pictures.push(picture);
  }

  /** Tools that the request shows, and those that it has no room for. */
  private get callable(): readonly ToolSpec[] {
    const { tools, others = [] } = this.request;
    return others.length === 0 ? tools : [...tools, ...others];
  }

  /** Calls that were written as text are made; one that cannot be is asked for once more, and never shown. */
  private async withWritten(reply: Reply, textCalls: WrittenCalls): Promise<Reply> {
    const { tools } = this.request;
    if (textCalls.problem === undefined) return this.withTextCalls(reply, textCalls);
    if (tools.length === 0 && textCalls.text !== '') return { ...reply, text: textCalls.text };
    this.answer.repairs.push('asked_again');
    const next = await this.askAgain({ ...reply, text: textCalls.text }, `${NOT_MADE} ${textCalls.problem}`);
    const again = next.calls.length > 0 ? undefined : callsIn(next, this.callable);
    if (again?.problem !== undefined && again.text === '') {
      throw new ModelError('malformed_output', `${this.answer.model} wrote a call that cannot be read.`);
    }
    return again ? this.withTextCalls(next, again) : next;
  }

  private withTextCalls(reply: Reply, { text, calls }: WrittenCalls): Reply {
    if (calls.length > 0) this.answer.repairs.push('text_call');
    return { ...reply, text, calls: calls.map((call) => ({ ...call, id: `call_${shortId(12)}` })) };
  }

  private finishReply(reply: Reply, speech: ThinkingStripper): void {
    speech.readToEnd();
    const { text, blocks } = speech.blocks.length === 0 ? speech : settleBlocks(speech, this.callable);
    if (text.trim() !== '') this.noteFirst();
    Object.assign(reply, { text, blocks });
    reply.thought = endOfThought(reply.thought + speech.thought);
    const unsaid = speech.thought + blocks.map(rawOf).join('');
    if (unsaid !== '') reply.thoughts += tokensIn(unsaid);
  }

  /** An answer that broke off has cost what it is long, although nobody says how much. */
  private countHalf(request: ModelRequest, reply: Reply): void {
    if (reply.text !== '' || reply.thoughts > 0 || reply.calls.length > 0) this.count(request, reply, undefined);
  }

  private count(request: ModelRequest, reply: Reply, usage: ModelUsage | undefined): void {
    const { model, used } = this.answer;
    const output = () => tokensIn(reply.text) + reply.thoughts + tokensIn(JSON.stringify(reply.calls));
    const first = this.firstMs === undefined ? {} : { firstMs: this.firstMs };
    used.push(
      usage
        ? { model, usage, ...first }
        : { model, usage: { input: requestTokens(request), cached: 0, output: output() }, estimated: true, ...first },
    );
  }

  private mendReplyCall(call: ModelToolCall): ModelToolCall {
    const tool = toolNamed(call.name, this.callable);
    const { call: better, mended } = mendCall({ ...call, name: tool?.name ?? call.name }, tool?.schema);
    if (mended) this.answer.repairs.push('arguments');
    return better;
  }

  /** Results are matched to calls by id, so that no two calls of a turn may share one. */
  private distinct(calls: ModelToolCall[]): ModelToolCall[] {
    const takenIds = new Set(this.options.taken);
    return calls.map((call) => {
      const free = call.id !== '' && !takenIds.has(call.id);
      const id = free ? call.id : `call_${shortId(12)}`;
      if (!free) this.answer.repairs.push('call_id');
      takenIds.add(id);
      return { ...call, id };
    });
  }
}

function continueSpeech(before: string, { text, blocks }: Speech): Speech {
  const whole = joinAtSeam(before, text);
  const shift = whole.length - text.length;
  return { text: whole, blocks: blocks.map((block) => ({ ...block, at: Math.max(0, shift + block.at) })) };
}

function emptyReply(): Omit<Reply, 'stop'> {
  return { text: '', blocks: [], thoughts: 0, thought: '', calls: [] };
}

/** Characters of a thought that are kept: a call that it ends with, and no more. */
const LONGEST_END = 20_000;

/** Cut only when it is twice as long, so that a thought in many pieces is not copied for each. */
function endOfThought(reasoning: string): string {
  return reasoning.length <= 2 * LONGEST_END ? reasoning : reasoning.slice(-LONGEST_END);
}

const MARK_OF_THOUGHT = new RegExp(THOUGHT_TAGS, 'gi');

/** The whole blocks of calls that a thought ends with; none where words stand behind them. */
function blocksAtEnd(reasoning: string): Block[] {
  const speech = new ThinkingStripper();
  speech.add(reasoning.replace(MARK_OF_THOUGHT, ''));
  speech.readToEnd();
  const from = speech.text.trimEnd().length;
  return speech.blocks.filter(({ at, isClosed }) => isClosed && at >= from).map((block) => ({ ...block, at: 0 }));
}

function isCalling({ calls, blocks }: Reply): boolean {
  return calls.length > 0 || blocks.length > 0;
}
