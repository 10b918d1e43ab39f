import { z } from 'zod';
import { done, outsideTool } from '../../src/agent/index.ts';
import { type Deferred, deferred } from '../../src/base/async.ts';
import type { Skill } from '../../src/chat/index.ts';

/** An outside world: a letter can be sent into it, which asks first, and a page read, which taints. */
export class Outside {
  /** Whom letters were sent to and which pages were read, in order. */
  readonly sent: string[] = [];
  /** Resolves when the first call has reached it. */
  readonly begun = deferred();
  private gate: Deferred<void> | undefined;

  /** Calls do not come to an end until `release`. */
  hold(): this {
    this.gate = deferred();
    return this;
  }

  release(): void {
    this.gate?.resolve();
    this.gate = undefined;
  }

  readonly skill: Skill = {
    name: 'outside',
    tools: () => [
      outsideTool({
        name: 'letter_send',
        description: 'Sends a letter.',
        effect: 'external',
        input: z.object({ to: z.string() }),
        run: async ({ to }) => {
          await this.act(to);
          return done(`sent to ${to}`);
        },
      }),
      outsideTool({
        name: 'page_read',
        description: 'Reads a page.',
        effect: 'fetch',
        input: z.object({ url: z.string().default('http://a') }),
        run: async ({ url }) => {
          await this.act(url);
          return done(`read ${url}`, { tainted: true });
        },
      }),
    ],
  };

  private async act(what: string): Promise<void> {
    this.sent.push(what);
    this.begun.resolve();
    await this.gate?.promise;
  }
}
