"""采集 Capture: EPCIS documents and spreadsheets become signed actions, at the member's side."""
