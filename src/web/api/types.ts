import type { paths } from './schema.d.ts';

/** The JSON that `GET` answers at a path of the API. */
export type Json<P extends keyof paths> = paths[P] extends {
  get: { responses: { 200: { content: { 'application/json': infer Body } } } };
}
  ? Body
  : never;
