/** coda looks at its own record and proposes changes of itself; each part is a folder and a line here. */
import { DAY_MS } from '../../base/clock.ts';
import type { AskedPrompt, PromptSection, Skill, SkillDeps } from '../../chat/index.ts';
import type { Config } from '../../config/index.ts';
import { nightly, type ProposalKinds, type ProposalSource } from '../../proposals/index.ts';
import { assessmentPart } from './assessment/index.ts';
import { scoresByWeek } from './assessment/store.ts';
import { config, type Settings } from './config.ts';
import { examplesPart } from './examples/index.ts';
import { gapsPart } from './gaps/index.ts';
import type { Deps, Part } from './part.ts';
import { promptPart } from './prompt/index.ts';
import * as versions from './prompt/store.ts';
import { measuredWords } from './prompt/texts.ts';
import { reflectionPart } from './reflection/index.ts';
import { routingPart } from './routing/index.ts';

const PARTS: readonly Part[] = [assessmentPart, reflectionPart, promptPart, routingPart, gapsPart, examplesPart];

type Optional = Settings | undefined;

const nightlyOf = ({ nightly: work }: Part) => (work ? nightly(work) : undefined);

function partsOn(deps: SkillDeps<Optional>): readonly { part: Part; own: Deps }[] {
  const { config: settings } = deps;
  if (!settings?.enabled) return [];
  const set: SkillDeps<Settings> = { ...deps, config: settings };
  const on = PARTS.filter((part) => part.isOn?.(settings) ?? true);
  const own: Deps = { ...set, kinds: kindsOf(on, set) };
  return on.map((part) => ({ part, own }));
}

function kindsOf(parts: readonly Part[], deps: SkillDeps<Settings>): ProposalKinds {
  return new Map(parts.flatMap((part) => part.kinds?.(deps) ?? []).map((kind) => [kind.category, kind]));
}

async function askParts<T>(
  deps: SkillDeps<Optional>,
  ask: (part: Part, own: Deps) => Promise<T | undefined> | undefined,
): Promise<T[]> {
  const said = await Promise.all(partsOn(deps).map(({ part, own }) => ask(part, own)));
  return said.filter((each) => each !== undefined);
}

function joinSections(sections: readonly PromptSection[]): PromptSection | undefined {
  const [first] = sections;
  if (!first) return undefined;
  return { title: first.title, text: sections.map(({ text }) => text).join('\n\n') };
}

/** Present in every coda, so that what it has stored goes with its person; without its block it does nothing. */
export const selfReview: Skill<Optional> = {
  // The name that the configuration and stored rows have.
  name: 'improvement',
  config,
  tools: (deps) =>
    partsOn(deps).flatMap(({ part, own }) => [...(part.tools?.(own) ?? []), ...(nightlyOf(part)?.tools(own) ?? [])]),
  work: {
    jobs: (deps) =>
      partsOn(deps).flatMap(({ part, own }) => [...(part.jobs?.(own) ?? []), ...(nightlyOf(part)?.jobs(own) ?? [])]),
    scheduleNames: PARTS.flatMap((part) => nightlyOf(part)?.scheduleNames ?? []),
    ownSchedules: (deps) => partsOn(deps).flatMap(({ part, own }) => nightlyOf(part)?.schedules(own) ?? []),
    onStart(deps) {
      for (const { part, own } of partsOn(deps)) part.onStart?.(own);
    },
    async turnOver(deps, over) {
      await askParts(deps, (part, own) => part.turnOver?.(own, over));
    },
  },
  prompt: {
    async stable(deps, about: AskedPrompt) {
      const texts = await askParts(deps, (part, own) => part.stablePrompt?.(own, about));
      return texts.length === 0 ? undefined : texts.join('\n\n');
    },
    message: async (deps, about: AskedPrompt) =>
      joinSections(await askParts(deps, (part, own) => part.messagePrompt?.(own, about))),
  },
  data: {
    deletionRules: PARTS.flatMap(({ deletionRules = [] }) => deletionRules),
    mergeRules: PARTS.flatMap(({ mergeRules = [] }) => mergeRules),
  },
};

const WEEKS = 12;
const MOST_VERSIONS = 100;

/** Kinds of proposals that the parts make, and the record that is shown beside them. */
export function reviewSource(all: Pick<Config, 'block'>): ProposalSource {
  return (deps) => ({
    kinds: [...(partsOn({ ...deps, config: all.block(config) })[0]?.own.kinds.values() ?? [])],
    async readRecord(db, now) {
      const since = new Date(now.getTime() - WEEKS * 7 * DAY_MS);
      const found = await versions.newest(db, MOST_VERSIONS);
      const guidance = found.map(({ version, at, state, content, result }) => {
        return { version, state, content, at: at.toISOString(), measured: measuredWords(result) };
      });
      return { weeks: await scoresByWeek(db, since, deps.people.household.zone), guidance };
    },
  });
}
