import { z } from 'zod';
import { CodaError } from '../../base/errors.ts';
import { type AnyRoute, type HttpRequest, route } from '../../chat/index.ts';
import type { ModelQuestion } from '../setup/question.ts';

export interface SetupParts {
  question: ModelQuestion;
}

const offerShape = z.object({
  read_at: z.iso.datetime().describe('When this coda read its configuration.'),
  current: z.string().nullable().describe('The model that answers now; null: none.'),
  offers: z.array(
    z.object({
      id: z.string(),
      title: z.string(),
      kind: z
        .enum(['local', 'environment', 'key'])
        .describe('On this machine; by a key that is there; by one to paste.'),
    }),
  ),
});

/** `/v1/setup/model`: which model is to answer, asked of an owner in the browser. */
export function setupRoutes({ question }: SetupParts): readonly AnyRoute[] {
  return [
    route({
      method: 'GET',
      path: '/v1/setup/model',
      scope: 'admin',
      tag: 'system',
      summary: 'Models that were found: on this machine, by keys in the environment, by a key to paste.',
      answers: { 200: { description: 'What there is.', schema: offerShape } },
      async answerRequest() {
        const read_at = question.readAt.toISOString();
        return { body: { json: { read_at, current: question.current ?? null, offers: await question.offers() } } };
      },
    }),
    route({
      method: 'POST',
      path: '/v1/setup/model',
      scope: 'admin',
      tag: 'system',
      summary: 'Asks a model whether it answers, and writes it into the configuration.',
      maxBytes: 4_000,
      body: z.strictObject({
        choice: z.string().min(1).max(250),
        key: z
          .string()
          .trim()
          .min(1)
          .max(500)
          .regex(/^[\x21-\x7e]+$/)
          .optional()
          .describe('Of a vendor; it is stored in .env.'),
      }),
      answers: {
        200: {
          description: 'It answers, and is written down.',
          schema: z.object({ restarts: z.boolean().describe('coda begins anew with it by itself.') }),
        },
      },
      async answerRequest(request) {
        requirePerson(request);
        return { body: { json: await question.choose(request.body) } };
      },
    }),
  ];
}

/** Keys of models are written by an owner at a browser alone: a program's token is no reason to send what is said elsewhere. */
function requirePerson({ caller }: Pick<HttpRequest, 'caller'>): void {
  if (caller?.inPerson) return;
  throw new CodaError('HTTP_FORBIDDEN', {
    message: 'Only an owner who is signed in at a browser may do this.',
    remedy: 'Sign in to the page.',
  });
}
