-- Notes and messages are found by meaning too. Their vectors come in the order of their stamps, owner by owner, so that a
-- process reads what is new to it.
create sequence vector_stamps;

create table note_spaces (
  space       text primary key,
  dim         integer not null,
  is_current  boolean not null default false,
  created_at  timestamptz not null
);
create unique index note_spaces_current on note_spaces (is_current) where is_current;

-- A note that is changed or deleted loses its vector with that.
create table note_vectors (
  note_id  text not null references notes (id) on delete cascade,
  space    text not null,
  owner    uuid not null,                        -- the note's person
  stamp    bigint not null,
  vector   bytea not null,                       -- as in memory_vectors
  primary key (note_id, space)
);
create index note_vectors_owner on note_vectors (owner, space, stamp);

create table message_spaces (
  space       text primary key,
  dim         integer not null,
  is_current  boolean not null default false,
  created_at  timestamptz not null
);
create unique index message_spaces_current on message_spaces (is_current) where is_current;

create table message_vectors (
  message_id  uuid not null references messages (id) on delete cascade,
  space       text not null,
  owner       uuid not null,                     -- the conversation
  stamp       bigint not null,
  vector      bytea not null,
  primary key (message_id, space)
);
create index message_vectors_owner on message_vectors (owner, space, stamp);
