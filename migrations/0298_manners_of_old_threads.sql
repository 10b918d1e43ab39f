-- Threads from before 0291 have the manners of their channels, too.
update conversations t
   set inherited = coalesce((select jsonb_object_agg(key, value) from jsonb_each(c.settings)
                              where key in ('observe', 'silent', 'receipt', 'language')), '{}')
  from conversations c
 where t.parent is not null and t.inherited = '{}' and c.adapter = t.adapter and c.channel = t.parent and c.settings <> '{}';
