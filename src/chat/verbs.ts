import { recordAct } from '../audit/index.ts';
import type { Json } from '../base/json.ts';
import type { World } from '../base/world.ts';
import type { Besides } from '../storage/index.ts';
import { type AnyOperation, inputOf, type Operation, verbOf } from './operation.ts';
import type { Verb } from './skill.ts';

/** Operations as verbs of the control socket, each with its entry in the audit log. */
export function verbsOf<Parts>(
  operations: readonly AnyOperation[],
  parts: Parts,
  world: Pick<World, 'clock' | 'secrets'>,
): Record<string, Verb> {
  const carriedOut = operations.filter(({ run }) => run !== undefined) as Operation<Parts>[];
  return Object.fromEntries(carriedOut.map((each) => [verbOf(each), verb(each, parts, world)]));
}

function verb<Parts>(operation: Operation<Parts>, parts: Parts, world: Pick<World, 'clock' | 'secrets'>): Verb {
  return async (args) => {
    const input = inputOf(operation, args, 'INPUT_INVALID');
    const besides: Besides = recordAct(world, operation.subject ?? operation.name, (done) =>
      operation.audit?.(input, done as never),
    );
    const token = typeof args.token === 'string' ? args.token : undefined;
    return ((await operation.run?.(parts, input, { besides, token })) ?? null) as Json;
  };
}
