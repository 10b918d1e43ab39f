/** Off until a date: the entries of a menu, the form for the date, and the words of a row. */
import { useState } from 'preact/hooks';
import type { Act } from '../app/acts.ts';
import { now } from '../app/clock.ts';
import { clock, dayOf, longDay } from '../app/format.ts';
import { Question } from '../parts/dialog.tsx';
import { Field } from '../parts/field.tsx';

const DAY_MS = 86_400_000;

interface Pausable {
  on: boolean;
  off_until: string | null;
}

/** The end of its pause, where it has one that is not over. */
const pauseEnd = ({ on, off_until: until }: Pausable): string | undefined =>
  on && until !== null && new Date(until) > now() ? until : undefined;

/** True if it runs at its times. */
export const runsNow = (thing: Pausable): boolean => thing.on && pauseEnd(thing) === undefined;

/** `off until Friday 4 December`, `off`; undefined: it is on. */
export function offWords(thing: Pausable): string | undefined {
  const until = pauseEnd(thing);
  if (until === undefined) return thing.on ? undefined : 'off';
  const hour = dayOf(until) === dayOf(new Date(Date.parse(until) - 1)) ? ` ${clock(until)}` : '';
  return `off until ${longDay(dayOf(until))}${hour}`;
}

interface PauseActs {
  pause: (until: string) => void;
  resume: () => void;
  askDate: () => void;
}

export const pauseItems = (thing: Pausable, { pause, resume, askDate }: PauseActs): Act[] => [
  ...(runsNow(thing) ? [] : [{ label: 'On again', icon: 'play', run: resume } as const]),
  { label: 'Off until tomorrow', icon: 'clock', run: () => pause('tomorrow') },
  { label: 'Off for a week', icon: 'clock', run: () => pause('in a week') },
  { label: 'Off until …', icon: 'clock', run: askDate },
];

interface DateQuestionProps {
  title: string;
  pause: (until: string) => Promise<unknown>;
  onClose: () => void;
}

export function PauseQuestion({ title, pause, onClose }: DateQuestionProps) {
  const tomorrow = dayOf(new Date(now().getTime() + DAY_MS));
  const [date, setDate] = useState(tomorrow);
  return (
    <Question title={`${title}: off until`} yes="Off until then" onClose={onClose} onYes={() => pause(date)}>
      <Field
        label="Date"
        type="date"
        value={date}
        onValue={setDate}
        min={tomorrow}
        required
        isFirst
        of="off_until until"
        hint="It goes on by itself that day; what it leaves out until then is not made up for."
      />
    </Question>
  );
}
