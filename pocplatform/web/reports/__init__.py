"""Reports: of a pilot, of an event and of the programme, as pages, PDF and JSON from one source.

A report is a :class:`~pocplatform.web.reports.content.Report`: words, tables, checks and charts in
the reader's language. Pages (``templates/reports``) and the PDF (``layout/report.typ``) show the
same blocks; the numbers they are made of are given as JSON beside them.
"""
