/**
 * The states of a part, and every statement that changes them. `docs/delivery.md` shows both tables; the tests refuse a
 * change that is not listed, in each database that they use.
 */

export const STATES = {
  draft: 'It grows with its turn; its message may be there, and shows an older text.',
  pending: 'Due at `next_at`: to be sent, brought up to date, or (`removed`) taken away.',
  sending: 'Its `owner` is sending it.',
  unknown: 'It may be on the platform; due at `next_at`, looked for first where that is needed.',
  held: 'Nobody is there to hear it, or its platform is off.',
  sent: 'The platform has it. Final, except that a card is edited once its buttons are used.',
  dead: 'A dead letter: it could not be delivered. Final, unless it is resent.',
  dropped: 'Not said, or taken away again. Final.',
} as const;

export type PartState = keyof typeof STATES;

export interface Transition {
  /** The function of a `store.ts` whose statement does it. */
  by: string;
  from: readonly (PartState | 'new')[];
  to: readonly PartState[];
  when: string;
}

export const TRANSITIONS: readonly Transition[] = [
  { by: 'insertions', from: ['new'], to: ['sending', 'pending'], when: 'it is said: sent by its writer, or queued' },
  { by: 'insertions', from: ['new', 'draft'], to: ['held'], when: 'another process has the sessions of its place' },
  {
    by: 'insertions',
    from: ['draft'],
    to: ['sending', 'pending'],
    when: 'the turn has ended: the draft is the answer',
  },
  {
    by: 'surplusDrafts',
    from: ['draft'],
    to: ['pending'],
    when: 'the answer has fewer parts: the draft is taken away',
  },
  { by: 'draft', from: ['new'], to: ['draft'], when: 'a part of an answer is about to be shown while it grows' },
  { by: 'claimDue', from: ['pending', 'unknown'], to: ['sending'], when: 'it is due, and earlier parts are there' },
  {
    by: 'claimDue',
    from: ['held'],
    to: ['sending'],
    when: 'its platform was off for a day, or no page has read it in time: to be said elsewhere',
  },
  { by: 'storeResults', from: ['sending'], to: ['sent'], when: 'the platform has it' },
  {
    by: 'storeResults',
    from: ['sending'],
    to: ['pending'],
    when: 'it is to be tried again, or elsewhere: its place is gone; its message takes no more edits, or its buttons were used meanwhile',
  },
  { by: 'storeResults', from: ['sending'], to: ['unknown'], when: 'the platform has not answered' },
  { by: 'storeResults', from: ['sending'], to: ['held'], when: 'nobody is there, or its platform is off' },
  {
    by: 'storeResults',
    from: ['sending'],
    to: ['dead'],
    when: 'the platform refuses it, or it was tried for too long',
  },
  {
    by: 'storeResults',
    from: ['sending'],
    to: ['dropped'],
    when: 'a surplus draft was taken away, or its person was erased',
  },
  {
    by: 'resendEarlierParts',
    from: ['sent'],
    to: ['pending'],
    when: 'the place of its message is gone before a later part: all of it goes elsewhere',
  },
  { by: 'releaseReachable', from: ['held'], to: ['pending'], when: 'its place can be written to again' },
  { by: 'releaseHeldParts', from: ['held'], to: ['pending'], when: 'somebody is there for another process' },
  { by: 'endUnread', from: ['held'], to: ['sent'], when: 'its person has deleted the conversation that it waits in' },
  { by: 'markRead', from: ['held'], to: ['sent'], when: 'its person has read it in a browser, or by a program' },
  { by: 'moveUnread', from: ['held'], to: ['pending'], when: 'its person has opened a terminal' },
  {
    by: 'retentionRules',
    from: ['held'],
    to: ['dead'],
    when: 'no program has read it for 30 days, or 1,000 newer ones wait',
  },
  { by: 'release', from: ['sending'], to: ['unknown', 'pending'], when: 'its process has died' },
  { by: 'requeueLost', from: ['sending'], to: ['unknown', 'pending'], when: 'its process does not know of it' },
  { by: 'closeCard', from: ['sent'], to: ['pending'], when: 'its buttons are used up, and shown so' },
  { by: 'revive', from: ['dead'], to: ['pending'], when: 'a dead letter is resent' },
  { by: 'discard', from: ['dead'], to: ['dropped'], when: 'an owner gives a dead letter up' },
  {
    by: 'dropWaiting',
    from: ['pending', 'held', 'dead'],
    to: ['dropped'],
    when: 'it is not allowed any more to tell it there',
  },
  {
    by: 'deletionRules',
    from: ['pending', 'unknown', 'held', 'dead'],
    to: ['dropped'],
    when: 'its person is erased',
  },
  {
    by: 'mergeRules',
    from: ['held'],
    to: ['pending'],
    when: 'its person is one with another, who has a chat platform: it goes there',
  },
  { by: 'deletionRules', from: ['draft'], to: ['pending'], when: 'its person is erased: its message is taken away' },
];
