/** Operations of the terminal on specialists: list, inspect, approve. */
import { appendAct } from '../../audit/index.ts';
import { CodaError } from '../../base/errors.ts';
import type { Json } from '../../base/json.ts';
import type { SkillDeps, Verb } from '../../chat/index.ts';
import { readerOf } from '../../storage/index.ts';
import { approvePin, inquire, trustTexts } from '../../trust/index.ts';
import { find, type SpecialistHost } from './host.ts';
import { judged, type Snapshot, type Specialist, stateOf } from './specialist.ts';
import * as texts from './texts.ts';
import { unknown } from './tools.ts';

type VerbDeps = Pick<SkillDeps, 'database' | 'world'>;

export function verbs(host: SpecialistHost, { database, world }: VerbDeps): Record<string, Verb> {
  const asked = async (name: string): Promise<Specialist> => {
    await host.rescan();
    const snapshot = host.catalog.current();
    const specialist = find(snapshot, name);
    if (!specialist) throw new CodaError('INPUT_INVALID', { message: unknown(snapshot, name), remedy: LIST });
    return specialist;
  };
  return {
    specialists: async () => {
      await host.rescan();
      return listed(host.catalog.current()) as unknown as Json;
    },
    'specialists-inquire': async ({ name }): Promise<Json> => {
      const specialist = await asked(String(name));
      if (!specialist.pin) return { name: specialist.name, hash: null, text: texts.shipsWithCoda(specialist.name) };
      const inquest = await inquire(readerOf(database), judged(specialist), specialist.pin);
      const { isApproved, pin } = inquest;
      return { name: specialist.name, text: trustTexts.inquest(inquest, 'specialist'), hash: pin.hash, isApproved };
    },
    'specialists-approve': async ({ name, hash }) => {
      const { pin, ...specialist } = await asked(String(name));
      if (!pin || pin.hash !== hash) return false;
      const now = world.clock.now();
      await database.tx('specialists.approve', async (tx) => {
        await approvePin(tx, judged(specialist), pin, { personId: undefined, now });
        appendAct(tx, world, 'specialists approve', { name: specialist.name, hash: pin.hash });
      });
      await host.rescan();
      return true;
    },
  };
}

const LIST = '"coda specialists list" shows what there is.';

/** All that were found, with what is wrong. */
function listed(snapshot: Snapshot) {
  const all = [...snapshot.specialists.values(), ...snapshot.disabled.values()];
  return {
    specialists: all.map((specialist) => {
      const { name, directory, ships, description, tools, tokenBudget, maxToolCalls } = specialist;
      return {
        ...{ name, state: stateOf(snapshot, specialist), source: ships ? 'shipped' : 'folder', directory, description },
        ...{ tools, token_budget: tokenBudget, max_tool_calls: maxToolCalls },
      };
    }),
    problems: snapshot.diagnostics,
  };
}
