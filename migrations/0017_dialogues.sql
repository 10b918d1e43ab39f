-- What the words of a person in a conversation may refer to: a question that is open, and the thing that was shown, made
-- or said last. The interpreter of plain English reads it with each message.
create table dialogues (
  person_id        uuid not null references persons (id),
  conversation_id  uuid not null references conversations (id),
  question         jsonb,                         -- the call that lacks something, or the calls to choose from
  topic            jsonb,
  model_named_at   timestamptz,                   -- when it was last said that a model would help
  primary key (person_id, conversation_id)
);

-- The order in which things were made or changed: clocks may stand still between two acts.
create sequence reminders_touched;
alter table reminders add column touched bigint not null default nextval('reminders_touched');
create index reminders_touched_last on reminders (person_id, conversation_id, touched desc);
create sequence notes_touched;
alter table notes add column touched bigint not null default nextval('notes_touched');
create index notes_touched_last on notes (person_id, conversation_id, touched desc);

-- Whether "it" still is what a list showed: not after something else was made or changed.
alter table reminder_lists add column at_hand boolean not null default true;
alter table note_lists add column at_hand boolean not null default true;
