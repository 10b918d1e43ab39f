import { z } from 'zod';
import {
  dataTool,
  done,
  type Model,
  type ModelEvent,
  type ModelRequest,
  outsideTool,
} from '../../../src/agent/index.ts';
import { sleep } from '../../../src/base/async.ts';
import type { Skill } from '../../../src/chat/index.ts';
import { errandSays } from './errand-model.ts';
import { ask } from './wire.ts';

/** Milliseconds between two pieces of an answer that is streamed. */
const PIECE_MS = 12;

/** What a streamed answer says in the end: its length differs from one life of the daemon to the next. */
export function streamed(name: string, life: number): string {
  const words = life % 2 === 0 ? 24 : 6;
  return `${Array.from({ length: words }, (_, index) => `${name}.${life}.${index}`).join(' ')} end`;
}

/**
 * Does what the message asks for in so many words: `say x`, `remind x`, `note x`, `ask x` (something that acts outside
 * and asks first), `delegate x` (the same by a nested turn), `fetch x` (something that reads outside), `stream x`,
 * `wait n` (says nothing before the nth life of the daemon), `poison x` (ends the process), `pause x` (the
 * process stands still in the middle of a transaction).
 */
export function scriptedModel(life: number, streams: boolean): Model & { streams: boolean } {
  return {
    name: 'scripted/model',
    streams,
    async *generate(request: ModelRequest): AsyncIterable<ModelEvent> {
      const errand = errandSays(request);
      if (errand) {
        if ('text' in errand) yield { type: 'text', text: errand.text };
        else
          for (const [index, each] of errand.calls.entries())
            yield { type: 'call', call: { id: `c${index}`, ...each } };
        yield { type: 'stop', reason: 'text' in errand ? 'end' : 'tools' };
        return;
      }
      const said = request.messages.findLast((message) => message.role === 'user')?.text ?? '';
      const [, verb = 'say', name = ''] = /^(\S+) (.*)$/.exec(said) ?? [];
      const last = request.messages.at(-1);
      const call = last?.role === 'tool' ? undefined : callFor(verb, name);
      if (call) {
        yield { type: 'call', call: { id: `call-${name}`, ...call } };
        yield { type: 'stop', reason: 'tools' };
        return;
      }
      if (verb === 'poison') process.kill(process.pid, 'SIGKILL');
      if (verb === 'wait' && life < Number(name)) await new Promise(() => {});
      if (verb === 'stream') {
        for (const piece of streamed(name, life).match(/.{1,60}/g) ?? []) {
          yield { type: 'text', text: piece };
          await sleep(PIECE_MS);
        }
      } else yield { type: 'text', text: `${verb} ${name}: ${last?.role === 'tool' ? last.text : 'done'}` };
      yield { type: 'stop', reason: 'end' };
    },
  };
}

function callFor(verb: string, name: string): { name: string; input: Record<string, unknown> } | undefined {
  switch (verb) {
    case 'remind':
      return { name: 'reminder_create', input: { text: `due ${name}`, when: 'in 1 second' } };
    case 'note':
      return { name: 'note_save', input: { text: `noted ${name}` } };
    case 'ask':
      return { name: 'letter_send', input: { to: name } };
    case 'delegate':
      return { name: 'letter_delegate', input: { to: name } };
    case 'pause':
      return { name: 'stand_still', input: { name } };
    case 'fetch':
      return { name: 'page_read', input: { url: name } };
    default:
      return undefined;
  }
}

/** Tools that reach outside; the platform counts how often. */
export function outsideSkill(port: number): Skill {
  return {
    name: 'outside',
    tools: () => [
      dataTool({
        name: 'stand_still',
        description: 'Stands still until somebody wakes this process; but not where another one has been given up.',
        effect: 'write',
        input: z.object({ name: z.string() }),
        async run({ name }, { tx }) {
          const { rows } = await tx.query('select from instances where ended_at is not null');
          if (rows.length > 0) return done(`went on with ${name}`);
          await ask(port, 'outside', { name: 'paused' });
          process.kill(process.pid, 'SIGSTOP');
          return done('woke up');
        },
      }),
      outsideTool({
        name: 'letter_send',
        description: 'Sends a letter.',
        effect: 'external',
        input: z.object({ to: z.string() }),
        async run({ to }) {
          await ask(port, 'outside', { name: to });
          return done(`sent ${to}`);
        },
      }),
      outsideTool({
        name: 'letter_delegate',
        description: 'Has a letter sent.',
        effect: 'fetch',
        input: z.object({ to: z.string() }),
        async run({ to }, { turn: { spawn } }) {
          const told = await spawn?.({ prompt: 'You send letters.', task: `ask ${to}`, tools: ['letter_send'] });
          return told ?? done('nobody');
        },
      }),
      outsideTool({
        name: 'page_read',
        description: 'Reads a page.',
        effect: 'fetch',
        input: z.object({ url: z.string() }),
        async run({ url }) {
          await ask(port, 'outside', { name: url });
          return done(`read ${url}`);
        },
      }),
    ],
  };
}
