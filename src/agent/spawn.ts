import { deadline, deferred, unlessAborted } from '../base/async.ts';
import type { Question } from './approvals/index.ts';
import { ModelError } from './model.ts';
import type { SpawnOptions } from './nested.ts';
import { NestedRun, type SpawnParent } from './nested-run.ts';
import type { Turn } from './steps.ts';
import * as texts from './texts.ts';
import { failed, type ToolResult } from './tool.ts';

const TIMEOUT_MS = 120_000;

/**
 * The nested turns of one call. When none of them can go on before the person has decided, all that they ask is asked
 * at once, and the call is given up: it is run again after the decision, and each goes on from its stored steps.
 */
export class Spawning {
  private readonly parent: SpawnParent;
  private begun = 0;
  private running = 0;
  private readonly questions: Question[] = [];
  private readonly waiting = deferred<readonly Question[]>();

  constructor(parent: SpawnParent) {
    this.parent = parent;
  }

  /** Resolves when the call cannot go on without the person; else never. */
  get asked(): Promise<readonly Question[]> {
    return this.waiting.promise;
  }

  /** Runs a nested turn to its answer, or tells why there is none. */
  async spawn(options: SpawnOptions): Promise<ToolResult> {
    const { turn, call, signal } = this.parent;
    const nested = turn.nestedUnder(call.id, this.begun++);
    this.running++;
    try {
      const came = nested.outcome() ?? (await this.run(nested, options));
      if ('ok' in came) return came;
      this.questions.push(...came);
    } finally {
      this.running--;
      if (this.running === 0 && this.questions.length > 0) this.waiting.resolve(this.questions);
    }
    return unlessAborted(signal, deferred<ToolResult>().promise);
  }

  private async run(nested: Turn, options: SpawnOptions): Promise<ToolResult | readonly Question[]> {
    const { signal } = this.parent;
    using limit = deadline(options.timeoutMs ?? TIMEOUT_MS, signal);
    const run = new NestedRun(this.parent, nested, options, limit.signal);
    try {
      return await run.toEnd();
    } catch (error) {
      signal.throwIfAborted();
      if (limit.passed()) return run.end(failed('TIMEOUT', texts.subagentTooSlow()));
      if (error instanceof ModelError) return run.end(failed('NO_MODEL', texts.modelFault(error)));
      throw error;
    }
  }
}
