/** A model behind real HTTP that says what each agent is told to say. */
import type { ModelServer, Scene } from '../../support/model-server/index.ts';

export interface Body {
  model: string;
  system?: { text: string }[];
  messages: { role: string; content: unknown }[];
  tools?: { name: string }[];
}

/** What was asked of one agent: `main`, or a specialist by its name. */
export interface Asked {
  agent: string;
  body: Body;
  system: string;
  /** The names of the tools that it was offered. */
  tools: string[];
  /** What came last: the results of its calls, or what it was told. */
  last: string;
}

export type Script = Readonly<Record<string, readonly (Scene | ((asked: Asked) => Scene))[]>>;

export class Mind {
  readonly asked: Asked[] = [];
  private script: Record<string, (Scene | ((asked: Asked) => Scene))[]> = {};

  constructor(server: ModelServer) {
    server.improvise = (body) => this.answer(body as Body);
  }

  /** What each says, answer by answer, from now on; then "ok". */
  says(script: Script): void {
    this.asked.length = 0;
    this.script = Object.fromEntries(Object.entries(script).map(([agent, scenes]) => [agent, [...scenes]]));
  }

  /** What was asked of one agent, in order. */
  of(agent: string): Asked[] {
    return this.asked.filter((each) => each.agent === agent);
  }

  private answer(body: Body): Scene {
    const system = (body.system ?? []).map(({ text }) => text).join('\n');
    const agent = /^You are “([^”]+)”/.exec(system)?.[1] ?? 'main';
    const tools = (body.tools ?? []).map(({ name }) => name);
    const asked = { agent, body, system, tools, last: JSON.stringify(body.messages.at(-1)) };
    this.asked.push(asked);
    const scene = this.script[agent]?.shift() ?? { text: 'ok' };
    return typeof scene === 'function' ? scene(asked) : scene;
  }
}

/** Hands each specialist its task, all in one step. */
export const spawn = (tasks: Readonly<Record<string, string>>): Scene => ({
  calls: Object.entries(tasks).map(([specialist, task]) => ({
    id: `to_${specialist}`,
    name: 'specialist_spawn',
    input: { specialist, task },
  })),
});

export const call = (name: string, input: Record<string, unknown> = {}): Scene => ({ calls: [{ name, input }] });
