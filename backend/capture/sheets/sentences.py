"""The sentences of the catalogue about cells, in Chinese: for workbooks that go back to a clerk.

The screen translates codes itself; a file that is mailed has nobody to do it.
"""

from collections.abc import Mapping
from typing import Final

CHINESE: Final[Mapping[str, tuple[str, str]]] = {
    "sheet_cell_missing": ("单元格是空的，必须填写。", "请填写。"),
    "sheet_cell_error": ("单元格里是表格软件的错误值。", "请直接填写数值或文字。"),
    "sheet_formula": ("单元格里是公式，这里不计算公式。", "复制后“粘贴为值”。"),
    "sheet_text_invalid": ("文字太长，或含有看不见的字符。", "请缩短或重新输入。"),
    "sheet_digits_lost": ("表格软件把长号码四舍五入了。", "先把列设为文本格式，再重新输入号码。"),
    "sheet_became_a_date": ("表格软件把号码变成了日期。", "先把列设为文本格式，再重新输入。"),
    "sheet_event_unknown": ("不认识的事件。", "从列表选择，或在映射文件里说明这个词。"),
    "sheet_date_invalid": ("不是日期或时间。", "请写成 2026-11-21 08:30。"),
    "sheet_date_ambiguous": ("分不清哪个是日、哪个是月。", "先写年份，或在映射文件里给出 dates。"),
    "sheet_date_in_future": ("日期还没有到。", "请改正，或等发生之后再填。"),
    "sheet_quantity_invalid": ("不是大于零的数量。", "只写数字，单位另有一列。"),
    "sheet_number_ambiguous": ("分不清是千分位还是小数点。", "不要写千分位，或在映射文件里给出 decimal。"),
    "sheet_unit_unknown": ("不认识的单位。", "从列表选择，或在映射文件里说明这个词。"),
    "sheet_gtin_invalid": ("不是 GTIN：位数或校验码不对。", "请与标签逐位核对。"),
    "sheet_sscc_invalid": ("不是 SSCC：位数或校验码不对。", "请与标签逐位核对。"),
    "sheet_lot_invalid": (
        "带 GTIN 的批号最多 20 个字母、数字和 GS1 允许的符号。",
        "请改正，或用本单位的物料编号代替 GTIN。",
    ),
    "sheet_namespace_missing": (
        "本单位自己的编号需要命名空间。",
        "在映射文件里给出 namespace，如 https://id.your-company.example，或使用 GS1 编号。",
    ),
    "sheet_not_with_event": ("这一格与本行的事件不相配。", "请清空，或分两行写两个事件。"),
    "sheet_row_twice": ("另一行与这一行完全相同。", "删去一行，或用时间、单据号区分。"),
}
"""Code -> what is wrong, and the next step."""
