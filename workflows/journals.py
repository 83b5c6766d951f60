"""The journals of a district, as they are opened with their first number (A-13)."""

from workflow_app.engine import Journal

JOURNALS = (
    Journal("orders", "приказы по основной деятельности", "{n}-од"),
    Journal("proposals", "Предложения сетей", "З-{year}-{n:03}"),
    Journal("certificates", "Сертификаты обмена опытом", "С-{year}-{n:03}"),
)
