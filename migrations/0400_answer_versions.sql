-- Messages that were asked again: each version of the answer is the turn of an inbox row of its own, of which one is shown.
create table answer_versions (
  -- The id of the inbox row, of its turn, and of the messages that stay of it; no reference, for these go one after another.
  turn_id          uuid primary key,
  -- The version that was asked first, itself included.
  first_id         uuid not null,
  conversation_id  uuid not null references conversations (id),
  at               timestamptz not null,
  -- The version that is shown in its place: only the turn of that one is told of it. Null: it is shown itself.
  shelved_by       uuid
);
create index answer_versions_first on answer_versions (first_id);
create index answer_versions_conversation on answer_versions (conversation_id);
