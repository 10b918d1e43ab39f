-- A thread has the manners (/place) of the channel that it belongs to, except for those that are set in it.
alter table conversations add column parent text;                            -- the channel of a thread, as its platform names it
alter table conversations add column inherited jsonb not null default '{}';  -- the channel's manners, written with each change of them
create index conversations_parent on conversations (adapter, parent) where parent is not null;
update conversations set parent = split_part(channel, ':', 1) where adapter = 'slack' and kind = 'thread';
