-- The newest card of a conversation, which each message looks for, and a person's newest act there, which "undo" does, are
-- found by index, not among all that ever were.

drop index buttons_open;
create index buttons_newest on buttons (conversation_id, created_at desc, seq desc);

drop index undos_open;
create index undos_open on undos (person_id, conversation_id, created_at desc, seq desc) where used_at is null;
