-- Skills are found by meaning: a vector for each text that says what one is for, made once, whoever has it where.
create table skill_vectors (
  space    text not null,
  hash     text not null,                         -- of the text
  vector   bytea not null,                        -- as in memory_vectors
  made_at  timestamptz not null,
  primary key (space, hash)
);
