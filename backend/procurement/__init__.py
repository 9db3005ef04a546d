"""Buying and selling: orders, dispatches and receipts, and the documents that travel with them."""
