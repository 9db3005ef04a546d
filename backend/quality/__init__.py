"""Quality: certificates of analysis, cold-chain logger files, and the findings that block a release."""
