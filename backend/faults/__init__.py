"""Faults on purpose: a node that lies, processes that die between two statements, and the laws that must hold after."""
