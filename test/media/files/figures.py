import datetime as d, xlsxwriter
def book(path, **opts):
    wb = xlsxwriter.Workbook(path, opts)
    wb.set_properties({'title': 'Figures'})
    return wb
wb = book('figures.xlsx')
def column(name, values, fmts):
    ws = wb.add_worksheet(name)
    for r, (fmt) in enumerate(fmts):
        f = wb.add_format({'num_format': fmt})
        ws.write_string(r, 0, fmt.replace(';', ' / '))
        for c, v in enumerate(values):
            if isinstance(v, (d.datetime, d.date, d.time)): ws.write_datetime(r, c + 1, v, f)
            elif isinstance(v, bool): ws.write_boolean(r, c + 1, v, f)
            elif isinstance(v, str): ws.write_string(r, c + 1, v, f)
            else: ws.write_number(r, c + 1, v, f)
    return ws
column('Numbers', [0, 1, -1, 1234.5, 0.125, 1e6, 123456.789], ['General', '0', '0.00', '#,##0', '#,##0.00', '0.###', '000000'])
column('Currency', [0, 12.5, -12.5, 1240], ['"$"#,##0.00', '#,##0.00 "€"', '"CHF" #,##0', '[$€-407] #,##0.00', '[$£-809]#,##0.00'])
column('Percent', [0, 0.5, 0.1234, -0.07, 12], ['0%', '0.0%', '0.00%'])
column('Dates', [d.datetime(2026, 3, 5, 14, 30), d.datetime(1999, 12, 31, 0, 0), d.datetime(2024, 2, 29, 23, 59, 30)], ['yyyy-mm-dd', 'd mmm yyyy', 'dd/mm/yy', 'm/d/yyyy', 'mmmm yyyy', 'dddd', 'ddd d mmmm', 'yyyy-mm-dd hh:mm', 'm/d/yy h:mm AM/PM', 'dd.mm.yyyy'])
column('Times', [d.datetime(2026, 3, 5, 14, 30, 5), d.time(0, 5, 9), 1.25], ['h:mm', 'hh:mm:ss', '[h]:mm', 'h:mm AM/PM', 'mm:ss', '[mm]:ss'])
column('Science', [0.000012, 123456, -4.5, 1e20], ['0.00E+00', '0E+0', '##0.0E+0'])
column('Fractions', [0.5, 1.25, 3, 0.333], ['# ?/?', '# ??/??'])
column('Negatives', [5, -5, 0, -1234.5], ['#,##0;(#,##0)', '0.00;[Red]-0.00', '0;-0;"none"', '+0;-0;0', '#,##0.0;-#,##0.0;"-"'])
column('Units', [3, 0, 1500], ['0 "kg"', '"No. "000', '#,##0" m²"', '0.0,"k"', '0\\ \\p\\c\\s'])
column('Texts', ['abc', '007', 'a | b', 'x: y'], ['@', 'General'])
column('Accounting', [5, -5, 0], ['_-* #,##0.00_-;-* #,##0.00_-;_-* "-"??_-;_-@_-', '_($* #,##0.00_);_($* (#,##0.00);_($* "-"??_);_(@_)'])
column('Conditions', [5, 50, 500], ['[<10]"few";[<100]"some";"many"', '[>=100]0.0;0'])
ws = wb.add_worksheet('Truth'); ws.write_boolean(0, 0, True); ws.write_boolean(0, 1, False); ws.write_formula(1, 0, '=1/0', None, '#DIV/0!'); ws.write_formula(1, 1, '=NA()', None, '#N/A'); ws.write_formula(1, 2, '=1=1', None, True)
ws = wb.add_worksheet('Merged'); ws.write('A1', 'corner'); ws.merge_range('B2:D4', 'over nine'); ws.write('E5', 'beside'); ws.merge_range('A6:B6', 42)
ws = wb.add_worksheet('Formulas')
for i, v in enumerate([120, 80.5, 3]): ws.write(i, 0, v)
ws.write_formula(3, 0, '=SUM(A1:A3)', wb.add_format({'num_format': '#,##0.00'}), 203.5); ws.write_formula(4, 0, '="sum "&A4', None, 'sum 203.5'); ws.write_formula(5, 0, '=IF(A1>100,"much","little")', None, 'much'); ws.write_array_formula('B1:B3', '{=A1:A3*2}', None, 240); ws.write(1, 1, 161); ws.write(2, 1, 6); ws.write_formula(6, 0, '=DATE(2026,12,24)', wb.add_format({'num_format': 'd mmm yyyy'}), 46380)
ws = wb.add_worksheet('العربية'); ws.right_to_left(); ws.write(0, 0, 'عقد الإيجار'); ws.write(0, 1, 850); ws.write(1, 0, 'חוזה שכירות'); ws.write(1, 1, 'mixed עברית text')
ws = wb.add_worksheet('Signs'); ws.write(0, 0, '租赁合同 第三条'); ws.write(0, 1, 'naïve café – “quoted” & <b>'); ws.write(1, 0, '🏠 home'); ws.write(1, 1, 'Ünïcödé')
ws = wb.add_worksheet('Lines'); ws.write(0, 0, 'one\ntwo'); ws.write(0, 1, '  spaced  '); ws.write_rich_string(1, 0, 'plain ', wb.add_format({'bold': True}), 'bold', ' plain')
ws = wb.add_worksheet('Far'); ws.write('A1', 'near'); ws.write('H30', 'far')
ws = wb.add_worksheet("It's (1)"); ws.write(0, 0, 'a sheet with a name')
ws = wb.add_worksheet('Links'); ws.write_url(0, 0, 'https://example.org/', string='a link'); ws.write(1, 1, 7)
ws = wb.add_worksheet('Grid')
for r in range(10):
    for c in range(6): ws.write(r, c, r * 6 + c)
wb.close()
wb = book('from1904.xlsx', date_1904=True)
f = wb.add_format({'num_format': 'yyyy-mm-dd'}); ws = wb.add_worksheet('Old'); 
for i, v in enumerate([d.datetime(1904, 1, 2), d.datetime(2026, 3, 5), d.datetime(2000, 2, 29)]): ws.write_datetime(i, 0, v, f)
wb.close()
