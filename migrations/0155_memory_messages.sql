-- The message that a memory comes from, by its identity (inbox.key), which outlasts the row of the inbox.
alter table memories add column message_key text;
