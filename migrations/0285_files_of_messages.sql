-- The messages that a file came with, or was sent with: found without reading all of a long conversation.
create index inbox_files on inbox (conversation_id) where payload -> 'files' <> '[]';
create index outbox_files on outbox (conversation_id) where content ? 'files';
