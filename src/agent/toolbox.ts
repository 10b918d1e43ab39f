import { z } from 'zod';
import { didYouMean } from '../base/text.ts';
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
  private cachedSpecs: ToolSpec[] | undefined;

  private readonly skills: ReadonlyMap<string, string>;

  /** `skills`: which skill each tool belongs to, where it is one's. */
  constructor(tools: readonly AnyTool[], skills: ReadonlyMap<string, string> = new Map()) {
    this.skills = skills;
    // A tool's input is checked by its own schema before it runs, so that its type may be forgotten here.
    this.tools = new Map((tools as readonly unknown[] as readonly Tool[]).map((tool) => [tool.name, tool]));
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

  /** What the model is offered, always in the same order. */
  specs(): ToolSpec[] {
    this.cachedSpecs ??= [...this.tools.values()]
      .filter((tool) => !tool.hidden)
      .map(({ name, description, input, spare }) => ({
        name,
        description,
        schema: z.toJSONSchema(input, { io: 'input' }),
        ...(spare && { spare }),
      }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
    return this.cachedSpecs;
  }

  /** Finds the tool and checks the input; `hidden` tools only where a button, a command or an undo calls. */
  check(call: Call, allowHidden: boolean): ValidCall | Failed {
    const tool = this.tools.get(call.tool);
    if (!tool || (tool.hidden && !allowHidden)) {
      const near = didYouMean(
        call.tool,
        this.specs().map((spec) => spec.name),
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
