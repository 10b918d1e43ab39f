-- What coda says by itself at a terminal is shown in its person's chat in a browser too, the newest first.
create index outbox_terminal on outbox (conversation_id, created_at) where adapter = 'console' and reply_to is null;
