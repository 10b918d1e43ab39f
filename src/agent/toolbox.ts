import { z } from 'zod';
import { didYouMean } from '../base/text.ts';
import { Gate, type Thing, type Who } from '../people/index.ts';
import type { ToolSpec } from './model.ts';
import { type AnyTool, type Call, type Effect, type Failed, failed, type Tool } from './tool.ts';

/** A call whose tool exists and whose input has its tool's form. */
export interface ValidCall {
  tool: Tool;
  input: unknown;
  effect: Effect;
}

/** All tools, by name. */
export class Toolbox {
  private readonly tools: Map<string, Tool>;
  private readonly all: readonly ToolSpec[];
  /** Few and the same from turn to turn: they stand at the beginning of prompts, which models cache. */
  private readonly offers = new WeakMap<object, Map<string, ToolSpec[]>>();
  private readonly gate: Gate;

  private readonly skills: ReadonlyMap<string, string>;

  /** `skills`: which skill each tool belongs to, where it is one's. */
  constructor(tools: readonly AnyTool[], skills: ReadonlyMap<string, string> = new Map(), gate = new Gate()) {
    this.skills = skills;
    this.gate = gate;
    // A tool's input is checked by its own schema before it runs, so that its type may be forgotten here.
    this.tools = new Map((tools as readonly unknown[] as readonly Tool[]).map((tool) => [tool.name, tool]));
    this.all = specsOf([...this.tools.values()]);
  }

  get(name: string): Tool | undefined {
    return this.tools.get(name);
  }

  skillOf(name: string): string | undefined {
    return this.skills.get(name);
  }

  names(): string[] {
    return [...this.tools.keys()];
  }

  /** What the model is offered, in one order: what the person may use. One list a role. */
  specs(who: Who): ToolSpec[] {
    const { policies, roles } = this.gate.basis(who);
    const known = this.offers.get(policies) ?? new Map<string, ToolSpec[]>();
    this.offers.set(policies, known);
    const offered = known.get(roles) ?? this.all.filter(({ name }) => this.mayUse(who, name));
    known.set(roles, offered);
    return offered;
  }

  /** Whether the person may make the call, and if so whether it asks first, as the configuration has it. */
  admits(who: Who, { tool, input }: Pick<ValidCall, 'tool' | 'input'>): 'allow' | 'ask' | 'deny' {
    const things = [
      this.thingOf(tool),
      ...(tool.skillIn?.(input) ?? []).map((name) => ({ kind: 'skill', name }) as const),
    ];
    if (!things.every((thing) => this.gate.may(who, thing))) return 'deny';
    return things.some((thing) => this.gate.asksFirst(thing)) ? 'ask' : 'allow';
  }

  /** Whether the person may use the tool. */
  mayUse(who: Who, name: string): boolean {
    const tool = this.tools.get(name);
    return tool !== undefined && this.gate.may(who, this.thingOf(tool));
  }

  private thingOf({ name, always }: Tool): Thing {
    return { kind: 'tool', name, skill: this.skills.get(name), always };
  }

  /** Finds the tool and checks the input; `hidden` tools only where a button, a command or an undo calls. */
  check(call: Call, allowHidden: boolean): ValidCall | Failed {
    const tool = this.tools.get(call.tool);
    const meant = tool?.formerly?.(call.input);
    if (meant) return this.check(meant, true);
    if (!tool || (tool.hidden && !allowHidden)) {
      const near = didYouMean(
        call.tool,
        this.all.map((spec) => spec.name),
      );
      return failed(
        'UNKNOWN_TOOL',
        `There is no tool “${call.tool}”.`,
        near ? { remedy: `Did you mean “${near}”?` } : {},
      );
    }
    const checked = tool.input.safeParse(call.input);
    if (!checked.success) {
      const problems = checked.error.issues.map((issue) => `${issue.path.join('.') || 'input'}: ${issue.message}`);
      return failed('INVALID_INPUT', `${call.tool} was called wrongly: ${problems.slice(0, 5).join('; ')}.`);
    }
    const effect = 'effectOf' in tool && tool.effectOf ? tool.effectOf(checked.data) : tool.effect;
    return { tool, input: checked.data, effect };
  }
}

function specsOf(tools: readonly Tool[]): ToolSpec[] {
  return tools
    .filter((tool) => !tool.hidden)
    .map(({ name, description, input, spare }) => ({
      name,
      description,
      schema: z.toJSONSchema(input, { io: 'input' }),
      ...(spare && { spare }),
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
