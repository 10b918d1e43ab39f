/** The models on *System*: the one that answers, or why it does not, and how long answers take. */
import type { Json } from '../api/types.ts';
import { duration, plural } from '../app/format.ts';
import { Empty, Section } from '../parts/page.tsx';

type Status = NonNullable<Json<'/v1/system'>['models']>;
type Finding = Pick<Json<'/v1/system/findings'>['findings'][number], 'part' | 'says' | 'severity'>;

/** Severities of what somebody has to look at. */
export const IS_WRONG: ReadonlySet<string> = new Set(['warning', 'error']);

/** Why the model that is to answer does not; undefined where nothing is wrong with it. A name is that of its provider, `/`, its own. */
function faultOfAnswering(
  { answering, resting }: Pick<Status, 'answering' | 'resting'>,
  findings: readonly Finding[],
): string | undefined {
  const [provider] = answering.split('/', 1);
  const fault = findings.find(({ part, severity }) => part === `models ${provider}` && IS_WRONG.has(severity));
  if (fault) return fault.says;
  return resting.includes(answering) ? 'it is left alone for a while after faults' : undefined;
}

interface Props {
  models: Status | null;
  findings: readonly Finding[];
}

export function Models({ models, findings }: Props) {
  if (models === null)
    return (
      <Section title="Models">
        <Empty>
          No language model answers; coda understands plain English by itself. <a href="/system/add">Add one</a>.
        </Empty>
      </Section>
    );
  const { answering, resting, times } = models;
  const fault = faultOfAnswering(models, findings);
  return (
    <Section title="Models">
      <ul class="list">
        <li class="row">
          {fault === undefined ? (
            <span class="what">{answering} answers</span>
          ) : (
            <span class="what">
              <span class="bad">{answering} does not answer</span> <span class="under">{fault}</span>
            </span>
          )}
        </li>
        {resting
          .filter((name) => name !== answering)
          .map((name) => (
            <li key={name} class="row">
              <span class="what warn">{name} is left alone for a while after faults</span>
            </li>
          ))}
        {times.map(({ model, turns, median_ms }) => (
          <li key={model} class="row">
            <span class="what">{model}</span>
            <span class="aside">
              {duration(median_ms)} an answer, {plural(turns, 'answer')}
            </span>
          </li>
        ))}
      </ul>
    </Section>
  );
}
