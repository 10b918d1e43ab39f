/** The model that answers in one conversation: which there are to choose from, and the choice. */

import { z } from 'zod';
import type { Models } from '../../../agent/index.ts';
import type { Clock } from '../../../base/clock.ts';
import { CodaError } from '../../../base/errors.ts';
import { uuid } from '../../../base/ids.ts';
import { omitUndefined } from '../../../base/json.ts';
import { type AnyRoute, type Caller, route } from '../../../chat/index.ts';
import { conversations } from '../../../delivery/index.ts';
import { lockPerson } from '../../../people/index.ts';
import { type Database, readerOf, type Transaction } from '../../../storage/index.ts';
import { placeOf, prefixOf } from '../chat/places.ts';
import { nothing } from '../chat/talk.ts';
import { callerOf } from '../request.ts';
import * as store from './store.ts';

export interface ModelDeps {
  database: Database;
  /** Undefined: none is configured. */
  models: Models | undefined;
  clock: Clock;
}

/** Names are at most so long; a longer one is no model's. */
const LONGEST_NAME = 200;
/** A person's conversations in which nothing was said yet: each is made by a choice before the first word. */
const MOST_EMPTY = 50;

export const modelIn = z
  .string()
  .min(1)
  .max(LONGEST_NAME)
  .nullable()
  .describe('The model that answers here, as GET /v1/chats/:id/model names it; null: as set.');

const choiceOut = z.object({
  chosen: z.string().nullable().describe('The model that was chosen for this conversation; null: as set.'),
  answers: z.string().nullable().describe('The model that answers here now; null: none is configured.'),
  set: z.string().nullable().describe('The model that answers where none is chosen.'),
  gone: z.string().optional().describe('The choice that does not hold any more: it is not configured, or not allowed.'),
  thinks: z.literal(true).optional().describe('/think is on: the heavy model answers until another is chosen.'),
  choices: z.array(z.string()).describe('The models that the caller may choose; of one alone there is no choice.'),
});

const chooserOf = ({ who }: Caller) => ({ isOwner: who.role === 'owner' });

export function modelRoute(deps: ModelDeps, tag: string, params: z.ZodObject<{ id: z.ZodString }>): AnyRoute {
  return route({
    method: 'GET',
    path: '/v1/chats/:id/model',
    scope: 'messages',
    tag,
    summary: 'The model that answers in a conversation of its own, and those to choose from.',
    params,
    answers: { 200: { description: 'It.', schema: choiceOut } },
    async answerRequest(request) {
      const caller = callerOf(request);
      const db = readerOf(deps.database);
      const id = await ownConversation(db, caller, request.params.id);
      const { settings } = id === undefined ? { settings: {} } : await conversations.stateOf(db, id);
      return { body: { json: choiceShown(deps.models, settings, caller) } };
    },
  });
}

function choiceShown(models: Models | undefined, settings: Record<string, unknown>, caller: Caller) {
  if (!models) return { chosen: null, answers: null, set: null, choices: [] };
  const chooser = chooserOf(caller);
  const { model } = settings;
  const choice = typeof model === 'string' ? models.choice(model, chooser) : undefined;
  const { name: answers } = models.chooseModel(settings, '', chooser);
  const thinks = settings.think === true && answers !== choice;
  return {
    chosen: choice ?? null,
    answers,
    set: models.chooseModel({}, '', chooser).name,
    choices: models.choicesFor(chooser),
    ...omitUndefined({
      gone: typeof model === 'string' && choice === undefined ? model : undefined,
      thinks: thinks && answers === models.nameOf('heavy') ? (true as const) : undefined,
    }),
  };
}

/** The id of a conversation of the caller's own; undefined where there is none of this name. */
async function ownConversation(
  db: Parameters<typeof store.findChat>[0],
  caller: Caller,
  name: string,
): Promise<string | undefined> {
  const chat = await store.findChat(db, { prefix: prefixOf(caller), personId: undefined }, name);
  return chat?.id;
}

/**
 * Chooses the model of a conversation, which is begun by it where nothing was said there; null: as set. Throws `HTTP_REFUSED` for a
 * model that the caller may not choose, whether there is one of this name or not.
 */
export async function setModel(
  tx: Transaction,
  deps: ModelDeps,
  caller: Caller,
  { chat, model }: { chat: string; model: string | null },
): Promise<string | null> {
  const choice = model === null ? null : deps.models?.choice(model, chooserOf(caller));
  if (choice === undefined) throw notToChoose();
  const id = (await ownConversation(tx, caller, chat)) ?? (await begin(tx, deps, caller, chat));
  await conversations.setSetting(tx, id, 'model', choice);
  // The last choice holds.
  await conversations.setSetting(tx, id, 'think', null);
  return choice;
}

async function begin(tx: Transaction, { clock }: ModelDeps, caller: Caller, chat: string): Promise<string> {
  if (caller.personId === undefined || !(await lockPerson(tx, caller.personId)))
    throw nothing('There is no such conversation.');
  if ((await store.countEmpty(tx, { prefix: prefixOf(caller), isTemporary: false, most: MOST_EMPTY })) >= MOST_EMPTY)
    throw tooManyEmpty();
  const now = clock.now();
  return conversations.open(tx, placeOf(caller, chat), caller.personId, uuid(now), now);
}

const notToChoose = () =>
  new CodaError('HTTP_REFUSED', {
    message: 'This is no model that you may choose.',
    remedy: 'GET /v1/chats/:id/model lists those that you may; the owner names them as `models.choices`.',
  });

const tooManyEmpty = () =>
  new CodaError('HTTP_REFUSED', {
    message: `A model was chosen in ${MOST_EMPTY} conversations in which nothing was said yet.`,
    remedy: 'Say something in one of them first.',
  });
