"""Stock 库存: what lies in an organisation's rooms, and every act on it, tap by tap."""
