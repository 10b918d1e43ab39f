-- Links with which an owner lets somebody in at the page, each good once. A row goes when it is used or taken back.
create table invitations (
  id          uuid primary key,
  hash        text not null unique,   -- SHA-256 of the link's code
  name        text not null,          -- whom it is for, as its owner calls them
  invited_by  uuid not null references persons (id),
  created_at  timestamptz not null,
  expires_at  timestamptz not null
);
create index invitations_by on invitations (invited_by);
