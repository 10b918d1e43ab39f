"""Times of a calendar by khal, one a line of JSON: stdin is [{"name", "text", "zone", "from", "to"}]."""
import datetime as dt
import json
import logging
import sys
import tempfile
import warnings

import pytz
from khal import icalendar
from khal.khalendar.khalendar import CalendarCollection
from khal.khalendar.vdir import Vdir

warnings.simplefilter('ignore')
logging.disable(logging.CRITICAL)


class Text:
    def __init__(self, raw, uid):
        self.raw, self.uid = raw, uid


def times_of(text, zone, first, last):
    zone = pytz.timezone(zone)
    locale = {'local_timezone': zone, 'default_timezone': zone, 'unicode_symbols': True, 'firstweekday': 0,
              'timeformat': '%H:%M', 'dateformat': '%Y-%m-%d', 'longdateformat': '%Y-%m-%d', 'datetimeformat': '%Y-%m-%d %H:%M',
              'longdatetimeformat': '%Y-%m-%d %H:%M', 'weeknumbers': False}
    with tempfile.TemporaryDirectory() as path:
        vdir = Vdir(path, '.ics')
        for at, one in enumerate(icalendar.split_ics(text, default_timezone=zone)):
            vdir.upload(Text(one, f'n{at}'))
        calendar = {'name': 'c', 'path': path, 'readonly': False, 'color': '', 'priority': 10, 'ctype': 'calendar'}
        collection = CalendarCollection({'c': calendar}, dbpath=':memory:', locale=locale)
        from_ = zone.localize(dt.datetime.combine(first, dt.time()))
        to = zone.localize(dt.datetime.combine(last, dt.time(23, 59, 59)))
        found = set()
        for event in [*collection.get_localized(from_, to), *collection.get_floating(from_.replace(tzinfo=None), to.replace(tzinfo=None))]:
            if str(event._vevents[event.ref].get('STATUS', '')).upper() == 'CANCELLED':
                continue
            start = event.start
            if not isinstance(start, dt.datetime):
                if start >= first:
                    found.add(f'{start.isoformat()} {event.summary}')
                continue
            if start.tzinfo is None:
                start = zone.localize(start)
            if start >= from_:
                found.add(f'{start.astimezone(pytz.UTC).strftime("%Y-%m-%dT%H:%MZ")} {event.summary}')
        return sorted(found)


for case in json.load(sys.stdin):
    try:
        said = times_of(case['text'], case['zone'], dt.date.fromisoformat(case['from']), dt.date.fromisoformat(case['to']))
        print(json.dumps({'name': case['name'], 'times': said}), flush=True)
    except Exception as error:
        print(json.dumps({'name': case['name'], 'fault': f'{type(error).__name__}: {error}'}), flush=True)
