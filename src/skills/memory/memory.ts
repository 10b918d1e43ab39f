import {
  bigint,
  bool,
  Columns,
  type ItemOf,
  instant,
  int,
  named,
  optional,
  text,
  textArray,
  uuid,
} from '../../storage/index.ts';

export const TYPES = ['fact', 'preference', 'event'] as const;
export type MemoryType = (typeof TYPES)[number];

export const memories = new Columns({
  id: text(),
  personId: uuid(),
  type: text<MemoryType>(),
  text: text(),
  tags: textArray(),
  /** 1 to 5. */
  importance: { ...int(), type: 'smallint' },
  /** `YYYY-MM-DD`, of an event. */
  happenedOn: optional({ ...text(), type: 'date' }),
  source: text<'told' | 'extracted' | 'imported'>(),
  saidBy: text(),
  saidAt: instant(),
  /** The message that says it, by its identity (`discord:<channel>:<id>`); undefined: none does. */
  message: named('message_key', optional(text())),
  /** `past`: a newer one says otherwise. `proposed`: waits for the person's word. */
  state: text<'current' | 'past' | 'proposed' | 'deleted'>(),
  supersededBy: optional(text()),
  tainted: bool(),
  createdAt: instant(),
});

export type Memory = ItemOf<typeof memories>;

export const inserted = memories
  .pick('id', 'personId', 'type', 'text', 'tags', 'importance', 'happenedOn', 'source', 'saidBy', 'saidAt', 'tainted')
  .extend({
    conversationId: optional(uuid()),
    messageSeq: optional(bigint()),
    terms: textArray(),
    slot: optional(text()),
  });

export type NewMemory = ItemOf<typeof inserted> & {
  state?: Exclude<Memory['state'], 'deleted'>;
  /** The message that says it: by its identity, or as the row of the inbox that is answered. */
  from: { message: string | undefined } | { inboxId: string | undefined };
};
