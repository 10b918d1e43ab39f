-- Passages of files by meaning. Their owner is the file: whoever may see it finds them.
create table passage_spaces (
  space text primary key,
  dim integer not null,
  is_current boolean not null,
  created_at timestamptz not null
);
create unique index passage_spaces_current on passage_spaces (is_current) where is_current;

create table passage_vectors (
  passage_id text not null,                       -- hash/number
  space text not null,
  owner text not null references file_texts (hash) on delete cascade,
  stamp bigint not null,
  vector bytea not null,
  primary key (passage_id, space)
);
create index passage_vectors_owner on passage_vectors (owner, space, stamp);
