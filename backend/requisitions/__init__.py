"""Requisitions 申购: from somebody's wish, by approval, to one signature for the orders of a day."""
