-- Names of channels and threads in which somebody has spoken with coda, as their platform tells them.
create table place_names (
  adapter text not null,
  channel text not null,
  name text not null,
  primary key (adapter, channel)
);
