"""Framework agreements 框架协议: price lists in versions that never change once they are published."""
