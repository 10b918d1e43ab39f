-- Browsers that their person has asked to be notified at. One that is signed out is forgotten with its session.
create table push_devices (
  id          uuid primary key,
  person_id   uuid not null references persons (id),
  session_id  uuid references browser_sessions (id) on delete cascade,
  endpoint    text not null unique,
  p256dh      text not null,
  auth        text not null,
  created_at  timestamptz not null,
  failures    smallint not null default 0  -- notifications in a row that the service refused for good
);
create index push_devices_person on push_devices (person_id, created_at);
create index push_devices_session on push_devices (session_id) where session_id is not null;

-- When its person's devices were told that this part waits to be read.
alter table outbox add column pushed_at timestamptz;
