-- Texts of files by their content: the same bytes are read once. Nobody owns one: who may see a message with the file, or the artifact,
-- may see its text, and a text that neither refers to is deleted.
create table file_texts (
  hash text primary key,
  readers integer not null,
  facts jsonb not null,
  passages integer not null,
  read_at timestamptz not null
);
create index file_texts_read on file_texts (read_at);

-- The place is found, too: a question often has the words of a heading.
create table file_passages (
  hash text not null references file_texts on delete cascade,
  number integer not null,
  place text not null,
  aside text,
  text text not null,
  search tsvector not null generated always as (to_tsvector('english', place || ' ' || text)) stored,
  primary key (hash, number)
);

create index inbox_with_files on inbox (person_id, received_at) where payload -> 'files' <> '[]'::jsonb;
