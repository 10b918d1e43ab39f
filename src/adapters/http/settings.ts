/** Settings of the person themselves, and what is offered beneath one: things that keep to the clock of the zone before. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Call } from '../../agent/index.ts';
import { canonicalJson, type Json } from '../../base/json.ts';
import { type AnyRoute, type PersonSetting, route } from '../../chat/index.ts';
import { notHeard } from '../../sign-in/index.ts';
import type { Database, Transaction } from '../../storage/index.ts';
import { answerOf, nothingToUndo, refusal, refused, saidShape, undoShape, type Writes, wantedFor } from './writes.ts';

const LONGEST_SETTING = 100;

interface SettingDeps {
  settings: readonly PersonSetting[];
  writes: Writes;
  database: Database;
}

export const settingRoutes = (deps: SettingDeps): AnyRoute[] => [change(deps), offers(deps), press(deps)];

const common = { scope: 'data', tag: 'me' } as const;

const offerShape = z.object({
  setting: z.string(),
  text: z.string().describe('A sentence, and each thing with its times before and after.'),
  choices: z.array(
    z.object({
      id: z.string().describe('Pressed by POST /v1/me/offers/:id; another one once what it names has changed.'),
      label: z.string(),
      style: z.enum(['primary', 'danger']).nullable(),
    }),
  ),
});

/** Changes one setting at a time, each by its tool, so that each has an undo of its own. */
function change({ settings, writes }: SettingDeps): AnyRoute {
  const words = z.string().trim().min(1).max(LONGEST_SETTING);
  const fields = Object.fromEntries(settings.map(({ name, about }) => [name, words.describe(about).optional()]));
  const body = z.strictObject(fields).refine((body) => Object.keys(body).length === 1, {
    error: 'expected one setting at a time',
  });
  return route({
    ...common,
    method: 'PATCH',
    path: '/v1/me',
    summary: "Sets something about the token's person, as its command does in chat.",
    body,
    answers: {
      200: {
        description: 'It is set.',
        schema: z.object({
          said: saidShape,
          undo: undoShape,
          offer: offerShape.nullable().describe('null: nothing is offered.'),
        }),
      },
      422: refused,
    },
    examples: settings
      .slice(0, 1)
      .map(({ name, example }) => ({ summary: name, body: { [name]: example }, status: 200 })),
    async answerRequest(request) {
      const [[name, value] = ['', '']] = Object.entries(request.body as Record<string, string>);
      const setting = settings.find((each) => each.name === name);
      const done = await writes.do({
        ...wantedFor(request, 'PATCH me'),
        call: async () => setting?.call(value),
        answer: async (tx, result, { personId, undo }) => {
          if (!result?.ok) return refusal({ field: name, ...(result ?? nothingToUndo()) });
          const offer = setting && (await offerOf(setting, tx, personId));
          const text = offer ? withoutOffer(result.text, offer.text) : result.text;
          return { status: 200, json: { said: text, undo: undo ?? null, offer: offer ? shownOffer(offer) : null } };
        },
      });
      return answerOf(done);
    },
  });
}

/** In chat the offer stands below the answer; here it has a place of its own. */
const withoutOffer = (text: string, offered: string): string =>
  text.endsWith(`\n${offered}`) ? text.slice(0, -offered.length - 1) : text;

/** Reads what the database has at the moment, so that an offer is there as long as it is true. */
function offers({ settings, writes, database }: SettingDeps): AnyRoute {
  return route({
    ...common,
    method: 'GET',
    path: '/v1/me/offers',
    summary: 'What is offered after a change of a setting: moving what keeps to the clock of the zone before.',
    answers: { 200: { description: 'By setting.', schema: z.object({ offers: z.array(offerShape) }) } },
    examples: [{ summary: 'Those that there are', status: 200 }],
    async answerRequest(request) {
      const item = await writes.askerOf(request);
      if (!item) throw notHeard();
      const open = await database.tx('http.offers', (tx) => offersFor(settings, tx, item.person.id));
      return { body: { json: { offers: open.map(shownOffer) } } };
    },
  });
}

function press({ settings, writes }: SettingDeps): AnyRoute {
  return route({
    ...common,
    method: 'POST',
    path: '/v1/me/offers/:id',
    summary: 'Presses a choice that is offered; what an owner or a person decides needs the scope consent.',
    params: z.object({ id: z.string().regex(/^[0-9a-f]{32}$/) }),
    body: z.strictObject({}).prefault({}),
    answers: {
      200: {
        description: 'What came of it.',
        schema: z.object({
          said: saidShape,
          undo: undoShape,
          offers: z.array(offerShape).describe('Those that are left.'),
        }),
      },
      422: refused,
    },
    async answerRequest(request) {
      const { id } = request.params;
      const done = await writes.do({
        ...wantedFor(request, `POST me/offers/${id}`),
        isPress: true,
        call: async (tx, personId) => chosenCall(await offersFor(settings, tx, personId), id),
        answer: async (tx, result, { personId, undo }) => {
          if (!result?.ok) return refusal(result ?? noLongerOffered());
          const offersLeft = await offersFor(settings, tx, personId);
          const text = offersLeft.reduce((words, offer) => withoutOffer(words, offer.text), result.text);
          return { status: 200, json: { said: text, undo: undo ?? null, offers: offersLeft.map(shownOffer) } };
        },
      });
      return answerOf(done);
    },
  });
}

const noLongerOffered = () =>
  ({
    ok: false,
    code: 'GONE',
    message: 'That is offered no more: what it names has changed.',
    remedy: 'GET /v1/me/offers shows what is offered now.',
  }) as const;

interface Offer {
  setting: string;
  text: string;
  choices: readonly { id: string; label: string; style: 'primary' | 'danger' | null; call: Call }[];
}

async function offersFor(settings: readonly PersonSetting[], tx: Transaction, personId: string): Promise<Offer[]> {
  const open: Offer[] = [];
  for (const setting of settings) {
    const offer = await offerOf(setting, tx, personId);
    if (offer) open.push(offer);
  }
  return open;
}

async function offerOf(setting: PersonSetting, tx: Transaction, personId: string): Promise<Offer | undefined> {
  const offer = await setting.offer?.(tx, personId);
  if (!offer) return undefined;
  const { text, choices } = offer;
  const choiceViews = choices.map(({ label, style = null, tool, input }) => ({
    id: idOf({ tool, input }, text),
    label,
    style,
    call: { tool, input },
  }));
  return { setting: setting.name, text, choices: choiceViews };
}

/** The id binds a press to what was shown: other things or other times have another one. */
const idOf = (call: Call, text: string): string =>
  createHash('sha256')
    .update(canonicalJson({ ...call, text } as unknown as Json))
    .digest('hex')
    .slice(0, 32);

const chosenCall = (open: readonly Offer[], id: string): Call | undefined =>
  open.flatMap(({ choices }) => choices).find((each) => each.id === id)?.call;

const shownOffer = ({ setting, text, choices }: Offer) => ({
  setting,
  text,
  choices: choices.map(({ id, label, style }) => ({ id, label, style })),
});
