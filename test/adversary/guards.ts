/** What each guard is in the source, and how it is taken out. */

export interface Edit {
  file: string;
  find: string;
  replace: string;
}

const edit = (file: string, find: string, replace: string): Edit => ({ file: `src/${file}`, find, replace });

const POLICY = 'agent/tools/policy.ts';
const FILES = edit('agent/turn/store.ts', 'return item.payload.files.length > 0 ||', 'return false &&');
const OTHERS = edit(
  'agent/context/store.ts',
  "tainted or (c.kind <> 'dm' and role = 'user' and person_id is distinct from ${reader}) as tainted",
  'tainted',
);
const NOT_YOURS = edit('delivery/buttons/store.ts', '!person.forOthers.includes(action.tool)', 'false');
const NOT_YOURS_EITHER = edit(
  'agent/approvals/index.ts',
  "parked.personId !== person.id && person.role !== 'owner'",
  'false',
);
const BY_PERSON = edit('agent/tools/calls.ts', "tool.callers === 'person' && ctx.request.origin !== 'person'", 'false');
const LEAKS = edit(POLICY, 'isUnasked && !leaks', 'isUnasked');

/** What keeps a platform from calling people together: `mentions.test.ts` plays them, one scenario for each way to write it. */
export const pings: Readonly<Record<string, readonly Edit[]>> = {
  'Discord pings': [
    edit(
      'adapters/discord/message.ts',
      'parse: [], replied_user',
      "parse: ['everyone', 'roles', 'users'], replied_user",
    ),
  ],
  'Slack pings': [edit('adapters/slack/render.ts', '.replace(CALL, `<${UNSEEN}`)', '')],
};

/** By name; scenarios name those without which they do their harm. */
export const guards: Readonly<Record<string, readonly Edit[]>> = {
  fetch: [edit(POLICY, "case 'fetch':\n      return leaks ?", "case 'fetch':\n      return false ?")],
  own: [edit(POLICY, 'if (own || files)', 'if (false)')],
  followed: [edit(POLICY, 'followed < MOST_FOLLOWED ||', 'true ||')],
  picks: [edit(POLICY, 'tool.flow?.picks === true ||', '')],
  typed: [edit(POLICY, 'tool.flow?.types ? said', 'false ? said')],
  'asked-for': [edit('agent/tools/authorize.ts', 'if (!from || !standIn(from, utterances)) return [];', '')],
  unasked: [LEAKS],
  deletes: [edit(POLICY, 'if (isLed && deletes > 0', 'if (false && deletes > 0')],
  elsewhere: [edit(POLICY, 'if (elsewhere.length > 0)', 'if (false)')],
  dangerous: [edit(POLICY, "{ kind: 'ask', reason: texts.cannotBeUndone() }", 'ALLOW')],
  persons: [edit(POLICY, 'persons.some((id) => id !== person.id)', 'false')],
  inert: [
    edit('delivery/outbox/parts.ts', 'tainted ? inert(card.text) : card.text', 'card.text'),
    edit('delivery/outbox/parts.ts', '(piece.inert ? { ...piece, text: inertPiece(piece.text) } : piece)', '(piece)'),
  ],
  files: [FILES],
  notes: [edit('skills/notes/note.ts', 'tainted: bool()', 'tainted: { ...bool(), read: () => false }')],
  edits: [edit('skills/notes/change.ts', 'before.tainted || (tainted && isRewritten)', 'before.tainted')],
  reminders: [edit('skills/reminders/reminder.ts', 'tainted: bool()', 'tainted: { ...bool(), read: () => false }')],
  results: [edit('agent/turn/turn.ts', "step.kind === 'result' && step.payload.tainted", 'false')],
  history: [edit('agent/agent.ts', 'recalled.history.some((entry) => entry.tainted && !entry.content.led)', 'false')],
  others: [OTHERS],
  // What somebody's file brings to a channel is held back twice: it is another's, and it is a file.
  'others-files': [OTHERS, FILES],
  quotes: [edit('agent/turn/store.ts', 'return text.search(QUOTED) >= 0', 'return false')],
  webhooks: [edit('delivery/items/store.ts', "|| origin === 'webhook'", '')],
  marked: [edit('delivery/items/store.ts', 'payload.tainted === true', 'false')],
  kept: [
    edit(
      'agent/turn/message-turn.ts',
      'tainted: this.turn.tainted || context.request.ownFiles',
      'tainted: this.turn.tainted',
    ),
  ],
  nested: [edit('agent/turn/turn.ts', 'done(text, { tainted: this.tainted })', 'done(text)')],
  inherits: [
    edit(
      'agent/turn/turn.ts',
      'const { id, tainted, startedAt, recorder } = this;',
      'const { id, startedAt, recorder } = this; const tainted = false;',
    ),
  ],
  searched: [
    edit(
      'agent/context/index.ts',
      'tainted: hits.some(({ id, tainted }) => tainted || others.has(id))',
      'tainted: false',
    ),
  ],
  owner: [
    edit(
      'skills/notes/finding/store.ts',
      '(search @@ (exact && mine) or search @@ (stemmed && mine))',
      '(search @@ exact or search @@ stemmed)',
    ),
  ],
  yours: [NOT_YOURS, NOT_YOURS_EITHER],
  whose: [
    edit('delivery/buttons/store.ts', '(b.person_id is null or b.person_id = p.id)', 'true'),
    NOT_YOURS,
    NOT_YOURS_EITHER,
  ],
  replay: [
    edit('delivery/buttons/store.ts', 'where b.id = $1 and b.used_at is null and', 'where b.id = $1 and'),
    edit(
      'agent/approvals/store.ts',
      "from turns t join steps a on a.turn_id = t.id and a.path = $2 and a.call_id = $3\n      where t.id = $1 and t.state = 'waiting' and ${UNDECIDED}",
      "from turns t join steps a on a.turn_id = t.id and a.path = $2 and a.call_id = $3\n      where t.id = $1 and t.state = 'waiting' and a.kind = 'asked'",
    ),
  ],
  hash: [
    edit(
      'agent/tools/authorize.ts',
      'state.approved && state.hash === hashOfCall(turn, call, context, toolbox.get(call.name))',
      'state.approved',
    ),
  ],
  bound: [edit('agent/tools/calls.ts', '...(binding !== undefined && { bound: binding }),', '')],
  after: [
    edit(
      'agent/tools/authorize.ts',
      "if (verdict.kind === 'deny')",
      "if (verdict.kind === 'deny' && state.kind !== 'decided')",
    ),
    edit('chat/router.ts', 'if (!this.gate.hears(item.person)) return', 'if (false) return'),
  ],
  expiry: [edit('agent/approvals/index.ts', 'new Date(now.getTime() +', 'new Date(now.getTime() + 1e10 +')],
  soon: [edit('agent/approvals/index.ts', 'Math.min(expiryMs, TAINTED_MS)', 'expiryMs')],
  hidden: [edit('agent/tools/toolbox.ts', '(!allowHidden && !isForModels(tool))', 'false')],
  whole: [edit('chat/router.ts', 'do it|go ahead)$/', 'do it|go ahead)\\b/')],
  alone: [edit('chat/router.ts', 'item.payload.files.length === 0', 'true')],
  letters: [
    edit(
      'chat/router.ts',
      "  const words = stripEnd(text.trim().toLowerCase(), '.!');",
      `  const words = stripEnd(text.trim().toLowerCase(), '.!')
    .replace(/[\\u{e0020}-\\u{e007e}]/gu, (tag) => String.fromCodePoint((tag.codePointAt(0) ?? 0) - 0xe0000))
    .normalize('NFKC').replaceAll('у', 'y').replaceAll('ο', 'o').replaceAll('\\u200b', '').replace('\\u202esey', 'yes');`,
    ),
  ],
  before: [edit('delivery/buttons/store.ts', 'and b.created_at <= i.received_at', '')],
  epoch: [edit('agent/approvals/index.ts', 'return approvals?.epoch === epoch ?', 'return approvals ?')],
  lasting: [
    edit('agent/approvals/index.ts', '(approvals.by[personId] ?? [])', 'Object.values(approvals.by).flat()'),
    LEAKS,
  ],
  consent: [edit('chat/router.ts', "item.origin === 'person' &&", 'true &&'), BY_PERSON],
  origin: [BY_PERSON],
  commands: [edit('chat/router.ts', '!isSaid(event) ||', '')],
  repeats: [edit('agent/tools/authorize.ts', 'turn.repeats(call) >= MOST_REPEATS', 'false')],
  calls: [
    edit('agent/turn/loop.ts', 'run.maxToolCalls - run.turn.toolCalls', '1000'),
    edit('agent/turn/turn.ts', 'return this.toolCalls < most', 'return true'),
  ],
  wrong: [edit('agent/turn/turn.ts', "['REPEATED', 'STILL_INVALID'];", '[];')],
  'nested-calls': [edit('agent/turn/spawn.ts', 'spawned.maxToolCalls ?? MAX_CALLS', '1000')],
  said: [
    edit(
      'agent/context/past/store.ts',
      "`${isPerson ? 'person_id' : 'conversation_id'} = $1`",
      "'$1::uuid is not null'",
    ),
    edit('agent/context/past/store.ts', '`(${query}) & ${term}`', 'query'),
  ],
  undoer: [
    edit(
      'agent/undo/store.ts',
      'where person_id = $1 and conversation_id',
      'where $1::uuid is not null and conversation_id',
    ),
    edit(
      'skills/notes/store.ts',
      'from notes where person_id = $1 and id',
      'from notes where $1::uuid is not null and id',
    ),
  ],
  met: [edit('delivery/inbox/sender-directory.ts', "    sender.role ?? '',\n", '')],
  here: [edit('delivery/buttons/store.ts', 'from buttons where conversation_id = c.id\n', 'from buttons\n')],
  plans: [edit('skills/scheduler/schedule.ts', 'tainted: bool()', 'tainted: { ...bool(), read: () => false }')],
  memory: [edit('skills/memory/memory.ts', 'tainted: bool()', 'tainted: { ...bool(), read: () => false }')],
  tasks: [edit('skills/tasks/task.ts', 'tainted: bool()', 'tainted: { ...bool(), read: () => false }')],
  renamed: [
    edit('skills/reminders/change.ts', 'before.tainted || (tainted && changed.text !== before.text)', 'before.tainted'),
  ],
  unseen: [edit('agent/approvals/sentence.ts', '.replace(UNSEEN, escapeOf)', '')],
};

const AUDIT = 'trust/audit/text.ts';
const TAINT = 'test/agent/taint.test.ts';

/** What else keeps a person safe: with the guard out, a test of this file fails. */
export const tested: Readonly<Record<string, { edits: readonly Edit[]; by: string }>> = {
  'a note that mail has edited is marked': { edits: guards.edits ?? [], by: TAINT },
  'a reminder that mail has edited is marked': { edits: guards.renamed ?? [], by: TAINT },
  'a marked reminder taints who lists it': { edits: guards.reminders ?? [], by: TAINT },
  'a marked reminder is not shown word for word before every turn': {
    edits: [edit('skills/reminders/list.ts', 'reminder.tainted ?', 'false ?')],
    by: TAINT,
  },
  'other people’s words taint': { edits: [OTHERS], by: TAINT },
  'what holds for all in a channel is an owner’s to change': {
    edits: [edit(POLICY, "place.kind === 'dm' || person.role === 'owner' ?", 'true ?')],
    by: TAINT,
  },
  'private reminders are not shown where others read': {
    edits: [
      edit(
        'app/agent.ts',
        'asked.private ? await this.ofPerson(asked, basis) : []',
        'await this.ofPerson(asked, basis)',
      ),
    ],
    by: TAINT,
  },
  'what is typed into a page is stored nowhere': {
    edits: [
      edit(
        'agent/turn/record/store.ts',
        'calls: answer.calls.map((call) => recorder.storableCall(call))',
        'calls: answer.calls',
      ),
    ],
    by: 'test/agent/unstored.test.ts',
  },
  'what is typed into a page is not kept with the answer': {
    edits: [
      edit(
        'agent/turn/record/store.ts',
        'calls: step.calls.map((call) => recorder.storableCall(call))',
        'calls: step.calls',
      ),
    ],
    by: 'test/agent/unstored.test.ts',
  },
  'a press fills its field and nothing else': {
    edits: [edit('chat/router.ts', '...inputWith(used.action.form, item.payload.values)', '...item.payload.values')],
    by: TAINT,
  },
  'what was written is shown with an Undo': {
    edits: [
      edit('agent/turn/turn-end.ts', 'return input.turn.tainted || input.files ? doneBy(input) : [];', 'return [];'),
    ],
    by: TAINT,
  },
  'a second deletion asks': { edits: guards.deletes ?? [], by: TAINT },
  'addresses are text': { edits: guards.inert ?? [], by: TAINT },
  'a button of a tainted answer writes what is tainted': {
    edits: [edit('chat/router.ts', 'after, tainted: used.tainted }', 'after }')],
    by: TAINT,
  },
  'Discord shows no previews': {
    edits: [edit('adapters/discord/message.ts', '...(inert && { flags: SUPPRESS_EMBEDS }),', '')],
    by: 'test/adversary/mentions.test.ts',
  },
  'Slack shows no previews': {
    edits: [
      edit(
        'adapters/slack/message.ts',
        "...(inert && { unfurl_links: false, unfurl_media: false, parse: 'none' }),",
        '',
      ),
    ],
    by: 'test/adversary/mentions.test.ts',
  },
  'a heading takes no skill past approval': {
    edits: [
      edit(
        AUDIT,
        "if (kind === 'code') return forbids(intro) && BAD_LABEL.test(label);",
        "if (kind === 'code') return true;",
      ),
    ],
    by: 'test/trust/audit/audit.test.ts',
  },
};
