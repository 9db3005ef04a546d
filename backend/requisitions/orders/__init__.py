"""Orders of requests 下单: the approved lines of a day, an order a supplier, all of them under one signature."""
