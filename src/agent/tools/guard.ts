/** Leaves tools and skills alone that fail by a mistake of their own, until they work again. */
import type { Breaker, BreakerOptions, Breakers } from '../../base/breaker.ts';
import { CodaError, messageOf, systemCode } from '../../base/errors.ts';
import type { World } from '../../base/world.ts';
import * as texts from '../texts.ts';
import { type AnyTool, type CallContext, type Failed, failed, PassedOn, type ToolResult } from './tool.ts';

const OPTIONS: BreakerOptions = { failures: 3, pauseMs: 60_000 };

/** Codes of the database, the disk or the network: no mistake of the tool that met them. */
const OUTSIDE = /^(08|40|53|57|58)\w{3}$|^E[A-Z]{3,}$/;

function isMistake(error: unknown): boolean {
  if (error instanceof CodaError || error instanceof PassedOn) return false;
  if (error instanceof Error && /^(Abort|Timeout)Error$/.test(error.name)) return false;
  return !OUTSIDE.test(systemCode(error) ?? '');
}

export interface GuardDeps {
  breakers: Breakers;
  world: World;
  rests(part: { kind: string; name: string; code: string; failures: number }): void;
}

export class Guard {
  private readonly deps: GuardDeps;

  constructor(deps: GuardDeps) {
    this.deps = deps;
  }

  tool<T extends AnyTool>(tool: T): T {
    const breaker = this.deps.breakers.of('tool', tool.name, OPTIONS);
    const run = async (input: unknown, ctx: CallContext): Promise<ToolResult> => {
      if (!breaker.admits()) return pausedFailure(tool.name, breaker);
      let isLate = false;
      const late = () => {
        isLate = (ctx.signal.reason as Error | undefined)?.name === 'TimeoutError';
        if (isLate) this.noteFailure('tool', tool.name, 'TIMEOUT', breaker);
      };
      ctx.signal.addEventListener('abort', late, { once: true });
      try {
        const result = await (tool.run as (input: unknown, ctx: CallContext) => Promise<ToolResult>)(input, ctx);
        const isBroken = !result.ok && tool.broken?.includes(result.code);
        if (isBroken) this.noteFailure('tool', tool.name, result.code, breaker);
        else if (!isLate) breaker.recordSuccess();
        return result;
      } catch (error) {
        if (isMistake(error)) this.noteFailure('tool', tool.name, 'INTERNAL', breaker);
        throw error;
      } finally {
        ctx.signal.removeEventListener('abort', late);
      }
    };
    return { ...tool, run };
  }

  /** The result of a skill's function `hook`; undefined while it rests, and when it fails by a mistake. */
  async skill<T>(skill: string, hook: string, call: () => Promise<T | undefined> | undefined): Promise<T | undefined> {
    const name = `${skill}/${hook}`;
    const breaker = this.deps.breakers.of('skill', name, OPTIONS);
    if (!breaker.admits()) return undefined;
    try {
      const value = await call();
      breaker.recordSuccess();
      return value;
    } catch (error) {
      if (!isMistake(error)) throw error;
      this.noteFailure('skill', name, 'INTERNAL', breaker);
      this.deps.world.log.error(
        { skill, hook, error: messageOf(error) },
        'a skill adds nothing to the prompt: it failed',
      );
      return undefined;
    }
  }

  private noteFailure(source: string, kind: string, code: Failed['code'], breaker: Breaker): void {
    const { faults, clock, log } = this.deps.world;
    faults?.note({ source, kind, code }, clock.now());
    breaker.recordFailure();
    if (!breaker.open) return;
    log.warn({ [source]: kind, code, until: breaker.openEnd }, `a ${source} fails again and again and rests`);
    this.deps.rests({ kind: source, name: kind, code, failures: breaker.inRow });
  }
}

function pausedFailure(name: string, breaker: Breaker): Failed {
  return failed('PAUSED', texts.pausedNotice(name, breaker.inRow), { remedy: texts.pausedRemedy() });
}
