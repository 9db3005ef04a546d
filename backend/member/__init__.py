"""The member's side: what runs with a member's key and token on its own machine, and asks the service over HTTP."""
