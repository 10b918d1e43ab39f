/** Work for people: decisions, undeliverable messages, trouble. */
import type { Page, PageAction, PageRow } from '../../chat/index.ts';
import { activity } from '../../delivery/index.ts';
import type { DashboardParts } from './parts.ts';
import { placeCell } from './place.ts';

const SHOWN_CHARACTERS = 200;
const MOST_LETTERS = 50;

/** Calls that wait for a decision, with all that the card in the chat shows. */
export function approvalsPage({ approvals }: DashboardParts): Page {
  const press = (id: string, approved: boolean): PageAction => ({
    label: approved ? 'Approve' : 'Deny',
    method: 'POST',
    path: `/approvals/${id}`,
    body: { approved },
    style: approved ? 'primary' : 'danger',
    done: approved ? 'Approved.' : 'Denied.',
  });
  return {
    path: '/approvals',
    title: 'Approvals',
    scope: 'admin',
    isLive: true,
    async load() {
      const rows = (await approvals.list()).map(
        ({ id, tool, shown, person, place, at, expiresAt }): PageRow => ({
          id,
          cells: [
            tool,
            { code: shown },
            `${person}, ${place.split(':')[0]}`,
            { at: new Date(at) },
            { at: expiresAt === undefined ? undefined : new Date(expiresAt) },
          ],
          actions: [press(id, true), press(id, false)],
        }),
      );
      const columns = ['Tool', 'With', 'Asked by', 'Since', 'No answer means no at'];
      return [{ kind: 'table', title: 'Waiting', columns, rows, none: 'Nothing waits for a decision.' }];
    },
  };
}

/** Dead letters: each can be sent again. What others were to be told is theirs, also where it did not reach them. */
export const undeliveredPage: Page = {
  path: '/undelivered',
  title: 'Undelivered',
  scope: 'admin',
  async load({ db, personId }) {
    const { letters, total } = await activity.undelivered(db, personId, MOST_LETTERS);
    const rows = letters.map((letter): PageRow => {
      const { part, at, recipientId, recipient, what, text, error } = letter;
      const path = `/undelivered/${part}/resend`;
      const shown = text === null ? what : `${what}: ${text.slice(0, SHOWN_CHARACTERS)}`;
      return {
        id: part,
        cells: [
          { at },
          placeCell(letter, personId),
          recipientId === personId ? 'you' : (recipient ?? 'everybody there'),
          shown,
          { text: error ?? '', tone: 'bad' },
        ],
        actions: [{ label: 'Send again', method: 'POST', path, done: 'It will be sent again.' }],
      };
    });
    const title = total > rows.length ? `The newest of ${total}` : 'Dead letters';
    const columns = ['When', 'Where', 'For', 'What', 'Why'];
    return [{ kind: 'table', title, columns, rows, none: 'Everything could be delivered.' }];
  },
};

const TONES = { ok: 'good', notice: 'good', warning: 'warn', error: 'bad' } as const;

/** Findings of `coda doctor`. */
export function doctorPage({ checks, version }: DashboardParts): Page {
  return {
    path: '/doctor',
    title: 'Doctor',
    scope: 'admin',
    async load() {
      const found = await checks.run();
      const rows = found.map(
        ({ name, severity, says, remedy, code }, index): PageRow => ({
          id: `${code}-${index}`,
          cells: [severity === 'off' ? 'off' : { text: severity, tone: TONES[severity] }, name, says, remedy ?? ''],
        }),
      );
      const columns = ['State', 'Part', 'Finding', 'What to do'];
      return [{ kind: 'table', title: `coda ${version}`, columns, rows, none: 'Nothing was asked.' }];
    },
  };
}
