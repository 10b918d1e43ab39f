import type { paths } from '../../../.cache/http-api.d.ts';

export type { paths };

/** The JSON that `GET` answers at a path of the API. */
export type Json<P extends keyof paths> = paths[P] extends {
  get: { responses: { 200: { content: { 'application/json': infer Body } } } };
}
  ? Body
  : never;
