/** Targets of the person, where one is chosen. */
import { api, ask } from '../api/client.ts';
import { useLoad } from '../app/load.ts';
import { Select } from './field.tsx';

export interface NamedTarget {
  id: string;
  name: string;
}

/** The targets that may be told, and those of these that may not any more. */
export function useTargets(
  had: readonly { id: string | null | undefined; name?: string | null | undefined }[],
): readonly NamedTarget[] {
  const { data } = useLoad('targets', () => ask(api.GET('/v1/targets')), ['schedules']);
  const all = data?.targets ?? [];
  const allowed = all.filter(({ state }) => state === 'allowed');
  const lostTargets = had.filter(({ id }) => id && !allowed.some((each) => each.id === id));
  const nameOf = (id: string) => all.find((each) => each.id === id)?.name ?? id;
  return [
    ...allowed,
    ...lostTargets.map(({ id, name }) => ({ id: id ?? '', name: `${name ?? nameOf(id ?? '')} (not allowed now)` })),
  ];
}

interface TargetProps {
  label: string;
  /** The words for no target. */
  none: string;
  value: string;
  onValue: (id: string) => void;
  targets: readonly NamedTarget[];
  of: string;
}

/** A person without targets sees no list of them. */
export const TargetSelect = ({ none, targets, ...rest }: TargetProps) =>
  targets.length === 0 ? null : (
    <Select {...rest}>
      <option value="">{none}</option>
      {targets.map(({ id, name }) => (
        <option key={id} value={id}>
          {name}
        </option>
      ))}
    </Select>
  );
