from api.reports.exports import ExportFormat, export_coverage, replaced
from api.reports.page import coverage_html

__all__ = ["ExportFormat", "coverage_html", "export_coverage", "replaced"]
