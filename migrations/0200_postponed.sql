-- Events that were acknowledged and cannot be accepted yet: their author or their place is still being looked up.
create table postponed (
  adapter      text not null,
  key          text not null,                          -- the event's identity on its platform
  seq          bigint generated always as identity,
  author       text not null,                          -- as the platform knows them
  event        jsonb not null,                         -- as the platform sent it
  received_at  timestamptz not null,
  due_at       timestamptz not null,                   -- when any process hears it
  attempts     integer not null default 0,             -- those that failed for a reason of the event's own
  primary key (adapter, key)
);
create index postponed_due on postponed (due_at);
create index postponed_age on postponed (received_at);
create index postponed_author on postponed (adapter, author);
