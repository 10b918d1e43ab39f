import {
  bigint,
  bool,
  Columns,
  type ItemOf,
  instant,
  named,
  optional,
  text,
  textArray,
  uuid,
} from '../../storage/index.ts';
import { memoryFields } from './fields.ts';

export const memories = new Columns({
  ...memoryFields.columns,
  id: text(),
  personId: uuid(),
  text: text(),
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
  .pick(...memoryFields.keys, 'id', 'personId', 'text', 'source', 'saidBy', 'saidAt', 'tainted')
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
