import { z } from 'zod';
import type { DecisionOutcome } from '../../agent/index.ts';
import { plural } from '../../base/text.ts';
import { operation, text, usage } from '../../chat/operation.ts';
import { needsToken, type OperationParts, type ServedParts } from './parts.ts';

const list = operation({
  name: 'approvals list',
  summary: 'show them, oldest first',
  isDefault: true,
  input: z.object({}),
  json: 'indented',
  run: ({ app }: OperationParts) => app.approvals.list(),
  show(open, _, { at: on }) {
    if (open.length === 0) return 'Nothing waits for a decision.\n';
    const lines = open.map(({ id, purpose, shown, person, place, at, expiresAt }) => {
      const until = expiresAt === undefined ? 'now' : on(expiresAt);
      return `${id}  ${purpose}  for ${person} in ${place}, asked ${on(at)}, until ${until}\n${shown.replace(/^/gm, '  ')}\n`;
    });
    const how = '"coda approvals approve <id>" or "deny <id>" decides one.\n';
    return `${plural(open.length, 'call waits', 'calls wait')} for a decision:\n${lines.join('')}${how}`;
  },
});

const id = text(
  (argument) => /^[0-9a-f]{8,64}$/.test(argument),
  (argument) => `${argument} is no id of a question.`,
  '"coda approvals" shows them.',
);

const because = z.string().trim().min(1).max(500).describe('why not: the model reads it');

/** Decides one call, as its person could, or as an owner who is signed in. */
const decide = operation({
  name: 'approvals decide',
  input: z.object({ id, approved: z.boolean(), because: because.optional() }),
  async run(
    { app }: ServedParts,
    { id: named, approved, because: why },
    { token, personId },
  ): Promise<DecisionOutcome> {
    if (personId !== undefined) return app.approvals.decideAs(personId, 'dashboard', named, { approved, because: why });
    needsToken(app.approvals, token);
    return app.approvals.decide(named, approved, token, why);
  },
});

const approve = operation({
  name: 'approvals approve',
  summary: 'have one of them run',
  input: z.object({ id }),
  args: ['id'],
  async conduct(ask, { id: named }) {
    throwRefused(await ask(decide, { id: named, approved: true }));
    return 'Approved: it runs now, or as soon as coda runs.\n';
  },
});

const deny = operation({
  name: 'approvals deny',
  summary: 'have one of them not run',
  input: z.object({ id, because: because.optional().meta({ value: 'words' }) }),
  args: ['id'],
  async conduct(ask, { id: named, because: why }) {
    throwRefused(await ask(decide, { id: named, approved: false, because: why }));
    return 'Not approved.\n';
  },
});

function throwRefused(outcome: DecisionOutcome): void {
  if (outcome !== 'done') throw usage(REFUSED[outcome], '"coda approvals" shows what is open.');
}

const REFUSED: Readonly<Record<Exclude<DecisionOutcome, 'done'>, string>> = {
  gone: 'That question is not open any more.',
  several: 'Several questions begin with that id.',
  token: 'The running coda has another access.approval_token.',
};

export const approvals = [list, decide, approve, deny];
