"""Files by writers of Python: stdin is {"papers", "sheets", "talk"}, the argument a folder. Tells each file that it wrote, a line each."""
import csv
import datetime as dt
import json
import sys
import zipfile
from email.message import EmailMessage
from pathlib import Path

given = json.load(sys.stdin)
to = Path(sys.argv[1])


def wrote(name, what):
    print(json.dumps({'file': name, **what}), flush=True)


def words_of(paper):
    for section in paper['sections']:
        yield section['heading']
        yield from section['paragraphs']
        yield from section.get('list', [])
        for row in section.get('table', []):
            yield '\t'.join(row)


def by_docx(paper):
    import docx
    from docx.shared import RGBColor
    document = docx.Document()
    for section in paper['sections']:
        document.add_heading(section['heading'], 1)
        for text in section['paragraphs']:
            document.add_paragraph(text)
        for text in section.get('list', []):
            document.add_paragraph(text, style='List Bullet')
        if 'table' in section:
            table = document.add_table(0, len(section['table'][0]), style='Light Grid Accent 1')
            for row in section['table']:
                for cell, text in zip(table.add_row().cells, row):
                    cell.text = text
    last = document.add_paragraph()
    last.add_run(paper['white']).font.color.rgb = RGBColor(255, 255, 255)
    last.add_run(paper['hidden']).font.hidden = True
    document.save(to / f'python-docx {paper["name"]}.docx')
    wrote(f'python-docx {paper["name"]}.docx', {'paper': paper['name']})


def by_reportlab(paper):
    from reportlab.lib import colors
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.platypus import PageBreak, Paragraph, SimpleDocTemplate, Table
    from xml.sax.saxutils import escape
    pdfmetrics.registerFont(TTFont('Sans', '/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf'))
    plain, head = ParagraphStyle('p', fontName='Sans'), ParagraphStyle('h', fontName='Sans', fontSize=16, leading=20)
    white = ParagraphStyle('w', fontName='Sans', textColor=colors.white)
    story = []
    for at, section in enumerate(paper['sections']):
        if at > 0:
            story.append(PageBreak())
        story.append(Paragraph(escape(section['heading']), head))
        story += [Paragraph(escape(text), plain) for text in [*section['paragraphs'], *section.get('list', [])]]
        if 'table' in section:
            story.append(Table(section['table'], style=[('FONT', (0, 0), (-1, -1), 'Sans'), ('GRID', (0, 0), (-1, -1), 1, colors.grey)]))
    story.append(Paragraph(escape(paper['white']), white))
    SimpleDocTemplate(str(to / f'reportlab {paper["name"]}.pdf')).build(story)
    wrote(f'reportlab {paper["name"]}.pdf', {'paper': paper['name'], 'pages': True})


def by_odf(paper):
    from odf import style, table, text
    from odf.opendocument import OpenDocumentText
    document = OpenDocumentText()
    white = style.Style(name='W', family='text')
    white.addElement(style.TextProperties(color='#ffffff'))
    document.automaticstyles.addElement(white)
    for section in paper['sections']:
        document.text.addElement(text.H(outlinelevel=1, text=section['heading']))
        for each in section['paragraphs']:
            document.text.addElement(text.P(text=each))
        if 'list' in section:
            items = text.List()
            for each in section['list']:
                item = text.ListItem()
                item.addElement(text.P(text=each))
                items.addElement(item)
            document.text.addElement(items)
        if 'table' in section:
            made = table.Table(name='T')
            for row in section['table']:
                line = table.TableRow()
                for each in row:
                    cell = table.TableCell()
                    cell.addElement(text.P(text=each))
                    line.addElement(cell)
                made.addElement(line)
            document.text.addElement(made)
    last = text.P()
    last.addElement(text.Span(stylename=white, text=paper['white']))
    document.text.addElement(last)
    document.save(str(to / f'odfpy {paper["name"]}.odt'))
    wrote(f'odfpy {paper["name"]}.odt', {'paper': paper['name']})


def by_ebooklib(paper):
    from html import escape
    from ebooklib import epub
    book = epub.EpubBook()
    book.set_identifier('x')
    book.set_title(paper['title'])
    chapters = []
    for at, section in enumerate(paper['sections']):
        chapter = epub.EpubHtml(title=section['heading'], file_name=f'c{at}.xhtml', lang=paper['language'])
        rows = ''.join('<tr>' + ''.join(f'<td>{escape(cell)}</td>' for cell in row) + '</tr>' for row in section.get('table', []))
        chapter.content = (f'<h1>{escape(section["heading"])}</h1>' + ''.join(f'<p>{escape(each)}</p>' for each in section['paragraphs'])
                           + ('<ul>' + ''.join(f'<li>{escape(each)}</li>' for each in section['list']) + '</ul>' if 'list' in section else '')
                           + (f'<table>{rows}</table>' if rows else ''))
        book.add_item(chapter)
        chapters.append(chapter)
    book.toc, book.spine = chapters, ['nav', *chapters]
    book.add_item(epub.EpubNcx())
    book.add_item(epub.EpubNav())
    epub.write_epub(str(to / f'ebooklib {paper["name"]}.epub'), book)
    wrote(f'ebooklib {paper["name"]}.epub', {'paper': paper['name'], 'chapters': True})


def by_openpyxl(sheet):
    import openpyxl
    from openpyxl.comments import Comment
    from openpyxl.styles import Font
    book = openpyxl.Workbook()
    page = book.active
    page.title = sheet['tab']
    page.append(sheet['head'])
    for at, row in enumerate(sheet['rows'], 2):
        page.append([row['what'], row['price'], dt.date.fromisoformat(row['on']), row['share']])
        page.cell(at, 2).number_format, page.cell(at, 3).number_format = f'#,##0.00 "{sheet["currency"]}"', 'yyyy-mm-dd'
        page.cell(at, 4).number_format = '0.0%'
        page.row_dimensions[at].hidden = row.get('isHidden', False)
    page['A2'].comment = Comment(sheet['comment'], 'Ana')
    page['E2'] = sheet['column']
    page.column_dimensions['E'].hidden = True
    page['F2'] = sheet['white']
    page['F2'].font = Font(color='FFFFFFFF')
    hidden = book.create_sheet('Hidden')
    hidden['A1'], hidden.sheet_state = sheet['sheet'], 'hidden'
    book.save(to / f'openpyxl {sheet["name"]}.xlsx')
    wrote(f'openpyxl {sheet["name"]}.xlsx', {'sheet': sheet['name']})


def by_xlsxwriter(sheet):
    import xlsxwriter
    book = xlsxwriter.Workbook(str(to / f'xlsxwriter {sheet["name"]}.xlsx'), {'constant_memory': True})
    page = book.add_worksheet(sheet['tab'])
    money, day = book.add_format({'num_format': f'#,##0.00 "{sheet["currency"]}"'}), book.add_format({'num_format': 'yyyy-mm-dd'})
    share, white = book.add_format({'num_format': '0.0%'}), book.add_format({'font_color': 'white'})
    page.write_row(0, 0, sheet['head'])
    page.set_column(4, 4, None, None, {'hidden': True})
    for at, row in enumerate(sheet['rows'], 1):
        page.set_row(at, None, None, {'hidden': row.get('isHidden', False)})
        page.write(at, 0, row['what'])
        page.write(at, 1, row['price'], money)
        page.write(at, 2, dt.datetime.fromisoformat(row['on']), day)
        page.write(at, 3, row['share'], share)
        if at == 1:
            page.write_comment(at, 0, sheet['comment'])
            page.write(at, 4, sheet['column'])
            page.write(at, 5, sheet['white'], white)
    hidden = book.add_worksheet('Hidden')
    hidden.write(0, 0, sheet['sheet'])
    hidden.hide()
    book.close()
    wrote(f'xlsxwriter {sheet["name"]}.xlsx', {'sheet': sheet['name']})


def by_csv(sheet):
    rows = [sheet['head'], *([row['what'], f'{row["price"]:.2f}', row['on'], f'{row["share"]:.1%}'] for row in sheet['rows'])]
    for name, encoding, options in [
        ('comma', 'utf-8', {}),
        ('excel', 'utf-8-sig', {'delimiter': ';', 'quoting': csv.QUOTE_ALL}),
        ('tab', 'utf-16', {'delimiter': '\t'}),
        ('cp1252', 'cp1252', {'delimiter': ';'}),
    ]:
        file = f'csv {name} {sheet["name"]}.csv'
        with open(to / file, 'w', newline='', encoding=encoding) as out:
            csv.writer(out, **options).writerows(rows)
        wrote(file, {'table': sheet['name']})


def by_email(paper, at):
    text = '\n\n'.join(words_of(paper))
    base = EmailMessage()
    base['From'], base['To'], base['Subject'] = 'Ana Keller <ana@example.org>', 'bo@example.org', paper['title']
    base['Date'], base['Message-ID'] = 'Fri, 27 Nov 2026 10:00:00 +0100', f'<{at}@example.org>'
    base['MIME-Version'] = '1.0'
    if at == 0:
        base.set_content(text, cte='base64')
    elif at == 1:
        base.set_content(text, charset='cp1252', cte='quoted-printable')
    else:
        base.set_content('See the page.')
        base.add_alternative(paper['html'], subtype='html')
    (to / f'email {paper["name"]}.eml').write_bytes(bytes(base))
    wrote(f'email {paper["name"]}.eml', {'paper': paper['name'], 'place': '.', **({} if at == 2 else {'tabs': True})})
    outer = EmailMessage()
    outer['From'], outer['To'], outer['Subject'], outer['Date'] = 'bo@example.org', 'ana@example.org', 'Fwd', 'Fri, 27 Nov 2026 11:00:00 +0100'
    outer.set_content('Here it is.')
    if at == 0:
        outer.add_attachment((to / f'python-docx {paper["name"]}.docx').read_bytes(), maintype='application', subtype='octet-stream', filename='Äpfel & Birnen.docx')
    elif at == 1:
        outer.add_attachment(base)
    else:
        outer.add_attachment((to / f'reportlab {paper["name"]}.pdf').read_bytes(), maintype='application', subtype='pdf', filename='plan.pdf')
    (to / f'email with {paper["name"]}.eml').write_bytes(bytes(outer))
    wrote(f'email with {paper["name"]}.eml', {'paper': paper['name'], 'place': r'attachment', 'tabs': at == 1})


def by_vobject():
    import vobject
    card = vobject.vCard()
    card.add('n').value = vobject.vcard.Name(family='Weiß', given='Łucja')
    card.add('fn').value = 'Łucja Weiß'
    card.add('tel').value = '+49 30 901820'
    card.add('email').value = 'lucja@example.org'
    card.add('note').value = 'Has the keys; ring twice, please.\nBack door.'
    (to / 'vobject.vcf').write_text(card.serialize(), encoding='utf-8')
    wrote('vobject.vcf', {'words': ['Łucja Weiß', '+49 30 901820', 'lucja@example.org', 'Has the keys; ring twice, please.'], 'place': 'card'})
    calendar = vobject.iCalendar()
    event = calendar.add('vevent')
    event.add('summary').value = 'Zahnärztin, 2. Termin'
    event.add('dtstart').value = dt.datetime(2026, 12, 10, 14, 15, tzinfo=vobject.icalendar.utc)
    event.add('location').value = 'Königstraße 4; im Hof'
    (to / 'vobject.ics').write_text(calendar.serialize(), encoding='utf-8')
    wrote('vobject.ics', {'words': ['Zahnärztin, 2. Termin', '2026-12-10 14:15', 'Königstraße 4; im Hof'], 'place': 'event 1'})


def by_icalendar():
    import icalendar
    import pytz
    calendar = icalendar.Calendar()
    calendar.add('prodid', '-//x//')
    event = icalendar.Event()
    event.add('summary', 'Probe')
    event.add('dtstart', pytz.timezone('Europe/Berlin').localize(dt.datetime(2026, 12, 10, 19, 30)))
    event.add('rrule', {'freq': 'weekly', 'count': 4})
    event.add('description', 'Bring the score of the Magnificat, ' * 6 + 'and water.')
    calendar.add_component(event)
    (to / 'icalendar.ics').write_bytes(calendar.to_ical())
    wrote('icalendar.ics', {'words': ['Probe', '2026-12-10 19:30', 'and water.'], 'place': 'event 1'})


def by_zipfile():
    first, second = given['papers'][:2]
    with zipfile.ZipFile(to / 'zipfile.zip', 'w', zipfile.ZIP_DEFLATED) as out:
        out.write(to / f'python-docx {first["name"]}.docx', 'Mappe/Kessel.docx')
        out.writestr('Mappe/Übergabe.txt', '\n'.join(words_of(second)))
    wrote('zipfile.zip', {'paper': first['name'], 'place': r'Mappe/Kessel\.docx'})
    with zipfile.ZipFile(to / 'zipfile bzip2.zip', 'w', zipfile.ZIP_BZIP2) as out:
        out.writestr('boiler.txt', '\n'.join(words_of(first)))
    wrote('zipfile bzip2.zip', {'said': True})


for paper in given['papers']:
    for write in (by_docx, by_reportlab, by_odf, by_ebooklib):
        write(paper)
for at, paper in enumerate(given['papers']):
    by_email(paper, at)
for sheet in given['sheets']:
    for write in (by_openpyxl, by_xlsxwriter, by_csv):
        write(sheet)
by_vobject()
by_icalendar()
by_zipfile()
