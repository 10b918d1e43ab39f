#!/usr/bin/env python3
"""Sums up a CSV or TSV file: prints JSON, writes summary.md and chart.svg to $OUTPUT_DIR. Standard library only."""
import argparse
import collections
import csv
import json
import os
import statistics
import sys
from html import escape

MOST_BARS = 20
MOST_WORDS = 5


def number(text):
    """The number that a cell holds, also as 1.234,56 or 1,234.56 or 12 %; None where it is none."""
    plain = text.strip().replace('\u00a0', '').replace(' ', '').rstrip('%€$£').lstrip('€$£')
    if plain.count(',') == 1 and ('.' not in plain or plain.rfind('.') < plain.rfind(',')):
        plain = plain.replace('.', '').replace(',', '.')
    else:
        plain = plain.replace(',', '')
    try:
        value = float(plain)
    except ValueError:
        return None
    return value if value == value and abs(value) != float('inf') else None


def read(path, separator):
    with open(path, 'rb') as file:
        content = file.read()
    try:
        text = content.decode('utf-8-sig')
    except UnicodeDecodeError:
        text = content.decode('latin-1')
    if separator is None:
        try:
            separator = csv.Sniffer().sniff(text[:20000], ',;\t|').delimiter
        except csv.Error:
            separator = ','
    rows = [row for row in csv.reader(text.splitlines(), delimiter=separator) if any(cell.strip() for cell in row)]
    if not rows:
        sys.exit('The file has no rows.')
    head = [name.strip() or 'column %d' % (at + 1) for at, name in enumerate(rows[0])]
    return head, [(row + [''] * len(head))[: len(head)] for row in rows[1:]]


def column(cells):
    filled = [cell for cell in cells if cell.strip()]
    numbers = [value for value in map(number, filled) if value is not None]
    about = {'filled': len(filled), 'missing': len(cells) - len(filled)}
    if numbers and len(numbers) >= 0.9 * len(filled):
        about.update(kind='number', lowest=min(numbers), highest=max(numbers), sum=round(sum(numbers), 6))
        about.update(mean=round(statistics.fmean(numbers), 6), median=statistics.median(numbers))
        if len(numbers) >= 8:
            low, _, high = statistics.quantiles(numbers, n=4)
            reach = 3 * (high - low)
            about['far_outside'] = [value for value in numbers if value < low - reach or value > high + reach][:10]
        if len(numbers) < len(filled):
            about['no_numbers'] = len(filled) - len(numbers)
    else:
        about.update(kind='words', different=len(set(filled)))
        about['most_frequent'] = collections.Counter(filled).most_common(MOST_WORDS)
    return about


def grouped(head, rows, by, value, how):
    at, of = head.index(by), head.index(value) if value else None
    groups = collections.OrderedDict()
    for row in rows:
        groups.setdefault(row[at].strip() or '(empty)', []).append(number(row[of]) if of is not None else 1.0)
    count = {name: float(len(values)) for name, values in groups.items()}
    known = {name: [each for each in values if each is not None] for name, values in groups.items()}
    if how == 'count' or of is None:
        return count
    if how == 'mean':
        return {name: statistics.fmean(values) if values else 0.0 for name, values in known.items()}
    return {name: sum(values) for name, values in known.items()}


def chart(title, pairs, kind):
    wide, high, left, base = 800, 420, 60, 340
    top = max([value for _, value in pairs] + [0]) or 1
    low = min([value for _, value in pairs] + [0])
    y = lambda value: base - (value - low) / ((top - low) or 1) * 280
    step = (wide - left - 20) / max(len(pairs), 1)
    parts = ['<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="12">' % (wide, high)]
    parts.append('<rect width="100%%" height="100%%" fill="white"/><text x="%d" y="30" font-size="16">%s</text>' % (left, escape(title)))
    for mark in (low, (low + top) / 2, top):
        parts.append('<line x1="%d" x2="%d" y1="%.1f" y2="%.1f" stroke="#ddd"/>' % (left, wide - 20, y(mark), y(mark)))
        parts.append('<text x="%d" y="%.1f" text-anchor="end">%s</text>' % (left - 6, y(mark) + 4, '%g' % round(mark, 2)))
    points = []
    for at, (name, value) in enumerate(pairs):
        x = left + step * at
        points.append('%.1f,%.1f' % (x + step / 2, y(value)))
        if kind == 'bar':
            upper, lower = min(y(value), y(0)), max(y(value), y(0))
            parts.append('<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" fill="#4477aa"><title>%s: %g</title></rect>'
                         % (x + step * 0.1, upper, step * 0.8, lower - upper, escape(name), value))
        parts.append('<text transform="translate(%.1f,%d) rotate(40)">%s</text>' % (x + step / 2 - 4, base + 16, escape(name[:18])))
    if kind == 'line':
        parts.append('<polyline fill="none" stroke="#4477aa" stroke-width="2" points="%s"/>' % ' '.join(points))
    return '\n'.join(parts + ['</svg>', ''])


def main():
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument('file')
    asked.add_argument('--by')
    asked.add_argument('--value')
    asked.add_argument('--how', choices=['sum', 'mean', 'count'], default='sum')
    asked.add_argument('--kind', choices=['bar', 'line'], default='bar')
    asked.add_argument('--separator')
    args = asked.parse_args()
    head, rows = read(args.file, args.separator)
    for name in (args.by, args.value):
        if name and name not in head:
            sys.exit('There is no column %r. The columns: %s' % (name, ', '.join(head)))
    columns = {name: column([row[at] for row in rows]) for at, name in enumerate(head)}
    numbers = [name for name in head if columns[name]['kind'] == 'number']
    words = [name for name in head if columns[name]['kind'] == 'words' and 1 < columns[name].get('different', 0) <= MOST_BARS]
    by = args.by or (words[0] if words else None)
    value = args.value or (numbers[-1] if numbers else None)
    found = {'rows': len(rows), 'twice': len(rows) - len({tuple(row) for row in rows}), 'columns': columns}
    if by:
        groups = grouped(head, rows, by, value, args.how)
        pairs = list(groups.items()) if args.kind == 'line' else sorted(groups.items(), key=lambda pair: -pair[1])
        found['groups'] = {'by': by, 'value': value, 'how': args.how if value else 'count', 'values': dict(pairs[:MOST_BARS])}
        title = '%s of %s by %s' % (args.how, value, by) if value else 'rows by %s' % by
    else:
        at = head.index(value) if value else 0
        cells = [(str(line + 1), number(row[at]) or 0.0) for line, row in enumerate(rows)]
        pairs, title = cells, value or 'rows'
    folder = os.environ.get('OUTPUT_DIR', '.')
    with open(os.path.join(folder, 'chart.svg'), 'w', encoding='utf-8') as file:
        file.write(chart(title, pairs[:MOST_BARS] if args.kind == 'bar' else pairs[:200], args.kind))
    with open(os.path.join(folder, 'summary.md'), 'w', encoding='utf-8') as file:
        file.write('# %s\n\n%d rows, %d there twice.\n\n' % (os.path.basename(args.file), found['rows'], found['twice']))
        file.write('| column | kind | filled | missing | about |\n| --- | --- | --- | --- | --- |\n')
        for name, about in columns.items():
            more = ('%(lowest)g to %(highest)g, mean %(mean)g, sum %(sum)g' % about) if about['kind'] == 'number' else (
                ', '.join('%s (%d)' % pair for pair in about['most_frequent']))
            file.write('| %s | %s | %d | %d | %s |\n' % (name, about['kind'], about['filled'], about['missing'], more))
    print(json.dumps(found, ensure_ascii=False))


main()
