import { type Call, done, type TxContext } from '../../agent/index.ts';
import type { Command } from '../../chat/index.ts';
import type { Settings } from './config.ts';
import { skipAllOf } from './extract/store.ts';
import * as store from './store.ts';
import { texts } from './texts.ts';

/** `/memory`: what is remembered, with buttons; words search it, `auto` chooses what coda may remember by itself. */
export const command = ({ auto: byDefault }: Pick<Settings, 'auto'>): Command => ({
  name: 'memory',
  summary: 'Show what I remember of you, to forget or correct it.',
  usage: '[words | #tag | page | auto on|off|ask]',
  private: true,
  options: [{ name: 'what', description: 'Words to look for, a page, or auto on, off or ask' }],
  writes: (rest) => (/^auto\s/i.test(rest) ? { memory: rest.toLowerCase() } : undefined),
  async run(rest, ctx) {
    const auto = /^auto(?:\s+(on|off|ask))?$/i.exec(rest);
    if (auto) return choose(auto[1]?.toLowerCase() as Settings['auto'] | undefined, byDefault, ctx);
    const type = /^(fact|preference|event)s?$/i.exec(rest)?.[1]?.toLowerCase() as 'fact' | undefined;
    if (rest === '' || /^[1-9]\d{0,4}$/.test(rest)) return listed({ page: Number(rest || 1) });
    if (type) return listed({ type });
    if (/^#\S+$/.test(rest)) return listed({ tag: rest.slice(1, 51) });
    return { tool: 'memory_search', input: { query: rest.slice(0, 1_000) } };
  },
});

const listed = (input: Record<string, unknown>): Call => ({ tool: 'memory_list', input });

async function choose(auto: Settings['auto'] | undefined, byDefault: Settings['auto'], { tx, person }: TxContext) {
  const before = (await store.autoOf(tx, person.id)) ?? byDefault;
  // Messages from the time when it was off are not looked through later.
  if (auto && before === 'off') await skipAllOf(tx, person.id);
  if (auto) await store.setAuto(tx, person.id, auto);
  return done(texts.auto(auto ?? before));
}
