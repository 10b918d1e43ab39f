/** `/v1/setup/cards`: what an owner adds and changes at the page, each by a card. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { packageRoot } from '../base/root.ts';
import { type AnyRoute, route, type SetupCard } from '../chat/index.ts';
import type { SetupCards, ShownField } from './cards.ts';

export interface SetupParts {
  cards: SetupCards;
}

const cardShape = {
  id: z.string(),
  title: z.string(),
  about: z.string().describe('Its purpose, in a sentence.'),
  docs: z.string().describe('Page of the docs.'),
  lasting: z.boolean().describe('It may be changed and not taken away.'),
};

const listShape = z.object({
  read_at: z.iso.datetime().describe('When this coda read its configuration.'),
  version: z.string().describe('Changes with each change of the configuration: a form sends it back.'),
  file: z.string().describe('The configuration that is written.'),
  writable: z.boolean(),
  cards: z.array(
    z.object({
      ...cardShape,
      set: z.boolean().describe('Its settings are in the configuration.'),
      owners: z.boolean().describe('It adds to `access.owners`, which stay when it is taken out.'),
      entries: z.array(z.string()).nullable().describe('Those that are set, by name; null: there is one at most.'),
    }),
  ),
});

const fieldShape = z.object({
  key: z.string(),
  label: z.string(),
  kind: z.enum(['secret', 'text', 'choice', 'url', 'switch']),
  hint: z.string().nullable().describe('Where its value is got.'),
  optional: z.boolean(),
  rare: z.boolean().describe('Few need it.'),
  choices: z.array(z.object({ value: z.string(), label: z.string() })).nullable(),
  when: z
    .object({ of: z.string(), is: z.array(z.string()) })
    .nullable()
    .describe('Asked only where that field has one of these values, or one that begins with it and a slash.'),
  value: z.string().nullable().describe('The value of now, else the usual one; null for a secret.'),
  set: z.boolean().describe('It has a value, which stays if nothing is sent.'),
  fixed_by: z
    .string()
    .nullable()
    .describe('The variable of the environment that holds it, or the setting that names its file.'),
});

const formShape = z.object({
  read_at: z.iso.datetime(),
  version: z.string(),
  ...cardShape,
  steps: z.array(z.string()).describe('To be done elsewhere before.'),
  pasted: z
    .object({ label: z.string(), text: z.string() })
    .nullable()
    .describe('A text that one of these steps pastes elsewhere.'),
  entry_field: z.string().nullable().describe('The field that names one of several.'),
  fields: z.array(fieldShape),
});

const restarts = z.boolean().describe('coda begins anew with it by itself; false: start it again.');

const KEY = /^[a-z][a-z_]{0,39}$/;
const LONGEST_ANSWER = 2_000;
const version = z
  .string()
  .max(40)
  .optional()
  .describe('As the form had it; left out: the configuration may be another by now.');
const cardId = z.object({ id: z.string().regex(/^[a-z][a-z0-9_-]{0,39}$/) });
const entry = z.string().min(1).max(200).optional().describe('The name of one of several.');

const TAG = 'system';

export function setupRoutes({ cards }: SetupParts): readonly AnyRoute[] {
  return [listRoute(cards), formRoute(cards), addRoute(cards), removeRoute(cards)];
}

function listRoute(cards: SetupCards): AnyRoute {
  return route({
    method: 'GET',
    path: '/v1/setup/cards',
    scope: 'admin',
    tag: TAG,
    summary: 'Cards: models, platforms, services that can be added, and which are set.',
    answers: { 200: { description: 'All.', schema: listShape } },
    async answerRequest() {
      const { file, version, isWritable, cards: all } = await cards.list();
      const list = all.map(({ card, entries, isSet, isSeveral }) => ({
        id: card.id,
        title: card.title,
        about: card.about,
        docs: card.docs,
        lasting: card.isLasting ?? false,
        set: isSet,
        owners: card.fields.some(({ path }) => path?.join('.') === 'access.owners'),
        entries: isSeveral ? entries : null,
      }));
      return {
        body: { json: { read_at: cards.readAt.toISOString(), version, file, writable: isWritable, cards: list } },
      };
    },
  });
}

function formRoute(cards: SetupCards): AnyRoute {
  return route({
    method: 'GET',
    path: '/v1/setup/cards/:id',
    scope: 'admin',
    tag: TAG,
    summary: 'The form of a card, with what is set; secrets are only said to be there.',
    params: cardId,
    query: z.strictObject({ entry }),
    answers: {
      200: { description: 'Its fields.', schema: formShape },
      404: { description: 'There is no such card, or none of that name is set.' },
    },
    async answerRequest({ params, query }) {
      const { version, card, entryField, fields } = await cards.describe(params.id, query.entry);
      const json = {
        read_at: cards.readAt.toISOString(),
        version,
        id: card.id,
        title: card.title,
        about: card.about,
        docs: card.docs,
        lasting: card.isLasting ?? false,
        steps: card.steps ?? [],
        pasted: await pastedOf(card),
        entry_field: entryField ?? null,
        fields: fields.map(fieldOf),
      };
      return { body: { json } };
    },
  });
}

const pastedOf = async ({ pasted }: SetupCard): Promise<z.output<typeof formShape>['pasted']> =>
  pasted ? { label: pasted.label, text: await readFile(join(packageRoot(), pasted.path), 'utf8') } : null;

function fieldOf(field: ShownField): z.output<typeof fieldShape> {
  const { key, label, kind, hint, isOptional, isRare, choices, when, value, isSet, fixedBy } = field;
  return {
    key,
    label,
    kind,
    hint: hint ?? null,
    optional: (isOptional || isRare) ?? false,
    rare: isRare ?? false,
    choices: choices?.map(({ value: own, label: words }) => ({ value: own, label: words })) ?? null,
    when: when ? { of: when.of, is: [...when.is] } : null,
    value: value ?? null,
    set: isSet,
    fixed_by: fixedBy ?? null,
  };
}

/** Settings are written at a browser alone: a program's token is no reason to send what is said elsewhere. */
function addRoute(cards: SetupCards): AnyRoute {
  return route({
    method: 'POST',
    path: '/v1/setup/cards/:id',
    scope: 'admin',
    inPerson: true,
    tag: TAG,
    summary: 'Asks whether it works with these answers, and writes it into the configuration; secrets into .env.',
    maxBytes: 20_000,
    params: cardId,
    body: z.strictObject({
      version,
      change: z.boolean().default(false).describe('One that is there is meant.'),
      answers: z
        .record(z.string().regex(KEY, { error: 'expected the key of a field' }), z.string().max(LONGEST_ANSWER))
        .refine((each) => Object.keys(each).length <= 40, { error: 'expected at most 40 answers' })
        .describe('By the keys of the fields; a secret that is left out stays.'),
    }),
    answers: {
      200: {
        description: 'It works, and is written down.',
        schema: z.object({
          says: z.string(),
          notes: z.array(z.string()).describe('What is still to be done.'),
          invite: z.string().nullable().describe('A page where an owner admits coda.'),
          restarts,
        }),
      },
      409: { description: 'The configuration was changed meanwhile, or cannot be written.' },
      422: { description: 'It does not work with these answers; `fields` names the one at fault.' },
    },
    async answerRequest(request) {
      const { version: at, change, answers } = request.body;
      const personId = request.caller?.personId;
      const {
        says,
        notes,
        invite,
        restarts: isRestarting,
      } = await cards.add(request.params.id, {
        version: at,
        answers,
        isChange: change,
        personId,
      });
      return { body: { json: { says, notes, invite: invite ?? null, restarts: isRestarting } } };
    },
  });
}

function removeRoute(cards: SetupCards): AnyRoute {
  return route({
    method: 'DELETE',
    path: '/v1/setup/cards/:id',
    scope: 'admin',
    inPerson: true,
    tag: TAG,
    summary: 'Takes out of the configuration what a card has written.',
    params: cardId,
    query: z.strictObject({ entry, version }),
    answers: {
      200: { description: 'It is gone.', schema: z.object({ restarts }) },
      404: { description: 'It is not there, or stays.' },
      409: { description: 'The configuration was changed meanwhile, or cannot be written.' },
    },
    async answerRequest(request) {
      const { params, query, caller } = request;
      const json = await cards.remove(params.id, {
        version: query.version,
        entry: query.entry,
        personId: caller?.personId,
      });
      return { body: { json } };
    },
  });
}
