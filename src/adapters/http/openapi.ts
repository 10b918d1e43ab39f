/** The OpenAPI 3.1 document of all routes, made from the schemas that check their requests. */
import { z } from 'zod';
import { type AnyRoute, route, SCOPES } from '../../chat/index.ts';

type JsonObject = Record<string, unknown>;

export function openApiRoute(routes: () => readonly AnyRoute[], version: string): AnyRoute {
  let document: JsonObject | undefined;
  return route({
    method: 'GET',
    path: '/openapi.json',
    tag: 'operation',
    summary: 'What can be asked for: this document.',
    answers: { 200: { description: 'An OpenAPI 3.1 document.', schema: z.looseObject({ openapi: z.string() }) } },
    examples: [{ summary: 'The document', status: 200 }],
    answerRequest({ base }) {
      document ??= openApi(routes(), version);
      return { body: { json: { ...document, servers: [{ url: base || '/' }] } } };
    },
  });
}

function openApi(routes: readonly AnyRoute[], version: string): JsonObject {
  const paths: Record<string, JsonObject> = {};
  for (const each of routes) {
    if (each.page) continue;
    const path = each.path.replace(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [each.method.toLowerCase()]: operation(each) };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'coda', version, description: 'docs/http.md explains it.' },
    servers: [{ url: '/' }],
    paths,
    components: {
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', description: 'A token of "coda tokens add", or a JWT.' },
      },
      schemas: { Problem: PROBLEM },
    },
    tags: [...new Set(routes.flatMap(({ tag }) => tag ?? []))].map((name) => ({ name })),
  };
}

function operation(each: AnyRoute): JsonObject {
  const { method, path, scope, inPerson, summary, tag, body, form, answers = {}, examples = [] } = each;
  const idempotent = method === 'POST' && path.startsWith('/v1/');
  return {
    operationId: `${method.toLowerCase()}${path.replace(/[^A-Za-z0-9]+(\w?)/g, (_, letter: string) => letter.toUpperCase())}`,
    summary,
    ...(tag !== undefined && { tags: [tag] }),
    security: scope === undefined ? [] : [{ bearer: [] }],
    ...(scope !== undefined && {
      description: `Scope \`${scope}\`: ${SCOPES[scope]}.${inPerson ? ' Only for people who are signed in at a browser.' : ''}`,
    }),
    parameters: [...pathParameters(each), ...parameters(each.query, 'query'), ...(idempotent ? [KEY] : [])],
    ...(body && {
      requestBody: {
        content: {
          'application/json': { schema: jsonSchema(body, 'input'), ...examplesOf(examples) },
          ...(form && { 'multipart/form-data': { schema: { type: 'object' } } }),
        },
      },
    }),
    responses: {
      ...Object.fromEntries(Object.entries(answers).map(([status, answer]) => [status, response(answer)])),
      default: {
        description: 'A problem.',
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    },
  };
}

function response({ description, schema, type }: NonNullable<AnyRoute['answers']>[number]): JsonObject {
  if (schema) return { description, content: { 'application/json': { schema: jsonSchema(schema, 'output') } } };
  return type === undefined ? { description } : { description, content: { [type]: {} } };
}

/** The parameters that stand in the address: a route under several addresses may have fewer in one of them. */
function pathParameters({ params, path }: AnyRoute): JsonObject[] {
  const named = new Set(path.split('/').flatMap((part) => (part.startsWith(':') ? part.slice(1) : [])));
  return parameters(params, 'path').filter(({ name }) => named.has(name as string));
}

function parameters(schema: z.ZodType | undefined, place: 'path' | 'query'): JsonObject[] {
  if (!schema) return [];
  const { properties = {}, required = [] } = jsonSchema(schema, 'input') as {
    properties?: Record<string, JsonObject>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, { description, ...field }]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    ...(description !== undefined && { description }),
    schema: field,
  }));
}

function examplesOf(examples: NonNullable<AnyRoute['examples']>): JsonObject {
  const bodies = examples.flatMap(({ summary, body }) => (body === undefined ? [] : { summary, value: body }));
  if (bodies.length === 0) return {};
  return { examples: Object.fromEntries(bodies.map((each, index) => [`example${index + 1}`, each])) };
}

function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): JsonObject {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return rest;
}

const KEY: JsonObject = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description: 'The same request under the same key is carried out once, and gets the first answer.',
  schema: { type: 'string', maxLength: 200 },
};

const PROBLEM: JsonObject = {
  type: 'object',
  required: ['type', 'title', 'status', 'code', 'detail', 'remedy'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    code: { type: 'string', description: 'Stable: docs/errors.md lists all.' },
    detail: { type: 'string' },
    remedy: { type: 'string' },
    fields: {
      type: 'array',
      description: 'The fields of the body that are refused, by their path ("rule.to"), where it is known.',
      items: {
        type: 'object',
        required: ['field', 'detail'],
        properties: { field: { type: 'string' }, detail: { type: 'string' } },
      },
    },
  },
};
