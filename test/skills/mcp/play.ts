import type { ModelRequest } from '../../../src/agent/index.ts';
import { callable } from '../../support/callable.ts';
import { eventually } from '../../support/eventually.ts';
import { type Play, type PlayedPerson, play } from '../../support/play.ts';
import { type Line, ScriptedModel } from '../../support/scripted-model.ts';

/** A coda with MCP servers, and a model that makes the calls that the test names. */
export class McpPlay implements AsyncDisposable {
  readonly coda: Play;
  readonly ana: PlayedPerson;
  readonly model: ScriptedModel;
  private next: Line[] = [];

  private constructor(coda: Play, model: ScriptedModel) {
    this.coda = coda;
    this.ana = coda.person('ana');
    this.model = model;
  }

  static async begin(
    servers: Record<string, unknown>,
    config: Record<string, unknown> = {},
    env: Record<string, string> = {},
  ): Promise<McpPlay> {
    const model: ScriptedModel = new ScriptedModel((request: ModelRequest) =>
      request.messages.at(-1)?.role === 'tool' ? ['Done.'] : played.next.length > 0 ? played.next : ['Hello.'],
    );
    const coda = await play({ model, env, config: { 'mcp.servers': servers, ...config } });
    const played = new McpPlay(coda, model);
    await played.ana.says('hello');
    await eventually(async () => !(await played.ana.says('/mcp')).includes('is being started'));
    return played;
  }

  /** In a conversation that nothing has tainted, calls a tool; `result` is what the model was told of it. */
  async calls(call: string, input: Record<string, unknown> = {}): Promise<{ text: string; result: string }> {
    await this.ana.says('/new');
    return this.callsOn(call, input);
  }

  /** The same in the conversation as it stands. */
  async callsOn(call: string, input: Record<string, unknown> = {}): Promise<{ text: string; result: string }> {
    this.next = [{ call, input }];
    const text = await this.ana.says('go on');
    this.next = [];
    const result = this.model.requests.at(-1)?.messages.findLast(({ role }) => role === 'tool')?.text ?? '';
    return { text, result };
  }

  /** The tools of a server that models are offered now. */
  async offered(server: string) {
    await this.ana.says('hello');
    return (this.model.requests.at(-1)?.tools ?? []).filter(({ name }) => name.startsWith(`${server}_`));
  }

  /** All tools of a server that a model may call, shown or not. */
  async callable(server: string) {
    await this.ana.says('hello');
    const last = this.model.requests.at(-1) ?? { tools: [] };
    return callable(last).filter(({ name }) => name.startsWith(`${server}_`));
  }

  /** What /mcp says of a server. */
  async state(server: string): Promise<string> {
    const said = await this.ana.says('/mcp');
    return said.split('\n').find((line) => line.includes(`${server}:`)) ?? '';
  }

  /** Waits until /mcp says so of a server. */
  async becomes(server: string, words: RegExp): Promise<string> {
    await eventually(async () => words.test(await this.state(server)));
    return this.state(server);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.coda[Symbol.asyncDispose]();
  }
}
