-- What coda remembers of a person. Each change has a number of its person's, so that a process can read what is new to it.
create table memories (
  id               text primary key,             -- short: people type it
  person_id        uuid not null references persons (id),
  conversation_id  uuid references conversations (id),  -- where it was said
  type             text not null check (type in ('fact', 'preference', 'event')),
  text             text not null,
  tags             text[] not null default '{}',
  importance       smallint not null default 3 check (importance between 1 and 5),
  terms            text[] not null,              -- English lexemes of text, tags and date
  happened_on      date,                         -- of an event
  slot             text,                         -- what there can only be one of at a time: 'home'
  -- Where it comes from: the message, who said it and when, and how it got here.
  source           text not null check (source in ('told', 'extracted', 'imported')),
  message_seq      bigint,
  said_by          text not null,
  said_at          timestamptz not null,
  -- 'past': a newer one says otherwise; 'proposed': waits for the person's word.
  state            text not null default 'current' check (state in ('current', 'past', 'proposed', 'deleted')),
  superseded_by    text,
  tainted          boolean not null default false,
  touched          bigint not null,
  created_at       timestamptz not null,
  deleted_at       timestamptz
);
create index memories_person on memories (person_id, touched);
create index memories_newest on memories (person_id, created_at desc);
create index memories_slot on memories (person_id, slot) where slot is not null and state = 'current';
create index memories_deleted on memories (deleted_at) where deleted_at is not null;
create index memories_superseded on memories (superseded_by) where superseded_by is not null;

-- Vectors by space: an embedder's id. Vectors of different spaces are never compared.
create table memory_vectors (
  space      text not null,
  memory_id  text not null references memories (id) on delete cascade,
  vector     bytea not null,                     -- a factor (float4, little endian), then an int8 for each dimension
  primary key (space, memory_id)
);
create index memory_vectors_memory on memory_vectors (memory_id);

create table memory_spaces (
  space       text primary key,
  dim         integer not null,
  is_current  boolean not null default false,
  created_at  timestamptz not null
);
create unique index memory_spaces_current on memory_spaces (is_current) where is_current;

create table memory_people (
  person_id  uuid primary key references persons (id),
  version    bigint not null default 0,          -- of their memories: grows with each change
  auto       text check (auto in ('on', 'off', 'ask'))  -- their own choice
);

-- Up to where a conversation has been looked through for memories.
create table memory_seen (
  conversation_id  uuid primary key references conversations (id),
  seq              bigint not null
);
