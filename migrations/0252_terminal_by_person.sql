-- What coda says by itself at terminals is read by person: somebody whose programs have begun 100,000 conversations there would
-- wait for 49 ms (PostgreSQL 15, 200,000 conversations), and see only those of the newest.
create index outbox_terminal_of on outbox (person_id, created_at) where adapter = 'console' and reply_to is null;
drop index outbox_terminal;
