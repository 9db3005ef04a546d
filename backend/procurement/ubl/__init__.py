"""UBL 2.1 documents as Peppol BIS 3 uses them: orders, their answers, changes and cancellations, despatch advices."""
