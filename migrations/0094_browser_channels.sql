-- A browser's channel is named after whom it is of. Those of persons who were joined to others kept the name of who is gone.
update conversations c
   set channel = 'web-' || c.person_id || case
         when exists (select from conversations o
                       where o.adapter = c.adapter and o.channel = 'web-' || c.person_id || substr(c.channel, 41))
           or exists (select from conversations o
                       where o.adapter = c.adapter and o.person_id = c.person_id and o.id < c.id
                         and o.channel ~ '^web-[0-9a-f-]{36}/' and substr(o.channel, 41) = substr(c.channel, 41))
           then '/' || left(substr(c.channel, 42), 27) || '.' || c.id
         else substr(c.channel, 41) end
 where c.adapter = 'http' and c.person_id is not null and c.channel ~ '^web-[0-9a-f-]{36}/'
   and not starts_with(c.channel, 'web-' || c.person_id || '/');
