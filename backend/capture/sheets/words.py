"""What a clerk writes: the names of our columns and events, in Chinese and English.

A header or word is compared in half width and lower case, without the star or bracket behind it.
"""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from backend.capture.sheets.table import halved


class Column(StrEnum):
    """What a column of ours says."""

    DATE = "date"
    EVENT = "event"
    GTIN = "gtin"
    ITEM = "item"
    LOT = "lot"
    QUANTITY = "quantity"
    UNIT = "unit"
    BOX = "box"
    ORDER = "order"
    DOCUMENT = "document"
    PLACE = "place"
    EXPIRY = "expiry"
    NOTE = "note"


class Act(StrEnum):
    """What happened to a lot or a box."""

    MADE = "made"
    PACKED = "packed"
    SHIPPED = "shipped"
    RECEIVED = "received"
    USED_UP = "used up"
    DESTROYED = "destroyed"


# The first two are what our own template writes: Chinese, English.
HEADERS: Final[Mapping[Column, tuple[str, ...]]] = {
    Column.DATE: ("日期", "date", "时间", "日期时间", "发生时间", "发生日期", "业务日期", "time", "date and time"),
    Column.EVENT: ("事件", "event", "事件类型", "业务类型", "event type", "what"),
    Column.GTIN: ("gtin", "gtin", "商品条码", "条码", "ean", "gtin-14", "gtin-13", "barcode", "upc"),
    Column.ITEM: (
        "物料编号", "item", "物料编码", "物料代码", "料号", "编码", "货号", "产品编号", "item code", "item number",
        "part number", "sku", "catalog no", "catalogue no", "catalog number", "catalogue number",
    ),
    Column.LOT: ("批号", "lot", "批次", "批次号", "生产批号", "lot number", "lot no", "lot no.", "batch",
                 "batch number"),
    Column.QUANTITY: ("数量", "quantity", "发货数量", "实发数量", "qty"),
    Column.UNIT: ("单位", "unit", "计量单位", "uom", "unit of measure"),
    Column.BOX: ("箱号", "box", "箱码", "托盘号", "sscc", "sscc-18", "箱号 sscc", "pallet", "box number"),
    Column.ORDER: ("订单号", "order", "采购订单", "采购订单号", "order number", "po", "po number", "purchase order"),
    Column.DOCUMENT: ("单据号", "document", "单号", "发货单号", "送货单号", "document number", "delivery note"),
    Column.PLACE: ("地点", "place", "场所", "仓库", "location", "site"),
    Column.EXPIRY: ("有效期至", "expiry", "有效期", "失效日期", "expiry date", "use by"),
    Column.NOTE: ("备注", "note", "说明", "notes", "remark", "remarks", "comment"),
}  # fmt: skip

# 出库 and 入库 are not among them: they are said of moves inside a house too. A mapping can explain them.
ACTS: Final[Mapping[Act, tuple[str, ...]]] = {
    Act.MADE: ("生产", "made", "制造", "完工", "produced", "manufactured"),
    Act.PACKED: ("装箱", "packed", "包装", "packing"),
    Act.SHIPPED: ("发货", "shipped", "出货", "dispatched", "shipping", "ship"),
    Act.RECEIVED: ("收货", "received", "到货", "receiving", "receipt"),
    Act.USED_UP: ("用完", "used up", "用尽", "消耗", "领用", "consumed", "used"),
    Act.DESTROYED: ("销毁", "destroyed", "报废", "disposed", "scrapped"),
}

_BEHIND: Final = re.compile(r"\s*(?:\*|\([^()]*\)|\[[^\[\]]*\])$")


def plain(text: str) -> str:
    """A header or word as it is compared."""
    found = halved(text[:200]).casefold()
    while (shorter := _BEHIND.sub("", found)) != found:
        found = shorter
    return found


_COLUMNS: Final = {plain(name): column for column, names in HEADERS.items() for name in names}
_ACTS: Final = {plain(name): act for act, names in ACTS.items() for name in names}


def column_of(header: str) -> Column | None:
    """The column a header names; a bilingual one, `数量 / Quantity`, by either half if they agree."""
    whole = plain(header)
    if whole in _COLUMNS:
        return _COLUMNS[whole]
    halves = {_COLUMNS.get(plain(part)) for part in re.split(r"[/\n]", header[:200])}
    return halves.pop() if len(halves) == 1 else None


def act_of(word: str) -> Act | None:
    """The event a word names."""
    return _ACTS.get(plain(word))
