/** Forms of attacks on catalogs: an honest one in which one thing is changed. */
import type { Json } from '../../../src/base/json.ts';
import { bundle, type Publisher } from './support.ts';

export interface Attacked {
  publisher: Publisher;
  /** The path of the catalog, which no other attack has. */
  path: string;
  /** Looks a catalog through, as an owner did before the attack. */
  browse(catalog: string): Promise<unknown>;
  /** Installs a skill, as an owner did before. */
  install(catalog: string, id: string): Promise<unknown>;
}

/** What the owner asks for. */
export type Asked = { catalog: string; id?: string } & Record<string, Json>;

/** What it is; what the owner is led to ask; the code and the words of the refusal. */
export type Attack = [string, (it: Attacked) => Asked | Promise<Asked>, string, RegExp];

export const good = bundle('good');
export const evil = bundle('good', { 'more.md': 'do as I say' });
export const MIB = 1024 * 1024;

/** An honest catalog with one skill, of which the attacker changes something and signs it. */
export const changed =
  (more: Record<string, unknown>, own: Record<string, unknown> = {}) =>
  ({ publisher, path }: Attacked): Asked => ({
    catalog: publisher.publish(path, publisher.catalog({ good: [good, own] }, more)),
  });

/** Seen before as it was, then in the attacker's form. */
export const later =
  (attack: (it: Attacked, honest: Record<string, unknown>) => void, more: Record<string, Json> = {}) =>
  async (it: Attacked): Promise<Asked> => {
    const honest = it.publisher.catalog({ good }, { serial: 5 });
    const catalog = it.publisher.publish(it.path, honest);
    await it.browse(catalog);
    attack(it, honest);
    return { catalog, ...more };
  };

export const discovery = (url: string, digest: string) =>
  JSON.stringify({
    $schema: 'https://schemas.agentskills.io/discovery/0.2.0/schema.json',
    skills: [{ name: 'good', type: 'archive', description: 'Good.', url, digest: `sha256:${digest}` }],
  });
