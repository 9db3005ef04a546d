"""Who approves what 审批: levels by amount for each cost centre or project, and deputies 代理人."""
