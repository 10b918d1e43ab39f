-- Whoever speaks over HTTP asks for what was said; no other platform does, and none pays for it.
create index inbox_http on inbox (conversation_id, seq) where adapter = 'http';
create index inbox_http_message on inbox (conversation_id, message_id) where adapter = 'http';
create index outbox_http on outbox (conversation_id, created_at) where adapter = 'http';
create index outbox_http_answer on outbox (inbox_id) where adapter = 'http';
