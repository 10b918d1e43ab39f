-- Titles, scopes, versions, and a search that weighs titles and tags above the text, in the language of its writer.
alter table notes add column title text;
-- 'here': also those who speak in its conversation find it, there and nowhere else.
alter table notes add column scope text not null default 'own' check (scope in ('own', 'here'));
alter table notes add column pinned_at timestamptz;
alter table notes add column language regconfig not null default 'english';

drop index notes_search;
alter table notes drop column search;
-- Whose it is, and whom it is shared with, are lexemes too: the index finds the notes of one among those of all.
alter table notes add column search tsvector generated always as (
  setweight(to_tsvector('simple', coalesce(title, '')), 'A') ||
  setweight(to_tsvector(language, coalesce(title, '')), 'A') ||
  setweight(array_to_tsvector(array_remove(tags, '')), 'B') ||
  setweight(to_tsvector(language, text), 'C') ||
  to_tsvector('simple', text) ||
  array_to_tsvector(array['/p' || person_id::text] || case when scope = 'here' then array['/c' || conversation_id::text] else '{}' end)
) stored;
create index notes_search on notes using gin (search);
create index notes_title on notes (person_id, lower(title)) where title is not null and deleted_at is null;
create index notes_trash on notes (deleted_at) where deleted_at is not null;

-- What a note was before it was rewritten.
create table note_versions (
  note_id  text not null references notes (id) on delete cascade,
  version  integer not null,
  title    text,
  text     text not null,
  tags     text[] not null,
  tainted  boolean not null,
  at       timestamptz not null,                -- when it was replaced
  primary key (note_id, version)
);

-- How many a person has, so that nobody counts them at each save.
create table note_counts (
  person_id uuid primary key references persons (id),
  notes     integer not null
);
insert into note_counts (person_id, notes)
select person_id, count(*) from notes where deleted_at is null group by person_id;
