"""Approved suppliers 合格供应商, and the licences they supply under."""
