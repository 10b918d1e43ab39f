-- Images that were built for skills: only with a row here one is used without a pattern of the configuration.
create table skill_images (
  skill     text primary key,
  image     text not null,                      -- Docker's id of it, sha256:…
  hash      text not null,                      -- of what it was built from
  built_at  timestamptz not null
);
