/** A collection as routes: `GET` and `POST /v1/notes`, `GET`, `PATCH` and `DELETE /v1/notes/:id`. */

import { z } from 'zod';
import { type Agent, type Failed, type ToolResult, UNDO_ACT } from '../../agent/index.ts';
import { CodaError } from '../../base/errors.ts';
import type { Json } from '../../base/json.ts';
import {
  type AnyCollection,
  type AnyRoute,
  type Caller,
  type CollectionAct,
  type PersonSetting,
  route,
} from '../../chat/index.ts';
import { notHeard } from '../../sign-in/index.ts';
import { type Database, type Queryable, readerOf } from '../../storage/index.ts';
import { placeOf, senderOf } from './chat/places.ts';
import { conversationName } from './chat/shapes.ts';
import { problem } from './problem.ts';
import { callerOf } from './request.ts';
import { settingRoutes } from './settings.ts';
import {
  answerOf,
  type Done,
  nothingToUndo,
  OWNER,
  problemJson,
  refusal,
  refused,
  saidShape,
  undoShape,
  Writes,
  type WritesDeps,
  type WrittenAnswer,
  wantedFor,
} from './writes.ts';

export interface DataDeps extends WritesDeps {
  database: Database;
  agent: Pick<Agent, 'actAside' | 'mayUse'>;
}

const id = z.object({ id: z.string().regex(/^\w{1,40}$/) });
const cursor = z.string().regex(/^\w{1,80}$/);

export const EXAMPLE_ID = 'k3x9tq';

interface OwnData {
  collections: readonly AnyCollection[];
  settings: readonly PersonSetting[];
}

export function dataRoutes({ collections, settings }: OwnData, deps: DataDeps): AnyRoute[] {
  const writes = new Writes(deps);
  const routes = collections.flatMap((each) => [
    list(each, deps),
    create(each, writes),
    routeOfOne(each, deps),
    change(each, writes),
    remove(each, writes),
    ...(each.acts ?? []).map((one) => actRoute(each, one, writes)),
  ]);
  return [
    ...routes,
    thingsRoute(collections),
    ...settingRoutes({ settings, writes, database: deps.database }),
    undoRoute(writes),
  ];
}

const common = ({ name }: AnyCollection) => ({ scope: 'data', tag: name }) as const;
const pathOf = ({ name }: AnyCollection) => `/v1/${name}`;
const writtenShape = (collection: AnyCollection) =>
  z.object({ [collection.one]: collection.item, said: saidShape, undo: undoShape });
const didShape = (collection: AnyCollection) =>
  z.object({
    [collection.one]: collection.item.nullable().describe('null: it is there no more.'),
    said: saidShape,
    undo: undoShape,
  });
const missing = { description: 'There is none of this id.' } as const;

/** Reads for the person of a caller. Throws `HTTP_FORBIDDEN` where they may not see it in chat either. */
async function readFor<T>(
  collection: AnyCollection,
  { database, agent, requests }: DataDeps,
  caller: Caller,
  read: (db: Queryable, personId: string) => Promise<T>,
): Promise<T> {
  const item = await requests.asker({ sender: senderOf(caller), place: placeOf(caller, 'main'), direct: false });
  if (!item) throw notHeard();
  if (!agent.mayUse(item.person, collection.reads)) throw notAllowed(collection);
  return read(readerOf(database), item.person.id);
}

function list(collection: AnyCollection, deps: DataDeps): AnyRoute {
  const { name, item, query } = collection;
  return route({
    ...common(collection),
    method: 'GET',
    path: pathOf(collection),
    summary: `The ${name} of the token's person, the newest first.`,
    query: query.extend({
      limit: z.coerce.number().int().min(1).max(200).default(50),
      after: cursor.optional().describe('Where the page begins: "next" of the one before.'),
    }),
    answers: {
      200: {
        description: 'A page; next is null on the last.',
        schema: z.object({ [name]: z.array(item), next: z.string().nullable() }),
      },
    },
    examples: [{ summary: 'The first page', status: 200 }],
    async answerRequest(request) {
      const { limit, after, ...narrowed } = request.query as { limit: number; after?: string };
      const page = await readFor(collection, deps, callerOf(request), (db, personId) =>
        collection.list(db, { personId, after, limit }, narrowed),
      );
      return { body: { json: { [name]: page.items, next: page.next ?? null } } };
    },
  });
}

function routeOfOne(collection: AnyCollection, deps: DataDeps): AnyRoute {
  return route({
    ...common(collection),
    method: 'GET',
    path: `${pathOf(collection)}/:id`,
    summary: `One ${collection.one} of the token's person.`,
    params: id,
    answers: { 200: { description: 'It.', schema: collection.item }, 404: missing },
    examples: [{ summary: 'One', params: { id: EXAMPLE_ID }, status: 200 }],
    async answerRequest(request) {
      const record = await readFor(collection, deps, callerOf(request), (db, personId) =>
        collection.find(db, personId, request.params.id),
      );
      if (!record) throw nothing(collection);
      return { body: { json: record } };
    },
  });
}

function create(collection: AnyCollection, writes: Writes): AnyRoute {
  const { one: name, create: creating } = collection;
  return route({
    ...common(collection),
    method: 'POST',
    path: pathOf(collection),
    summary: `Makes a ${name} for the token's person.`,
    body: creating.body.extend({
      conversation: conversationName
        .optional()
        .describe("The token's conversation that it belongs to; left out: where its person is told something alone."),
    }),
    answers: { 201: { description: 'It is made.', schema: writtenShape(collection) }, 422: refused },
    examples: [{ summary: `A ${name}`, body: creating.example, status: 201 }],
    async answerRequest(request) {
      const { conversation, ...body } = request.body as { conversation?: string };
      const done = await writes.do({
        ...wantedFor(request, `POST ${collection.name}`),
        conversation,
        call: async () => creating.call(body),
        answer: (tx, result, { personId, undo }) => madeItem(collection, tx, result, { personId, undo, status: 201 }),
      });
      const made201 = done.status === 201 && (done.json as Record<string, { id: string }>)[name];
      return answerOf(done, made201 ? { Location: `${pathOf(collection)}/${made201.id}` } : {});
    },
  });
}

function change(collection: AnyCollection, writes: Writes): AnyRoute {
  const { change: changing } = collection;
  return route({
    ...common(collection),
    method: 'PATCH',
    path: `${pathOf(collection)}/:id`,
    summary: `Changes a ${collection.one} of the token's person.`,
    params: id,
    body: changing.body,
    answers: { 200: { description: 'It is changed.', schema: writtenShape(collection) }, 404: missing, 422: refused },
    examples: [{ summary: 'A change', params: { id: EXAMPLE_ID }, body: changing.example, status: 200 }],
    async answerRequest(request) {
      const { params, body } = request;
      const done = await writes.do({
        ...wantedFor(request, `PATCH ${collection.name}/${params.id}`),
        call: (tx, personId) => ifThere(collection, tx, personId, params.id, () => changing.call(params.id, body)),
        answer: (tx, result, { personId, undo }) => madeItem(collection, tx, result, { personId, undo, status: 200 }),
      });
      return answerOf(done);
    },
  });
}

function remove(collection: AnyCollection, writes: Writes): AnyRoute {
  return route({
    ...common(collection),
    method: 'DELETE',
    path: `${pathOf(collection)}/:id`,
    summary: `Deletes a ${collection.one} of the token's person; /undo takes it back.`,
    params: id,
    answers: {
      200: { description: 'It is deleted.', schema: z.object({ said: saidShape, undo: undoShape }) },
      404: missing,
    },
    examples: [{ summary: 'Delete', params: { id: EXAMPLE_ID }, status: 200 }],
    async answerRequest(request) {
      const { params } = request;
      const done = await writes.do({
        ...wantedFor(request, `DELETE ${collection.name}/${params.id}`),
        call: (tx, personId) => ifThere(collection, tx, personId, params.id, () => collection.remove(params.id)),
        answer: async (_, result, { undo }) =>
          result?.ok ? { status: 200, json: { said: result.text, undo: undo ?? null } } : failure(collection, result),
      });
      return answerOf(done);
    },
  });
}

function actRoute(collection: AnyCollection, { name, summary, body, call, example }: CollectionAct, writes: Writes) {
  return route({
    ...common(collection),
    method: 'POST',
    path: `${pathOf(collection)}/:id/${name}`,
    summary,
    params: id,
    body: body.prefault({}),
    answers: { 200: { description: 'It is done.', schema: didShape(collection) }, 404: missing, 422: refused },
    ...(example && { examples: [{ summary: 'One', params: { id: EXAMPLE_ID }, body: example, status: 200 }] }),
    async answerRequest(request) {
      const { params, body: input } = request;
      const done = await writes.do({
        ...wantedFor(request, `POST ${collection.name}/${params.id}/${name}`),
        call: (tx, personId) => ifThere(collection, tx, personId, params.id, () => call(params.id, input)),
        answer: async (tx, result, { personId, undo }) => {
          if (!result?.ok) return failure(collection, result);
          const item = await collection.find(tx, personId, params.id);
          return {
            status: 200,
            json: { [collection.one]: (item ?? null) as Json, said: result.text, undo: undo ?? null },
          };
        },
      });
      return answerOf(done);
    },
  });
}

const formField = z.object({
  name: z.string().describe('Its name in bodies and records.'),
  label: z.string(),
  kind: z
    .enum(['check', 'words', 'tags', 'day', 'number', 'choice', 'place', 'target'])
    .describe('tags: a list; day: YYYY-MM-DD; place: the id of a target; target: {to, after}, as in the record.'),
  standard: z.unknown().describe('Its value where nobody has said it.'),
  example: z.string().nullable(),
  range: z.array(z.int()).nullable().describe('Of a number: the least and the most.'),
  choices: z.record(z.string(), z.string()).nullable().describe('Of a choice: each value in words.'),
  empty: z
    .string()
    .nullable()
    .describe('Of a choice, place or target: no value, in words; null: a choice always has one.'),
  open: z.boolean().describe('It stands in a form from the beginning.'),
  needs: z.string().nullable().describe('The field of a body without which it says nothing.'),
});

function thingsRoute(collections: readonly AnyCollection[]): AnyRoute {
  const things = collections.map(({ name, one, form = [] }) => ({
    name,
    one,
    fields: form.map(({ example, range, choices, empty, needs, isOpen = false, ...rest }) => ({
      ...rest,
      example: example ?? null,
      range: range ? [...range] : null,
      choices: choices ?? null,
      empty: empty ?? null,
      needs: needs ?? null,
      open: isOpen,
    })),
  }));
  return route({
    method: 'GET',
    path: '/v1/things',
    scope: 'data',
    tag: 'things',
    summary: 'The kinds of things that a person keeps, with the fields that a form offers beside words and time.',
    answers: {
      200: {
        description: 'All of them.',
        schema: z.object({
          things: z.array(z.object({ name: z.string(), one: z.string(), fields: z.array(formField) })),
        }),
      },
    },
    examples: [{ summary: 'All of them', status: 200 }],
    answerRequest: async () => ({ body: { json: { things } } }),
  });
}

function undoRoute(writes: Writes): AnyRoute {
  return route({
    method: 'POST',
    path: '/v1/undo',
    scope: 'data',
    tag: 'undo',
    summary: "Takes back what an answer has named, or the last act of the token's person.",
    body: z
      .strictObject({ id: z.uuid().optional().describe('"undo.id" of an answer; left out: the last act.') })
      .prefault({}),
    answers: { 200: { description: 'It is taken back.', schema: z.object({ said: saidShape }) }, 422: refused },
    async answerRequest(request) {
      const { id: named } = request.body;
      const done = await writes.do({
        ...wantedFor(request, 'POST undo'),
        isPress: true,
        call: async () =>
          named === undefined ? { tool: 'undo', input: {} } : { tool: UNDO_ACT, input: { id: named } },
        answer: async (_, result) =>
          result?.ok ? { status: 200, json: { said: result.text } } : refusal(result ?? nothingToUndo()),
      });
      return answerOf(done);
    },
  });
}

/** Tools also take words for an id; over HTTP it is this one or none. */
async function ifThere<T>(collection: AnyCollection, db: Queryable, personId: string, wanted: string, call: () => T) {
  return (await collection.find(db, personId, wanted)) ? call() : undefined;
}

async function madeItem(
  collection: AnyCollection,
  db: Queryable,
  result: ToolResult | undefined,
  { personId, undo, status }: Done & { status: number },
): Promise<WrittenAnswer> {
  if (!result?.ok) return failure(collection, result);
  const item = result.id === undefined ? undefined : await collection.find(db, personId, result.id);
  return { status, json: { [collection.one]: (item ?? null) as Json, said: result.text, undo: undo ?? null } };
}

function failure(collection: AnyCollection, result: Failed | undefined): WrittenAnswer {
  // With a field it is something else that is not there: a target, a server.
  if (result === undefined || (result.code === 'NOT_FOUND' && result.field === undefined)) {
    const { code, message, remedy } = nothing(collection);
    return problemJson(problem(code, message, remedy));
  }
  return refusal(result);
}

function nothing({ one: name, name: all }: AnyCollection): CodaError {
  return new CodaError('HTTP_NOT_FOUND', {
    message: `There is no such ${name}.`,
    remedy: `GET /v1/${all} shows what there is.`,
  });
}

function notAllowed({ name }: AnyCollection): CodaError {
  return new CodaError('HTTP_FORBIDDEN', { message: `Whom this token speaks for may not use ${name}.`, remedy: OWNER });
}
