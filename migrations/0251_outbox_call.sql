-- An unread part of somebody whose page is open goes their other way at this instant, when no page has read it by then.
alter table outbox add column call_at timestamptz;
create index outbox_call on outbox (call_at) where state = 'held' and call_at is not null;
