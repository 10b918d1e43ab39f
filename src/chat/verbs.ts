import { z } from 'zod';
import { recordAct } from '../audit/index.ts';
import { CodaError } from '../base/errors.ts';
import { type Json, omitUndefined } from '../base/json.ts';
import type { World } from '../base/world.ts';
import type { Gate, Thing } from '../people/index.ts';
import { type AnyOperation, inputOf, isLocal, type Operation, type OperationRoute, verbOf } from './operation.ts';
import { type AnyRoute, type HttpRequest, route } from './route.ts';
import type { Verb } from './skill.ts';

type ActWorld = Pick<World, 'clock' | 'secrets'>;
type ServedWorld = ActWorld & { gate: Pick<Gate, 'may'> };

export function verbsOf<Parts>(
  operations: readonly AnyOperation[],
  parts: Parts,
  world: ActWorld,
): Record<string, Verb> {
  const carriedOut = operations.filter((each) => each.run !== undefined && !isLocal(each)) as Operation<Parts>[];
  return Object.fromEntries(carriedOut.map((each) => [verbOf(each), verb(each, parts, world)]));
}

function verb<Parts>(operation: Operation<Parts>, parts: Parts, world: ActWorld): Verb {
  const carryOut: Verb = async (args) => {
    const input = inputOf(operation, args, 'INPUT_INVALID');
    const subject = operation.subject ?? operation.name;
    const besides = recordAct<unknown>(world, subject, (done) => operation.audit?.(input, done as never));
    const token = typeof args.token === 'string' ? args.token : undefined;
    return ((await operation.run?.(parts, input, { besides, token, personId: undefined, may: () => true })) ??
      null) as Json;
  };
  if (operation.approves) carryOut.approves = true;
  return carryOut;
}

export function routesOf<Parts>(operations: readonly AnyOperation[], parts: Parts, world: ServedWorld): AnyRoute[] {
  return operations.flatMap((each) => {
    const served = each.route as OperationRoute<object, unknown> | undefined;
    if (!served) return [];
    const { paths, params, query, body, input: _, answer: __, conflict: ___, ...rest } = served;
    const schemas = omitUndefined({ params, query, body });
    const shared = { method: 'POST' as const, answers: DONE, ...rest, ...schemas };
    const handle = (request: HttpRequest) => serve(each as Operation<Parts>, served, { request, parts, world });
    return paths.map((path) => route({ ...shared, path, answerRequest: handle }));
  });
}

const DONE = { 200: { description: 'It is done.', schema: z.object({ done: z.literal(true) }) } };

interface ServedRequest<Parts> {
  request: HttpRequest;
  parts: Parts;
  world: ServedWorld;
}

async function serve<Parts>(
  operation: Operation<Parts>,
  served: OperationRoute<object, unknown>,
  { request: { params, query, body, header, caller }, parts, world }: ServedRequest<Parts>,
) {
  const named = (params ?? {}) as Record<string, string>;
  const fields = { ...(query as object | undefined), ...(body as object | undefined) } as Record<string, unknown>;
  const rawInput = served.input?.(named, fields, header) ?? { ...named, ...fields };
  const input = inputOf(operation, rawInput, 'INPUT_INVALID');
  const isInPerson = served.page === true || caller?.inPerson === true;
  const personId = isInPerson ? caller?.personId : undefined;
  if (isInPerson && personId === undefined) throw new Error('a browser is signed in as nobody');
  const detail = (done: unknown) => {
    if (served.conflict?.(done) !== undefined) return undefined;
    const own = operation.audit?.(input, done as never);
    return own && (isInPerson ? own : { ...own, token: caller?.name });
  };
  const by = { personId, origin: isInPerson ? ('dashboard' as const) : ('terminal' as const) };
  const besides = recordAct(world, operation.subject ?? operation.name, detail, by);
  const may = (thing: Thing) => caller !== undefined && world.gate.may(caller.who, thing);
  const token = isInPerson ? undefined : header('x-approval-token');
  const result = await operation.run?.(parts, input, { besides, personId, token, may });
  const conflict = served.conflict?.(result);
  if (conflict !== undefined)
    throw new CodaError('HTTP_CONFLICT', { message: conflict, remedy: 'Look at the page again.' });
  const { status = 200, json } = served.answer?.(result, rawInput) ?? { json: { done: true } };
  return { status, body: { json } };
}
