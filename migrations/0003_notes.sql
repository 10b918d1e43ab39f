create table notes (
  id              text primary key,             -- short: people type it
  person_id       uuid not null references persons (id),
  conversation_id uuid not null references conversations (id),
  space_id        text not null references spaces (id),
  text            text not null,
  tags            text[] not null default '{}',
  -- 'simple' beside 'english': names and prefixes must be found as they were written.
  search          tsvector generated always as (to_tsvector('english', text) || to_tsvector('simple', text)) stored,
  tainted         boolean not null default false,
  version         integer not null default 1,
  created_at      timestamptz not null,
  updated_at      timestamptz not null,
  deleted_at      timestamptz
);
create index notes_search on notes using gin (search);
create index notes_tags on notes using gin (tags);
create index notes_person on notes (person_id, created_at desc) where deleted_at is null;

-- What a person last saw as a numbered list, so that "the second one" means that one.
create table note_lists (
  person_id       uuid not null references persons (id),
  conversation_id uuid not null references conversations (id),
  ids             text[] not null,
  shown_at        timestamptz not null,
  primary key (person_id, conversation_id)
);
