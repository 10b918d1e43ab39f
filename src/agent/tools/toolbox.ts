import { lazy } from '../../base/async.ts';
import { faultsOf, inputWords } from '../../base/input.ts';
import { omitUndefined } from '../../base/json.ts';
import { didYouMean } from '../../base/text.ts';
import { Gate, type RoleHolder, type Thing } from '../../people/index.ts';
import type { ToolSpec } from '../inference/model.ts';
import type { ChosenAct } from './act.ts';
import { isAllowed } from './forbidden.ts';
import { faultOf, formForModels } from './model-input.ts';
import {
  type AnyTool,
  type Call,
  type Effect,
  type Failed,
  failed,
  isAlwaysShown,
  isForModels,
  isUnshown,
  type ShortForm,
  type Tool,
} from './tool.ts';

export interface ValidCall {
  tool: Tool;
  input: unknown;
  effect: Effect;
}

/** Tools of a skill that come and go while coda runs. */
export interface LiveTools {
  skill: string;
  /** The tools of now; the same array as long as they are the same tools. `takenNames`: none of them may have one. */
  current(takenNames: ReadonlySet<string>): readonly AnyTool[];
  /** Resolves when it is known whether it has a tool of this name, or that takes too long. */
  whenKnown(name: string): Promise<void>;
}

interface Stock {
  from: readonly (readonly AnyTool[])[];
  tools: ReadonlyMap<string, Tool>;
  skills: ReadonlyMap<string, string>;
  /** Specifications of all tools that are not hidden; made at the first request, since schemas take time at a start. */
  listAll(): readonly ToolSpec[];
  /** Few and the same from turn to turn: they stand at the beginning of prompts, which models cache. */
  offers: WeakMap<object, Map<string, ToolSpec[]>>;
}

export class Toolbox {
  private readonly own: readonly Tool[];
  private readonly taken: ReadonlySet<string>;
  private readonly skills: ReadonlyMap<string, string>;
  private readonly gate: Gate;
  private readonly live: readonly LiveTools[];
  private last: Stock | undefined;

  /** `skills`: which skill each tool belongs to, where it is one's. A live tool never takes the place of another one. */
  constructor(
    tools: readonly AnyTool[],
    skills: ReadonlyMap<string, string> = new Map(),
    gate = new Gate(),
    live: readonly LiveTools[] = [],
  ) {
    this.skills = skills;
    this.gate = gate;
    this.live = live;
    // A tool's input is checked by its own schema before it runs, so that its type may be forgotten here.
    this.own = tools as readonly unknown[] as readonly Tool[];
    this.taken = new Set(this.own.map(({ name }) => name));
    // Whoever has live tools learns at once which names are taken.
    this.stock();
  }

  get(name: string): Tool | undefined {
    return this.stock().tools.get(name);
  }

  /** Resolves when the tool is there, or it is known that it is not: live tools come some time after the start. */
  async whenKnown(name: string): Promise<void> {
    if (this.get(name) === undefined) await Promise.all(this.live.map((each) => each.whenKnown(name)));
  }

  skillOf(name: string): string | undefined {
    return this.stock().skills.get(name);
  }

  toolNaming(thing: string): Tool | undefined {
    return [...this.stock().tools.values()].find(({ dialogue }) => dialogue?.thing === thing && dialogue.listNamed);
  }

  names(): string[] {
    return [...this.stock().tools.keys()];
  }

  /** Names by which a skill or a tool of one is allowed. */
  namesOfAll(): string[] {
    const { tools, skills } = this.stock();
    return [...new Set([...skills.values(), ...tools.keys()])];
  }

  private stock(): Stock {
    const from = this.live.map((each) => each.current(this.taken));
    if (this.last && from.every((list, index) => list === this.last?.from[index])) return this.last;
    const tools = new Map(this.own.map((tool) => [tool.name, tool]));
    const skills = new Map(this.skills);
    for (const [index, list] of from.entries()) {
      for (const tool of list as readonly unknown[] as readonly Tool[]) {
        if (tools.has(tool.name)) continue;
        tools.set(tool.name, tool);
        skills.set(tool.name, this.live[index]?.skill ?? '');
      }
    }
    const all = lazy(() => specsOf([...tools.values()]));
    this.last = { from, tools, skills, listAll: all, offers: new WeakMap() };
    return this.last;
  }

  specs(who: RoleHolder): ToolSpec[] {
    const { listAll: all, offers } = this.stock();
    const { policies, roles } = this.gate.basis(who);
    const specsByRoles = offers.get(policies) ?? new Map<string, ToolSpec[]>();
    offers.set(policies, specsByRoles);
    const offered = specsByRoles.get(roles) ?? all().filter(({ name }) => this.mayUse(who, name));
    specsByRoles.set(roles, offered);
    return offered;
  }

  /** Names of the offered tools that are not shown always and that `names` mean: `OtherTools.toolsMeant`. */
  namesMeant(who: RoleHolder, names: readonly string[]): string[] {
    const specs = this.specs(who);
    const standingFor = (name: string) =>
      specs.filter((spec) => this.get(spec.name)?.form?.short?.standsFor?.includes(name));
    const doing = (name: string) => {
      const able = specs.filter((spec) => !isUnshown(spec) && isAllowed(this.get(spec.name) as Tool, [name]));
      // A tool that is always shown does it: a request needs no more.
      return able.some(isAlwaysShown) ? [] : able;
    };
    const matches = names.flatMap((name) => {
      const standing = standingFor(name);
      if (standing.length > 0) return standing;
      const own = specs.filter((spec) => spec.name === name);
      return own.length > 0 ? own : doing(name);
    });
    return [...new Set(matches.filter((spec) => !isAlwaysShown(spec)).map(({ name }) => name))];
  }

  admits(who: RoleHolder, { tool, input }: Pick<ValidCall, 'tool' | 'input'>): 'allow' | 'ask' | 'deny' {
    const things = [this.thingOf(tool), ...(tool.policy?.thingsIn?.(input) ?? [])];
    if (!things.every((thing) => this.gate.may(who, thing))) return 'deny';
    return things.some((thing) => this.gate.asksFirst(thing)) ? 'ask' : 'allow';
  }

  mayUse(who: RoleHolder, name: string): boolean {
    const tool = this.get(name);
    if (!tool || !this.gate.may(who, this.thingOf(tool))) return false;
    return tool.form?.short?.standsFor?.some((each) => this.mayUse(who, each)) ?? true;
  }

  /** The whole form of a tool's own input, for programs: models are shown fewer fields. */
  formOf(name: string): Record<string, unknown> {
    const tool = this.get(name);
    if (!tool) return {};
    const { short: _short, shows: _shows, ...form } = tool.form ?? {};
    return formForModels({ ...tool, form });
  }

  private thingOf({ name, policy }: Tool): Thing {
    return { kind: 'tool', name, skill: this.skillOf(name), always: policy?.always };
  }

  /**
   * Finds the tool and checks the input. `allowHidden`: for a button, a command or an undo, which may call what no model is
   * offered and whose stored input may have fields of an earlier version. A model's call is read more strictly (`faultOf`).
   */
  check(call: Call, allowHidden: boolean): ValidCall | Failed {
    const tool = this.get(call.tool);
    const currentCall = tool?.form?.formerly?.(call.input);
    if (currentCall) return this.check(currentCall, true);
    const short = tool?.form?.short;
    if (tool && short && (short.takes?.(call.input) ?? true)) return this.checkShort(tool, short, call, allowHidden);
    if (!tool || (!allowHidden && !isForModels(tool))) {
      const near = didYouMean(
        call.tool,
        this.stock()
          .listAll()
          .map((spec) => spec.name),
      );
      return failed(
        'UNKNOWN_TOOL',
        `There is no tool “${call.tool}”.`,
        near ? { remedy: `Did you mean “${near}”?` } : {},
      );
    }
    const fault = allowHidden ? undefined : faultOf(tool, call.input);
    if (fault !== undefined) return failed('INVALID_INPUT', `${call.tool} was called wrongly: ${fault}.`);
    const checked = tool.input.safeParse(call.input, { error: inputWords });
    if (!checked.success) {
      return failed('INVALID_INPUT', `${call.tool} was called wrongly: ${faultsOf(checked.error, 'input')}.`);
    }
    const effect = 'effectOf' in tool && tool.effectOf ? tool.effectOf(checked.data) : tool.effect;
    return { tool, input: checked.data, effect };
  }

  private checkShort(tool: Tool, short: ShortForm, call: Call, allowHidden: boolean): ValidCall | Failed {
    const wrong = (fault: string) => failed('INVALID_INPUT', `${call.tool} was called wrongly: ${fault}.`);
    const { form: _, ...rest } = tool;
    const fault = allowHidden ? undefined : faultOf({ ...rest, input: short.input }, call.input);
    if (fault !== undefined) return wrong(fault);
    const checked = short.input.safeParse(call.input, { error: inputWords });
    if (!checked.success) return wrong(faultsOf(checked.error, 'input'));
    const fullCall = short.call(checked.data);
    return 'ok' in fullCall ? fullCall : this.check(fullCall, allowHidden);
  }

  /** The act of a model's call; undefined: it is none that words are looked for. */
  actOf({ tool: name, input }: Call): ChosenAct | undefined {
    const tool = this.get(name);
    const own = tool?.form?.short?.acts;
    const standing = own ?? this.actsOver(name);
    if (!standing) return tool?.policy?.act;
    const matches = standing.filter(({ verb, tool: does }) => (own ? verb === input.do : does === name));
    const [act, ...others] = new Set(matches.map((each) => each.act));
    const among = [...new Set(standing.map((each) => each.act))];
    // A tool of several verbs, called by its own name, may be either.
    return act === undefined || others.length > 0 ? undefined : { act, among };
  }

  /** The acts of the change-tool that stands for the tool. */
  private actsOver(name: string) {
    const all = [...this.stock().tools.values()].map(({ form }) => form?.short?.acts);
    return all.find((acts) => acts?.some(({ tool }) => tool === name));
  }

  /** The call that is carried out where `call` is in another tool's form; else itself. */
  resolveCall(call: Call): Call {
    const short = this.get(call.tool)?.form?.short;
    if (!short || !(short.takes?.(call.input) ?? true)) return call;
    const checked = short.input.safeParse(call.input);
    const fullCall = checked.success ? short.call(checked.data) : undefined;
    return fullCall && !('ok' in fullCall) ? fullCall : call;
  }
}

/** Tools that are shown always stand in the order of the skills, behind them all others by their names. */
function specsOf(tools: readonly Tool[]): ToolSpec[] {
  const specs = tools.filter(isForModels).map((tool) => {
    const { name, description, form, group } = tool;
    return { name, description, schema: formForModels(tool), ...omitUndefined({ group, by: form?.by }) };
  });
  const others = specs.filter((spec) => !isAlwaysShown(spec)).sort((a, b) => (a.name < b.name ? -1 : 1));
  return [...specs.filter(isAlwaysShown), ...others];
}
